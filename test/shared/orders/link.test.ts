import { beforeEach, describe, expect, it } from 'vitest';
import { forAllTests } from '../../support/for-all-tests.ts';
import { overriding } from '../../support/overriding.ts';
import { startCreateStage } from './create-stage.ts';

const link = 'PATCH /api/production-orders/{number}';
const creation = 'POST /api/v1/productorders';

const stage = await forAllTests(startCreateStage());
beforeEach(() => stage.forgetFaults());

describe('a link that the ERP accepts and does not show', () => {
  it.each([
    ['had to wait for other things before', { kind: 'status', status: 503, times: 1 }],
    ['may have been created before', { kind: 'reset-after', route: creation, times: 1 }],
  ] as const)('is tried once more when its order %s', async (_, fault) => {
    // Prepare
    const number = await stage.released();
    await stage.azumutaSide.setFaults([fault]);
    await expect(stage.create(number, 1)).rejects.toMatchObject({ name: 'RetryLater' });
    await stage.erpSide.setFaults([{ kind: 'silent-no-op', route: link, times: 1 }]);

    // Act
    const first = await stage.create(number, 2).catch((error: unknown) => error);
    await stage.create(number, 3);

    // Assess
    expect(first).toMatchObject({ name: 'RetryLater', wrote: 'perhaps' });
    const [created] = (await stage.azumutaSide.productOrders()).filter((order) => order.number === number);
    expect(await stage.linkOf(number)).toBe(created?.id);
  });

  it('is for a person the second time, and begins anew when that person sends it again', async () => {
    // Prepare
    const number = await stage.released();
    await stage.erpSide.setFaults([{ kind: 'silent-no-op', route: link }]);

    // Act
    const failures: unknown[] = [];
    for (const receiveCount of [1, 2, 1]) {
      failures.push(await stage.create(number, receiveCount).catch((error: unknown) => error));
    }

    // Assess
    expect(failures).toMatchObject([{ name: 'RetryLater' }, { name: 'Rejected' }, { name: 'RetryLater' }]);
    expect(await stage.linkOf(number)).toBeNull();
  });

  it('stays in doubt through an attempt that did not get as far as writing', async () => {
    // Prepare
    const number = await stage.released();
    await stage.erpSide.setFaults([{ kind: 'silent-no-op', route: link, times: 1 }]);
    await expect(stage.create(number)).rejects.toMatchObject({ name: 'RetryLater', wrote: 'perhaps' });
    await stage.erpSide.setFaults([{ kind: 'status', status: 429, times: 1 }]);
    await expect(stage.create(number, 2)).rejects.toMatchObject({ name: 'RetryLater', wrote: 'nothing' });
    await stage.erpSide.setFaults([{ kind: 'silent-no-op', route: link, times: 1 }]);

    // Act
    const third = await stage.create(number, 3).catch((error: unknown) => error);

    // Assess
    expect(third).toMatchObject({ name: 'Rejected' });
  });
});

describe('a link without an answer', () => {
  it.each(['created in the same attempt', 'created before'])(
    'is searched no earlier when the ledger fails to note the doubt, of an order %s',
    async (when) => {
      // Prepare
      const number = await stage.released();
      if (when === 'created before') {
        await stage.erpSide.setFaults([{ kind: 'status', route: link, status: 429, times: 1 }]);
        await expect(stage.create(number)).rejects.toMatchObject({ name: 'RetryLater', wrote: 'nothing' });
      }
      await stage.erpSide.setFaults([{ kind: 'reset-after', route: link, times: 1 }]);
      const fails = async () => {
        throw new Error('Too many requests.');
      };
      const orders = overriding(stage.ledger.orders, { noteLink: fails });
      const claims = overriding(stage.ledger.claims, { complete: fails });

      // Act
      const ledger = overriding(stage.ledger, { orders, claims });
      const inDoubt = await stage.create(number, 2, { ledger }).catch((error: unknown) => error);

      // Assess
      const { settlingSeconds } = stage.dependencies;
      expect(inDoubt).toMatchObject({ name: 'RetryLater', afterSeconds: settlingSeconds });
    },
  );

  it('is tried again soon when nothing was sent', async () => {
    const number = await stage.released();
    await stage.erpSide.setFaults([{ kind: 'status', status: 429, times: 1 }]);

    const refused = await stage.create(number).catch((error: unknown) => error);

    expect(refused).toMatchObject({ name: 'RetryLater', wrote: 'nothing', afterSeconds: undefined });
  });
});
