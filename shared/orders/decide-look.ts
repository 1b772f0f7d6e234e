import { isDeepStrictEqual } from 'node:util';
import type { AzumutaProductOrder } from '../azumuta/answer-readers.ts';
import { type Concern, removedConcern } from '../ledger/records/concerns.ts';
import type { OrderEntry } from '../ledger/records/product-orders.ts';
import {
  type AzumutaFacts,
  type AzumutaRow,
  azumutaRowOf,
  whatAzumutaShows,
} from '../life/what-azumuta-shows.ts';
import { differencesFrom, numberDifference, unitDifference } from './differences.ts';

interface LookFacts extends AzumutaFacts {
  /** Undefined when Azumuta does not have it, under its id or its number. */
  readonly seen: AzumutaProductOrder | undefined;
}

interface SeenConcern {
  readonly concern: Concern;
  /** What was seen. */
  readonly note: string;
}

export interface LookDecision {
  /** Concerns that are over. */
  readonly ends: readonly SeenConcern[];
  readonly begins: readonly Concern[];
  /** What the ERP wants, which Azumuta has by now. */
  readonly takes?: Concern['wanted'];
  /** The ERP did not want it, and Azumuta has it no more; it is created anew if it is wanted again. */
  readonly withdraws?: true;
}

/** What a look at Azumuta says about the concerns of a product order, by the table `whatAzumutaShows`. */
export function decideLook(facts: LookFacts): LookDecision {
  const { entry, concerns, seen } = facts;
  const thatAre = (kind: Concern['kind']) => concerns.filter((concern) => concern.kind === kind);
  const row = azumutaRowOf(facts);
  const wantedAgain = concernsWithNote(
    thatAre('unwanted').filter(({ wanted }) => wanted),
    'The ERP wants it again.',
  );
  const foundAgain = concernsWithNote(seen ? thatAre('removed') : [], 'Azumuta has it again.');
  const { event, differences, wanted } = compareWithAzumuta(entry, concerns, seen);
  const outcome = whatAzumutaShows[row][event];
  switch (outcome.to) {
    case 'nothing':
      return { ends: [...foundAgain, ...wantedAgain], begins: [] };
    case 'tell':
      if (outcome.kind === 'removed') return { ends: [], begins: [removedConcern] };
      // Accepting the order ends what no look can show.
      if (concerns.some(isBeyondLooks)) return { ends: [...foundAgain, ...wantedAgain], begins: [] };
      return { ends: [...foundAgain, ...wantedAgain], begins: [changedTo(wanted ?? entry, differences)] };
    case 'end': {
      const kinds: readonly Concern['kind'][] = outcome.kinds;
      const isOver = (concern: Concern) =>
        kinds.includes(concern.kind) && (row === 'given up' || !isBeyondLooks(concern));
      const takes =
        seen && !concerns.some(isBeyondLooks) && differences.length === 0 ? { takes: wanted } : {};
      return {
        ends: concernsWithNote(concerns.filter(isOver), whyConcernsEnd(row, seen)),
        begins: [],
        ...takes,
      };
    }
    case 'end the order':
    case 'replace':
      return {
        ends: concernsWithNote(concerns, 'Azumuta does not have it any more.'),
        begins: [],
        withdraws: true,
      };
    default:
      return outcome satisfies never;
  }
}

function concernsWithNote(concerns: readonly Concern[], note: string): readonly SeenConcern[] {
  return concerns.map((concern) => ({ concern, note }));
}

/** The ERP, or the mapping, wants what Azumuta cannot show. */
function isBeyondLooks({ kind, wanted }: Concern): boolean {
  return kind === 'changed' && !wanted;
}

/** What Azumuta has, compared with what the ERP wants as far as its concerns know, else with what it was made of. */
function compareWithAzumuta(
  entry: OrderEntry,
  concerns: readonly Concern[],
  seen: AzumutaProductOrder | undefined,
) {
  const ofContent = [...concerns].sort((a, b) => a.kind.localeCompare(b.kind));
  const wanted = ofContent.find(
    ({ kind, wanted: is }) => (kind === 'changed' || kind === 'unwanted') && is,
  )?.wanted;
  if (!seen) return { event: 'gone', differences: [], wanted } as const;
  const { draft, erpOrder } = wanted ?? entry;
  // Azumuta names variants, and those that we made may be wanted by their ids.
  const withVariants = !isDeepStrictEqual(draft.variants, entry.draft.variants);
  const differences = [
    // It may be renamed there, unless the ERP wants another number.
    ...(draft.number === entry.draft.number ? [] : numberDifference(seen.number, draft.number)),
    ...differencesFrom(seen, draft, { withVariants }),
    ...unitDifference(entry.erpOrder, erpOrder),
  ];
  if (differences.length > 0) return { event: 'different', differences, wanted } as const;
  return { event: seen.number === draft.number ? 'equal' : 'renamed', differences, wanted } as const;
}

function changedTo(
  { draft, contentHash, erpOrder }: NonNullable<Concern['wanted']>,
  differences: readonly string[],
) {
  const note = differences.join('; ');
  const wanted = { draft, contentHash, erpOrder };
  return { kind: 'changed', content: note, note, cause: 'conflict', wanted } as const;
}

function whyConcernsEnd(row: AzumutaRow, seen: AzumutaProductOrder | undefined): string {
  if (row === 'withdrawn' || row === 'given up') return `It is ${row}.`;
  if (row === 'booked') return 'It is built and booked.';
  return seen ? 'Azumuta has it as the ERP wants it.' : 'It is built, and its booking is written down.';
}
