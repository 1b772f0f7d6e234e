import { describe, expect, it } from 'vitest';
import { productOrderMessage } from '../../../shared/orders/messages.ts';
import type { BuiltProductOrder } from '../partners/azumuta.ts';
import type { ReleasedOrder } from '../scenario/released-order.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { createWorld } from '../world/world.ts';
import { createFindings, invariants } from './finding.ts';
import { judgeLinks } from './links.ts';

const planned = { article: 'plain', quantity: 1, scrap: 0, releasedAt: 0, builtAfter: 1 } as const;
const scenario: Scenario = {
  ...{ seed: 1, erp: 'odoo 17', split: 'one', via: 'pull', orders: [planned], events: [] },
};
const number = 'MO/1';
const order: ReleasedOrder = {
  ...{ planned, ref: { number, article: 'plain' }, numbers: new Set([number]), family: number, quantity: 1 },
  ...{ changes: [], figures: undefined, typed: new Set(), removed: [], later: new Set(), reworked: [] },
};
const made: BuiltProductOrder = {
  ...{ id: 'id-1', number, article: 'plain', parameters: {}, status: 'open' },
  ...{ completedAt: null, recordings: [] },
};

/** @param receives The receive count of each message that asked for the product order, in order of arrival. */
function findingsIn(links: readonly string[], receives: readonly number[]) {
  const world = createWorld(scenario, false);
  const { find, all } = createFindings();
  for (const receive of receives)
    world.watch.gives('create-product-orders', {
      Records: [
        { body: productOrderMessage(number), attributes: { ApproximateReceiveCount: String(receive) } },
      ],
    });
  judgeLinks(world, order, [made], links, find);
  return all().map(({ invariant }) => invariant);
}

describe('checks of links', () => {
  it.each([
    ['nothing wrong with an id that was sent once', [made.id], [1], []],
    ['an id that was never sent', [], [1], [invariants.linked]],
    [
      'an id that was sent twice because its message came again',
      [made.id, made.id],
      [1, 2],
      [invariants.linkedOnce],
    ],
    ['nothing wrong with an id that two messages sent', [made.id, made.id], [1, 1], []],
  ])('finds %s', (_, links, receives, expected) => {
    expect(findingsIn(links, receives)).toEqual(expected);
  });
});
