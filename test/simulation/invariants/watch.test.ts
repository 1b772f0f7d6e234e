import { expect, it } from 'vitest';
import { Table } from '../../../shared/platform/aws/dynamodb-table.ts';
import { createTableModel } from '../aws/table.ts';
import { beginning } from '../world/moments.ts';
import { invariants } from './finding.ts';
import { createWatch } from './watch.ts';

/** A watch over a ledger in which the ERP's breaker is like that. Other breaches are in judge.test.ts. */
async function prepared(breaker: Readonly<Record<string, unknown>>) {
  let at = beginning;
  const now = () => at;
  const table = createTableModel({ now, indexLagMs: () => 0 });
  await new Table(table.client, 'ledger').putIf({
    pk: 'BREAKER#erp',
    sk: 'STATE',
    open: true,
    openedAt: new Date(beginning - 3_600_000).toISOString(),
    openUntil: beginning + 60_000,
    ...breaker,
  });
  const watch = createWatch({ now, table: () => table, isCalm: () => true, limit: {} });
  return {
    ...watch,
    pass(ms: number) {
      at += ms;
    },
    found: () => watch.findings().map(({ invariant }) => invariant),
  };
}

it.each([
  ['two probes at once', 60_000, [invariants.breaker]],
  ['nothing wrong with a probe next to one that hangs', 91_000, []],
])('finds %s', async (_what, later, expected) => {
  const watch = await prepared({ openUntil: beginning, probeUntil: beginning + 300_000 });

  watch.begins('pull-product-orders 1', 'pull-product-orders', 'erp');
  watch.pass(later);
  watch.begins('book-completion 1', 'book-completion', 'erp');

  expect(watch.found()).toEqual(expected);
});

it.each([
  ['a probe', { probeUntil: beginning + 90_000 }],
  ['work that began before the breaker opened', { openedAt: new Date(beginning - 30_000).toISOString() }],
  ['a call after the breaker’s time', { openUntil: beginning - 1 }],
])('finds nothing wrong with %s', async (_what, more) => {
  const watch = await prepared(more);

  watch.begins('book-completion 1', 'book-completion', 'erp');

  expect(watch.found()).toEqual([]);
});
