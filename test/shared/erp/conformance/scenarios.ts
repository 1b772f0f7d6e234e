import type { Attempt } from '../../../../shared/erp/connector.ts';
import type { BookingKey, Completion } from '../../../../shared/model/completions.ts';
import { definedFields } from '../../../../shared/model/unread.ts';
import {
  amendmentOf,
  assemblyOf,
  completionOf,
  productOrderOf,
  quantityKey,
  windowOf,
} from './completions.ts';
import type { Capability, Chapter, PlannedOrderRef } from './target.ts';

export interface Scenario {
  readonly name: string;
  readonly needs: readonly Capability[];
  readonly completion: (order: PlannedOrderRef) => Completion;
  /** Default: that of the quantity of its product order. */
  readonly keyOf?: (order: PlannedOrderRef) => BookingKey;
  readonly article?: 'plain' | 'lots' | 'assembly';
  /** A part that is booked before it. */
  readonly after?: (order: PlannedOrderRef) => Completion;
}

/** One booking of each kind, for chapters that disturb bookings at each of their calls. */
export function scenariosOf({ target, cannot, plan, book }: Chapter) {
  /** A booking that uses every capability of this ERP. */
  function everything(order: PlannedOrderRef): Completion {
    const { id } = productOrderOf(order);
    return completionOf(order, {
      article: order.article,
      ...(cannot.scrap === undefined ? { quantity: { amount: '4' }, scrap: { amount: '1' } } : {}),
      ...(cannot.notes === undefined ? { notes: ['All checks in order'] } : {}),
      ...(cannot.links === undefined
        ? { links: [{ name: 'Report', url: `https://app.azumuta.com/recordings/${id}` }] }
        : {}),
    });
  }
  const part = (order: PlannedOrderRef): Completion =>
    completionOf(order, { quantity: { amount: '2' }, final: false });
  const rest = (order: PlannedOrderRef): Completion =>
    completionOf(order, { quantity: { amount: '3' }, final: false }, productOrderOf(order, 2));
  const lot = (order: PlannedOrderRef): Completion =>
    completionOf(order, {
      quantity: { amount: '4' },
      scrap: { amount: '1' },
      lots: [{ number: `L-${productOrderOf(order).id.slice(0, 8)}` }],
    });
  const assembled = (order: PlannedOrderRef): Completion => {
    const { assembly } = target();
    return assembly ? assemblyOf(order, assembly, cannot) : completionOf(order);
  };
  /** Parts that are booked together at a time, while others are still built. */
  const ofShift = (order: PlannedOrderRef, n: number) => {
    const { assembly } = target();
    const { operations, checks } = assembly ? assemblyOf(order, assembly, cannot) : {};
    const unfinished = operations?.map((one) => ({ ...one, finished: false }));
    return windowOf(order, n, '2', definedFields({ operations: unfinished, checks }));
  };
  const late = (order: PlannedOrderRef): Completion => amendmentOf(order, { notes: ['A late check'] });

  const whole: Scenario = { name: 'a whole order', needs: [], completion: everything };
  const scenarios: readonly Scenario[] = [
    whole,
    { name: 'a part of an order', needs: ['partial'], completion: part },
    {
      name: 'a lot with its scrap',
      needs: ['lots', 'scrap'],
      completion: lot,
      article: 'lots',
    },
    { name: 'the last part of an order', needs: ['partial'], completion: part, after: rest },
    { name: 'an assembly', needs: ['assembly'], completion: assembled, article: 'assembly' },
    {
      name: 'the parts of a shift, after those of the shift before',
      needs: ['partial'],
      completion: (order) => ofShift(order, 2).completion,
      keyOf: (order) => ofShift(order, 2).key,
      after: (order) => ofShift(order, 1).completion,
      article: cannot.assembly === undefined ? 'assembly' : 'plain',
    },
    {
      name: 'an amendment',
      needs: ['amendments'],
      completion: late,
      keyOf: (order) => `${productOrderOf(order).id}#recording#late`,
    },
  ];

  async function planFor({ article = 'plain', after }: Scenario): Promise<PlannedOrderRef> {
    const { articles, assembly } = target();
    const planned = article === 'assembly' ? assembly?.article : articles[article];
    const order = await plan({ article: planned ?? '' });
    const earlier = after?.(order);
    if (earlier) await book(earlier);
    target().faults.reset();
    return order;
  }

  const bookAs = (
    { completion, keyOf = (order) => quantityKey(productOrderOf(order)) }: Scenario,
    order: PlannedOrderRef,
    attempt: Attempt,
    connector = target().connector(),
  ) => connector.book(completion(order), keyOf(order), attempt);

  return { whole, scenarios, planFor, bookAs };
}
