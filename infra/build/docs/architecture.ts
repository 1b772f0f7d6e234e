import { orderConcernKinds } from '../../../shared/ledger/records/concerns.ts';
import { stages } from '../../../shared/life/life.ts';
import type { OrderOutcome } from '../../../shared/life/outcomes.ts';
import { personEvents, whatAPersonDoes } from '../../../shared/life/what-a-person-does.ts';
import { azumutaEvents, azumutaRows, whatAzumutaShows } from '../../../shared/life/what-azumuta-shows.ts';
import { erpEvents, erpRows, whatTheErpSays } from '../../../shared/life/what-the-erp-says.ts';
import { withPart } from './made-part.ts';

interface DecisionTable {
  readonly title: string;
  readonly rows: readonly string[];
  readonly events: readonly string[];
  readonly outcomes: readonly (readonly OrderOutcome[])[];
}

const decisionTables: readonly DecisionTable[] = [
  {
    title: 'What the ERP says',
    rows: erpRows,
    events: erpEvents,
    outcomes: erpRows.map((row) => erpEvents.map((event) => whatTheErpSays[row][event])),
  },
  {
    title: 'What Azumuta shows',
    rows: azumutaRows,
    events: azumutaEvents,
    outcomes: azumutaRows.map((row) => azumutaEvents.map((event) => whatAzumutaShows[row][event])),
  },
  {
    title: 'What a person does',
    rows: stages,
    events: personEvents,
    outcomes: stages.map((stage) => personEvents.map((event) => whatAPersonDoes[event][stage])),
  },
];

/** The description of the architecture with the three tables that decide what becomes of a product order. */
export function architectureWithDecisions(architecture: string): string {
  const part = decisionTables.map(sectionOf).join('\n\n');
  return withPart(architecture, { path: 'ARCHITECTURE.md', name: 'decisions' }, part);
}

function sectionOf({ title, rows, events, outcomes }: DecisionTable): string {
  const reasons = new Set<string>();
  const cells = outcomes.map((ofRow) => ofRow.map((outcome) => wordsOf(outcome, reasons)));
  const table = [
    `| **${title}** | ${events.join(' | ')} |`,
    `| --- |${' --- |'.repeat(events.length)}`,
    ...rows.map((row, at) => `| ${row} | ${cells[at]?.join(' | ')} |`),
  ];
  const notes = [...reasons].map((because, at) => `(${at + 1}) ${because}`);
  return [table.join('\n'), ...(notes.length > 0 ? [`Nothing, because ${notes.join('; ')}.`] : [])].join(
    '\n\n',
  );
}

/** @param reasons Why nothing is done, as they are counted in this table. */
function wordsOf(outcome: OrderOutcome, reasons: Set<string>): string {
  switch (outcome.to) {
    case 'nothing':
      reasons.add(outcome.because);
      return `nothing (${[...reasons].indexOf(outcome.because) + 1})`;
    case 'replace':
      return outcome.ifAsked ? 'replace, if asked' : 'replace';
    case 'tell':
      return `tell ${outcome.kind}${outcome.ends ? `, end ${outcome.ends.join(', ')}` : ''}`;
    case 'end':
      return `end ${outcome.kinds.length === orderConcernKinds.length ? 'what is named' : outcome.kinds.join(', ')}`;
    case 'end the order':
      return `end the order: ${outcome.as}`;
    default:
      return outcome.to;
  }
}
