import { orderConcernKinds } from '../../../shared/ledger/records/concerns.ts';
import { causes } from '../../../shared/model/causes.ts';
import {
  type Advice,
  adviceInWords,
  adviceOnConcerns,
  adviceOnLetters,
} from '../../../shared/situation/advice.ts';

/** What is typed, or stands in the configuration. */
const code = /azumuta\.contract[.\w]*|productOrders\.number|npm run [^.:()]+ --stack <stack>/g;

/** The runbook with its tables of causes and concerns, which say what alerts, `trace` and the console say. */
export function runbookWithAdvice(runbook: string): string {
  const ofCauses = causes.map((cause) => [cause, adviceOnLetters[cause]] as const);
  const ofConcerns = orderConcernKinds.map((kind) => [kind, adviceOnConcerns[kind]] as const);
  return withTable('concerns', 'concern', ofConcerns, withTable('causes', 'cause', ofCauses, runbook));
}

function withTable(
  name: string,
  column: string,
  advice: readonly (readonly [name: string, advice: Advice])[],
  runbook: string,
): string {
  const [begin, end] = [`<!-- ${name}: npm run documents -->`, `<!-- end of ${name} -->`];
  const [before, after] = [runbook.indexOf(begin), runbook.indexOf(end)];
  if (before < 0 || after < before)
    throw new Error(`infra/RUNBOOK.md has no place for its table of ${name}.`);
  const rows = advice.map(
    ([what, one]) => `| \`${what}\` | ${one.who} | ${adviceInWords(one).replaceAll(code, '`$&`')} |`,
  );
  const table = [`| ${column} | who | what they do |`, '| --- | --- | --- |', ...rows].join('\n');
  return `${runbook.slice(0, before)}${begin}\n${table}\n\n${runbook.slice(after)}`;
}
