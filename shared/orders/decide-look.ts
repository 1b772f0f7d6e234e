import type { AzumutaProductOrder } from '../azumuta/answer-readers.ts';
import { type Concern, removedConcern } from '../ledger/records/concerns.ts';
import type { OrderContent } from '../ledger/records/order-content.ts';
import {
  type AzumutaFacts,
  type AzumutaRow,
  azumutaRowOf,
  whatAzumutaShows,
} from '../life/what-azumuta-shows.ts';
import { differencesFromWanted } from './differences.ts';

export interface LookFacts extends AzumutaFacts {
  /** Undefined when Azumuta does not have it, under its id or its number. */
  readonly seen: AzumutaProductOrder | undefined;
}

interface SeenConcern {
  readonly concern: Concern;
  /** What was seen. */
  readonly note: string;
}

/** What a look changes about a product order and its concerns. */
interface LookChanges {
  readonly begins: readonly Concern[];
  readonly ends: readonly SeenConcern[];
  /** What the ERP wants, and Azumuta has by now: the order's content from now on. */
  readonly adopts?: OrderContent | undefined;
  /** The ERP did not want it, and Azumuta has it no more: the order ends, and is made again if the ERP wants it by now. */
  readonly withdraws?: { readonly makesAgain: OrderContent | undefined };
}

export interface LookDecision extends LookChanges {
  /** Whether asking about its completion begins or ends; undefined where nothing changes. */
  readonly awaiting: 'begins' | 'ends' | undefined;
}

/**
 * What a look at Azumuta says about the concerns of a product order. The table `whatAzumutaShows` has the outcome of each
 * case, and each outcome has a function here:
 *
 *   outcome                  begins     ends                                              besides
 *   nothing                  –          removed, if it is seen; unwanted, if the ERP      –
 *                                       wants it again
 *   tell removed             removed    –                                                 –
 *   tell changed             changed    as for nothing; and nothing begins while the      –
 *                                       ERP wants what Azumuta cannot show
 *   end                      –          what the table names, without what Azumuta        adopts what the ERP wants, if
 *                                       cannot show                                       Azumuta has just that
 *   end the order, replace   –          all                                               withdraws the order
 */
export function decideLook(facts: LookFacts): LookDecision {
  const changes = decideChanges(facts);
  return { ...changes, awaiting: decideAwaiting(facts, changes.ends) };
}

function decideChanges(facts: LookFacts): LookChanges {
  const row = azumutaRowOf(facts);
  const content = compareWithAzumuta(facts);
  const outcome = whatAzumutaShows[row][content.event];
  switch (outcome.to) {
    case 'nothing':
      return { begins: [], ends: whatIsSeenAgain(facts) };
    case 'tell':
      return outcome.kind === 'removed' ? beginRemoved() : beginChanged(facts, content);
    case 'end':
      return endKinds(outcome.kinds, row, facts, content);
    case 'end the order':
    case 'replace':
      return withdrawOrder(facts);
    default:
      return outcome satisfies never;
  }
}

/** The reconciliation asks about what Azumuta has, unless a person was asked to remove it; what is planned is not asked about. */
function decideAwaiting(
  { entry, concerns, booking, seen }: LookFacts,
  ends: readonly SeenConcern[],
): LookDecision['awaiting'] {
  const ended = new Set(ends.map(({ concern }) => concern));
  const isUnwanted = concerns.some((concern) => concern.kind === 'unwanted' && !ended.has(concern));
  const isAwaited = seen !== undefined && !isUnwanted;
  const wasAwaited = entry.awaiting !== undefined;
  if (booking !== 'none' || isAwaited === wasAwaited) return undefined;
  return isAwaited ? 'begins' : 'ends';
}

