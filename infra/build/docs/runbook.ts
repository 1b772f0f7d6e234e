import { causes } from '../../../shared/model/causes.ts';
import { remedies } from '../../../shared/model/remedies.ts';
import { withPart } from './made-part.ts';

/** What is typed, or stands in the configuration. */
const code = /azumuta\.contract[.\w]*|npm run \w+ -- --stack <stack>/g;

/** The runbook with its table of causes, which says what alerts, `trace` and the console say. */
export function runbookWithCauses(runbook: string): string {
  const rows = causes.map((cause) => {
    const { who, next } = remedies[cause];
    return `| \`${cause}\` | ${who} | ${next.replaceAll(code, '`$&`')} |`;
  });
  const table = ['| cause | who | what they do |', '| --- | --- | --- |', ...rows].join('\n');
  return withPart(runbook, { path: 'infra/RUNBOOK.md', name: 'causes' }, table);
}
