import { isDeepStrictEqual } from 'node:util';
import type { AzumutaProductOrder } from '../azumuta/answer-readers.ts';
import { type Concern, removedConcern } from '../ledger/records/concerns.ts';
import type { OrderEntry } from '../ledger/records/product-orders.ts';
import { differencesFrom, unitDifference } from './differences.ts';

interface LookFacts {
  readonly entry: OrderEntry;
  readonly concerns: readonly Concern[];
  /** Undefined when Azumuta does not have it, under its id or its number. */
  readonly seen: AzumutaProductOrder | undefined;
  /** How far its quantity is: what is planned was read from Azumuta, and once it is booked nothing can be put right there. */
  readonly booking: 'none' | 'planned' | 'booked';
}

/**
 * What a look at Azumuta says about the concerns of a product order:
 *
 *   Azumuta has it       unwanted             wanted again     changed                     removed
 *   ended already        over                 over             over                        over
 *   booked               over                 over             as below                    over
 *   no, but planned      stays                over             stays                       over
 *   no                   over: withdrawn      over: made anew  over, if withdrawn          begins, unless withdrawn
 *   as the ERP wants it  stays                over             over: the order is that now over
 *   otherwise            stays                over             begins, or tells what is    over
 *
 * @returns `ends`: concerns that are over, each with what was seen. `takes`: what the ERP wants, which Azumuta has by now.
 * `withdraws`: the ERP did not want it, and Azumuta has it no more; it is created anew if it is wanted again.
 */
export function decideLook({ entry, concerns, seen, booking }: LookFacts) {
  const of = (kind: Concern['kind']) => concerns.filter((concern) => concern.kind === kind);
  const over = (those: readonly Concern[], note: string) => those.map((concern) => ({ concern, note }));
  const [unwanted, changed, removed] = [of('unwanted'), of('changed'), of('removed')];
  // A planner may have begun one from what was read before.
  if (entry.end) return { ends: over(concerns, `It is ${entry.end.how}.`), begins: [] };
  if (booking === 'booked' && unwanted.length > 0)
    return { ends: over([...unwanted, ...removed], 'It is built and booked.'), begins: [] };
  const again = unwanted.filter((concern) => concern.wanted);
  const wantedAgain = over(again, 'The ERP wants it again.');
  // What becomes of its booking decides: it is not made anew.
  if (!seen && booking !== 'none')
    return {
      ends: [...wantedAgain, ...over(removed, 'It is built, and its booking is written down.')],
      begins: [],
    };
  if (!seen && unwanted.length === 0) return { ends: [], begins: [removedConcern] };
  if (!seen) {
    const ends = over([...unwanted, ...changed, ...removed], 'Azumuta does not have it any more.');
    return { ends, begins: [], withdraws: true };
  }
  const ends = [...over(removed, 'Azumuta has it again.'), ...wantedAgain];
  // Nobody wants an order that the ERP does not: only whether it is there counts. And where the ERP, or the mapping, wants
  // what no look can show, accepting the order ends it.
  if (unwanted.length > again.length || changed.some(({ wanted }) => !wanted)) return { ends, begins: [] };
  const takes = [...changed, ...again].find((concern) => concern.wanted)?.wanted;
  const { draft, contentHash, erpOrder } = takes ?? entry;
  // Azumuta names variants, and those that we made may be wanted by their ids.
  const withVariants = !isDeepStrictEqual(draft.variants, entry.draft.variants);
  const differences = [
    ...differencesFrom(seen, draft, { withVariants }),
    ...unitDifference(entry.erpOrder, erpOrder),
  ];
  if (differences.length === 0)
    return { ends: [...ends, ...over(changed, 'Azumuta has it as the ERP wants it.')], begins: [], takes };
  const note = differences.join('; ');
  const wanted = { draft, contentHash, erpOrder };
  return { ends, begins: [{ kind: 'changed', content: note, note, cause: 'conflict', wanted } as const] };
}