/** Concerns that this look refutes, although others stay. */
function whatIsSeenAgain({ concerns, seen }: LookFacts): readonly SeenConcern[] {
  const removed = seen ? concerns.filter(({ kind }) => kind === 'removed') : [];
  const unwanted = concerns.filter(({ kind, wanted }) => kind === 'unwanted' && wanted);
  return [
    ...concernsWithNote(removed, 'Azumuta has it again.'),
    ...concernsWithNote(unwanted, 'The ERP wants it again.'),
  ];
}

function beginRemoved(): LookChanges {
  return { begins: [removedConcern], ends: [] };
}

function beginChanged(facts: LookFacts, { differences, wanted }: SeenContent): LookChanges {
  const ends = whatIsSeenAgain(facts);
  // Accepting the order ends what no look can show.
  if (facts.concerns.some(isBeyondLooks)) return { begins: [], ends };
  return { begins: [changedTo(wanted ?? facts.entry, differences)], ends };
}

function endKinds(
  kinds: readonly Concern['kind'][],
  row: AzumutaRow,
  { concerns, seen }: LookFacts,
  { event, wanted }: SeenContent,
): LookChanges {
  const named = concerns.filter(({ kind }) => kinds.includes(kind));
  // What a person has given up is wanted by nobody, whatever Azumuta can show.
  const ended = row === 'given up' ? named : named.filter((concern) => !isBeyondLooks(concern));
  const isAsWanted = event === 'equal' || event === 'renamed';
  return {
    begins: [],
    ends: concernsWithNote(ended, whyConcernsEnd(row, seen)),
    adopts: isAsWanted && !concerns.some(isBeyondLooks) ? wanted : undefined,
  };
}

function withdrawOrder({ concerns }: LookFacts): LookChanges {
  return {
    begins: [],
    ends: concernsWithNote(concerns, 'Azumuta does not have it any more.'),
    withdraws: { makesAgain: contentWantedBy(concerns, 'unwanted') },
  };
}

function concernsWithNote(concerns: readonly Concern[], note: string): readonly SeenConcern[] {
  return concerns.map((concern) => ({ concern, note }));
}

/** The ERP, or the mapping, wants what Azumuta cannot show. */
function isBeyondLooks({ kind, wanted }: Concern): boolean {
  return kind === 'changed' && !wanted;
}

/** What the ERP wants, as far as a concern of this kind knows. */
function contentWantedBy(
  concerns: readonly Concern[],
  kind: 'changed' | 'unwanted',
): OrderContent | undefined {
  return concerns.find((concern) => concern.kind === kind && concern.wanted)?.wanted;
}

interface SeenContent {
  readonly event: 'equal' | 'renamed' | 'different' | 'gone';
  readonly differences: readonly string[];
  /** What the ERP wants as far as its concerns know; undefined where it is what the order was made of. */
  readonly wanted: OrderContent | undefined;
}

/** What Azumuta has, compared with what the ERP wants as far as its concerns know, else with what it was made of. */
function compareWithAzumuta({ entry, concerns, seen }: LookFacts): SeenContent {
  const wanted = contentWantedBy(concerns, 'changed') ?? contentWantedBy(concerns, 'unwanted');
  if (!seen) return { event: 'gone', differences: [], wanted };
  const content = wanted ?? entry;
  const differences = differencesFromWanted(seen, entry, content);
  if (differences.length > 0) return { event: 'different', differences, wanted };
  return { event: seen.number === content.draft.number ? 'equal' : 'renamed', differences, wanted };
}

function changedTo({ draft, contentHash, erpOrder }: OrderContent, differences: readonly string[]): Concern {
  const note = differences.join('; ');
  const wanted = { draft, contentHash, erpOrder };
  return { kind: 'changed', content: note, note, cause: 'conflict', wanted };
}

function whyConcernsEnd(row: AzumutaRow, seen: AzumutaProductOrder | undefined): string {
  if (row === 'withdrawn' || row === 'given up') return `It is ${row}.`;
  if (row === 'booked') return 'It is built and booked.';
  return seen ? 'Azumuta has it as the ERP wants it.' : 'It is built, and its booking is written down.';
}
