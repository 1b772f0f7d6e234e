import { expect, it } from 'vitest';
import {
  type PullPreviewDependencies,
  previewPull,
  previewPullLines,
  pulledLines,
} from '../../../../infra/ops/pull/preview.ts';
import type { ReleasedOrdersPage } from '../../../../shared/erp/connector.ts';
import { createLedger } from '../../../../shared/ledger/ledger.ts';
import { newSignal } from '../../../shared/erp/conformance/attempts.ts';
import { acceptInto } from '../../../shared/orders/order-stage.ts';
import { testClock } from '../../../support/clock.ts';
import { startLedgerStore } from '../../../support/dynamodb.ts';
import { erpOrder } from '../../../support/orders.ts';

const store = await startLedgerStore();
const ledger = createLedger({ ...store, clock: testClock(), settlingSeconds: 300 });
const nobody = () => Promise.reject(new Error('nobody is asked about an order that is left out'));

/** Previews a page of the ERP. */
function previewed(
  page: Pick<ReleasedOrdersPage, 'orders' | 'unreadable'>,
  given: Partial<PullPreviewDependencies>,
) {
  return previewPull(undefined, 10, {
    erp: {
      async *releasedOrders() {
        yield { ...page, watermark: { changedAt: '2026-12-01T08:00:00.000Z' } };
      },
    },
    azumuta: { findProductOrder: nobody, findArticle: nobody },
    ledger,
    productOrders: {},
    signal: newSignal(),
    progress: () => {},
    ...given,
  });
}

it('shows which orders of the ERP cannot be read, and why', async () => {
  // Prepare
  const reason = 'Small ERP lists order MO/2, which cannot be read: $.quantity: found null, expected string.';
  const page = { orders: [erpOrder({ number: 'MO/1' })], unreadable: [{ id: 'MO/2', reason }] };

  // Act
  const preview = await previewed(page, { productOrders: { accept: () => false } });

  // Assess
  expect(preview).toMatchObject({ read: 2, readUpTo: '2026-12-01T08:00:00.000Z' });
  const unread = { erpOrder: 'MO/2', number: 'MO/2', outcome: 'unreadable', reason };
  expect(preview.productOrders).toContainEqual(unread);
  const text = previewPullLines(preview, { target: 'the stack', where: '--local' }).join(' ');
  expect(text).toMatch(/cannot be read[\s\S]*\$\.quantity/);
});

it('shows that an order which is not created yet would get the numbers that the mapping gives it now', async () => {
  // Prepare
  const order = erpOrder({ number: 'MO/7' });
  await acceptInto(ledger, [order], 'pull');

  // Act
  const { productOrders } = await previewed(
    { orders: [order], unreadable: [] },
    {
      azumuta: {
        findProductOrder: async () => undefined,
        findArticle: async (number) => ({ id: 'a', number, variants: [], raw: {} }),
      },
      productOrders: { number: ({ number }) => `GH-${number}` },
    },
  );

  // Assess
  expect(productOrders).toMatchObject([
    { number: 'MO/7', outcome: 'left out', reason: expect.stringContaining('is mapped to GH-MO/7 now') },
    { number: 'GH-MO/7', outcome: 'create' },
  ]);
});

it.each([
  [1, 1, 40, 'Read 1 order of the ERP: 1 order (40 product orders) queued to be created.'],
  [3, 2, 2, 'Read 3 orders of the ERP: 2 orders (2 product orders) queued to be created.'],
  [2, 0, 0, 'Read 2 orders of the ERP: 0 orders queued to be created.'],
])(
  'counts orders of the ERP and the product orders that they become: %i read',
  (orders, queued, made, says) => {
    const counts = { pages: 1, conflicts: 0, rejected: 0, cancelled: 0, remapped: 0 };
    const report = { ...counts, outcome: 'read', orders, queued, queuedProductOrders: made } as const;
    expect(pulledLines(report, '--local')).toEqual([says]);
  },
);
