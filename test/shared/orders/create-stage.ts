import { createLedger } from '../../../shared/ledger/ledger.ts';
import { type CreateDependencies, createProductOrder } from '../../../shared/orders/create.ts';
import { type Clock, systemClock } from '../../../shared/platform/clock.ts';
import { startLedgerStore } from '../../support/dynamodb.ts';
import { setFaults } from '../../support/faults.ts';
import { newOrder } from '../../support/orders.ts';
import { partnersOn, startSandboxes, workAttempt } from '../../support/partners.ts';

/** Both sandboxes and a ledger, and the creation of product orders. */
export async function startCreateStage() {
  const { azumuta, azumutaSide, erp, erpSide, stop } = await startSandboxes();
  const store = await startLedgerStore();
  const ledger = createLedger({ ...store, clock: systemClock, settlingSeconds: 0 });
  const dependencies: CreateDependencies = {
    ledger,
    azumuta,
    erp,
    clock: systemClock,
    settlingSeconds: 300,
    enqueue: async () => {},
    lookAgain: async () => {},
    isKnownInShadow: async () => false,
    liveFrom: undefined,
    partners: partnersOn({ ...store, clock: systemClock }),
  };
  return {
    store,
    ledger,
    azumutaSide,
    erpSide,
    dependencies,
    stop,
    /** An order that the ERP has released and the ledger knows. */
    async released(parameters: Readonly<Record<string, string>> = {}) {
      const [order] = await erpSide.release({ product: 'GEAR-01' });
      if (!order) throw new Error('The sandbox released nothing.');
      const { number } = order;
      const draft = { number, article: 'GEAR-01', parameters, variants: [] };
      await ledger.orders.create(
        newOrder({ number, draft, erpOrder: { number, article: 'GEAR-01', amount: '5' } }),
      );
      return number;
    },
    /** Works on its message as the function does. */
    create(
      number: string,
      receiveCount = 1,
      changed: Partial<CreateDependencies> = {},
      clock: Clock = systemClock,
    ) {
      const attempt = workAttempt(clock, { messageId: number, endsAt: clock.now(), receiveCount });
      return createProductOrder(number, attempt, { ...dependencies, ...changed });
    },
    /** The Azumuta id that the ERP has of an order. */
    linkOf: async (number: string) =>
      (await erpSide.orders()).find((order) => order.number === number)?.azumutaId,
    async forgetFaults() {
      setFaults(azumutaSide, []);
      setFaults(erpSide, []);
    },
  };
}
