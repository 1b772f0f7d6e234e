import { orderConcernKinds } from '../../../shared/ledger/records/concerns.ts';
import { causes } from '../../../shared/model/causes.ts';
import {
  type Advice,
  adviceInWords,
  adviceOnConcerns,
  adviceOnDeadLetters,
} from '../../../shared/situation/advice.ts';
import { withPart } from './made-part.ts';

/** What is typed, or stands in the configuration. */
const codeInAdvice = /azumuta\.contract[.\w]*|productOrders\.number|npm run [^.:()]+ --stack <stack>/g;

/** The runbook with its tables of causes and concerns, which say what alerts, `trace` and the console say. */
export function runbookWithAdvice(runbook: string): string {
  const ofCauses = causes.map((cause) => [cause, adviceOnDeadLetters[cause]] as const);
  const ofConcerns = orderConcernKinds.map((kind) => [kind, adviceOnConcerns[kind]] as const);
  const path = 'infra/RUNBOOK.md';
  const withCauses = withPart(runbook, { path, name: 'causes' }, adviceTable('cause', ofCauses));
  return withPart(withCauses, { path, name: 'concerns' }, adviceTable('concern', ofConcerns));
}

function adviceTable(column: string, advice: readonly (readonly [name: string, advice: Advice])[]): string {
  const rows = advice.map(
    ([what, one]) => `| \`${what}\` | ${one.who} | ${adviceInWords(one).replaceAll(codeInAdvice, '`$&`')} |`,
  );
  return [`| ${column} | who | what they do |`, '| --- | --- | --- |', ...rows].join('\n');
}
