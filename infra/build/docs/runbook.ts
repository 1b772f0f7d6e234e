import { causes } from '../../../shared/model/causes.ts';
import { remedies } from '../../../shared/model/remedies.ts';

const [begin, end] = ['<!-- causes: npm run documents -->', '<!-- end of causes -->'];
/** What is typed, or stands in the configuration. */
const code = /azumuta\.contract[.\w]*|npm run \w+ -- --stack <stack>/g;

/** The runbook with its table of causes, which says what alerts, `trace` and the console say. */
export function runbookWithCauses(runbook: string): string {
  const rows = causes.map((cause) => {
    const { who, next } = remedies[cause];
    return `| \`${cause}\` | ${who} | ${next.replaceAll(code, '`$&`')} |`;
  });
  const table = ['| cause | who | what they do |', '| --- | --- | --- |', ...rows].join('\n');
  const [before, after] = [runbook.indexOf(begin), runbook.indexOf(end)];
  if (before < 0 || after < before) throw new Error('infra/RUNBOOK.md has no place for its table of causes.');
  return `${runbook.slice(0, before)}${begin}\n${table}\n\n${runbook.slice(after)}`;
}
