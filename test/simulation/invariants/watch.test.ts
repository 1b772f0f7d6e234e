import { describe, expect, it } from 'vitest';
import { Table } from '../../../shared/platform/aws/dynamodb-table.ts';
import { createTableModel } from '../aws/table.ts';
import { beginning } from '../world/moments.ts';
import { invariants } from './finding.ts';
import { createWatch } from './watch.ts';

/** A watch at a given time, over a ledger with these items. */
async function prepared({
  limit = {},
  items = [],
}: {
  limit?: { readonly atOnce?: number; readonly perSecond?: number };
  items?: readonly Record<string, unknown>[];
}) {
  let at = beginning;
  const now = () => at;
  const table = createTableModel({ name: 'ledger', indexes: [], now, indexLagMs: () => 0 });
  const ledger = new Table(table.client, 'ledger');
  for (const item of items) await ledger.putIf(item as { pk: string; sk: string });
  const watch = createWatch({ now, table: () => table, isCalm: () => true, limit });
  return {
    ...watch,
    at(ms: number) {
      at = ms;
    },
  };
}

const slot = (number: number) => ({ pk: 'SLOTS#erp', sk: `SLOT#${number}`, leaseUntil: beginning + 360_000 });
const breaker = (more: Record<string, unknown> = {}) => ({
  ...{ pk: 'BREAKER#erp', sk: 'STATE', open: true },
  openedAt: new Date(beginning - 3_600_000).toISOString(),
  openUntil: beginning + 60_000,
  ...more,
});
const found = (watch: Awaited<ReturnType<typeof prepared>>) =>
  watch.findings().map(({ invariant }) => invariant);

describe('the watch', () => {
  it.each([
    ['a lock', { lockedBy: 'an attempt' }],
    ['a claim', { state: 'claimed', owner: 'an attempt', leaseUntil: beginning + 360_000 }],
  ])('finds %s that is still held when no function runs any more', async (_, held) => {
    // Prepare
    const watch = await prepared({ items: [{ pk: 'ORDER#MO/1', sk: 'BOOKING#po#quantity', ...held }] });
    watch.begins('book-completion 1', 'book-completion', 'erp');
    watch.begins('book-completion 2', 'book-completion', 'ledger');

    // Act
    watch.leaves('book-completion 2');
    const whileOneWorks = found(watch);
    watch.leaves('book-completion 1');

    // Assess
    expect({ whileOneWorks, after: found(watch) }).toEqual({
      whileOneWorks: [],
      after: [invariants.released],
    });
  });

  it('finds two containers that use one slot at the same time', async () => {
    const watch = await prepared({ limit: { atOnce: 1 }, items: [slot(1)] });

    watch.begins('book-completion 1', 'book-completion', 'erp');
    watch.begins('book-completion 2', 'book-completion', 'erp');

    expect(found(watch)).toContain(invariants.atOnce);
  });

  it('finds two simultaneous calls of one container with one slot', async () => {
    const watch = await prepared({ limit: { atOnce: 1 }, items: [slot(1)] });

    watch.begins('book-completion 1', 'book-completion', 'erp');
    watch.begins('book-completion 1', 'book-completion', 'erp');

    expect(found(watch)).toContain(invariants.atOnce);
  });

  it.each(['answered', 'dead'])('finds nothing wrong when the first of two is %s', async (how) => {
    const watch = await prepared({ limit: { atOnce: 1 }, items: [slot(1)] });

    watch.begins('book-completion 1', 'book-completion', 'erp');
    if (how === 'answered') watch.ends('book-completion 1', 'erp');
    else watch.leaves('book-completion 1');
    watch.begins('book-completion 2', 'book-completion', 'erp');

    expect(found(watch)).toEqual([]);
  });

  it.each([
    ['a partner’s limit', 1000, []],
    ['more than the limit', 800, [invariants.perSecond]],
  ])('counts calls at %s', async (_, intervalMs, expected) => {
    const watch = await prepared({ limit: { perSecond: 1 }, items: [slot(1)] });

    for (let nth = 0; nth < 100; nth += 1) {
      watch.at(beginning + nth * intervalMs);
      watch.begins('book-completion 1', 'book-completion', 'erp');
      watch.ends('book-completion 1', 'erp');
    }

    expect([...new Set(found(watch))]).toEqual(expected);
  });

  it('finds a call while the breaker is open', async () => {
    const watch = await prepared({ items: [breaker()] });

    watch.begins('book-completion 1', 'book-completion', 'erp');

    expect(found(watch)).toEqual([invariants.breaker]);
  });

  it.each([
    ['two probes at once', 60_000, [invariants.breaker]],
    ['nothing wrong with a probe next to one that hangs', 91_000, []],
  ])('finds %s', async (_what, later, expected) => {
    const watch = await prepared({
      items: [breaker({ openUntil: beginning, probeUntil: beginning + 300_000 })],
    });

    watch.begins('pull-product-orders 1', 'pull-product-orders', 'erp');
    watch.at(beginning + later);
    watch.begins('book-completion 1', 'book-completion', 'erp');

    expect(found(watch)).toEqual(expected);
  });

  it.each([
    ['a probe', { probeUntil: beginning + 90_000 }],
    ['work that began before the breaker opened', { openedAt: new Date(beginning - 30_000).toISOString() }],
    ['a call after the breaker’s time', { openUntil: beginning - 1 }],
    ['a call while the breaker is closed', { open: false }],
  ])('finds nothing wrong with %s', async (_what, more) => {
    const watch = await prepared({ items: [breaker(more)] });

    watch.begins('book-completion 1', 'book-completion', 'erp');

    expect(found(watch)).toEqual([]);
  });
});
