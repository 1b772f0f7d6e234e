import { describe, expect, it } from 'vitest';
import { aliasKey } from '../../../shared/ledger/keys.ts';
import { completed, inErp, orderRoute } from './completed.ts';
import { startCompletionStage } from './stage.ts';

const stage = await startCompletionStage();

/** A completed product order with another number in Azumuta than the ledger knows. */
async function renamed() {
  const { number } = await completed(stage);
  const name = `${number}-rework`;
  await stage.azumutaSide.rename(number, name);
  return { number, name };
}

describe('a product order that was renamed in Azumuta', () => {
  it.each(['new', 'old'] as const)(
    'is booked on its own ERP order by its %s name, and kept under its first number',
    async (by) => {
      const { number, name } = await renamed();
      await stage.handle(by === 'new' ? name : number);
      expect(await inErp(stage, number)).toEqual(['1']);
      expect(await stage.ledger.bookings.listOfOrder(number)).toMatchObject([
        { kind: 'quantity', state: 'done' },
      ]);
    },
  );

  it('leaves an alias, once, so that further hints by its new name book what is planned without a read', async () => {
    // Prepare
    const { number, name } = await renamed();
    await stage.message(name)({ down: 'erp' });
    const alias = await stage.store.table.get(aliasKey(name));
    stage.clock.advance(86_400);
    await stage.azumutaSide.forgetCalls();

    // Act
    const reconciliation = stage.message({ productOrderNumber: name, via: 'reconciliation' });
    const failure = await reconciliation({ down: 'azumuta' });

    // Assess
    expect(failure).toBeUndefined();
    expect(alias).toMatchObject({ number });
    expect(await stage.store.table.get(aliasKey(name))).toEqual(alias);
    expect(await stage.azumutaSide.calls()).not.toHaveProperty(orderRoute);
    expect(await inErp(stage, number)).toEqual(['1']);
  });

  it('is not booked again by a first hint under its new name, which finds it booked', async () => {
    const { number, name } = await renamed();
    await stage.handle(number);
    stage.clock.advance(61);
    await stage.handle(name);
    expect(await inErp(stage, number)).toEqual(['1']);
  });
});
