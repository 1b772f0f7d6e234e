import { randomUUID } from 'node:crypto';
import { azumutaSandboxKey, erpSandboxKey } from '../../../infra/local/sandbox/api.ts';
import { startSandbox } from '../../../infra/local/sandbox/sandboxes.ts';
import { AzumutaClient } from '../../../shared/azumuta/client.ts';
import { defaultContract } from '../../../shared/azumuta/contract.ts';
import { Breaker } from '../../../shared/circuit-breaker/circuit-breaker.ts';
import { PartnerCalls } from '../../../shared/circuit-breaker/guarded-call.ts';
import { createLedger } from '../../../shared/ledger/ledger.ts';
import { type CreateDependencies, createProductOrder } from '../../../shared/orders/create.ts';
import { type Clock, systemClock } from '../../../shared/platform/clock.ts';
import { startLedgerStore } from '../../support/dynamodb.ts';
import { silent } from '../../support/logs.ts';
import { newOrder } from '../../support/orders.ts';
import { sandboxErp } from '../erp/rest/sandbox.ts';

/** Both sandboxes and a ledger, and the creation of product orders. */
export async function startCreateStage() {
  const [azumuta, erp] = await Promise.all([startSandbox.azumuta(), startSandbox.erp()]);
  const [azumutaSide, erpSide] = [azumuta.control, erp.control];
  const store = await startLedgerStore();
  const ledger = createLedger({ ...store, clock: systemClock, times: { settlingSeconds: 0 } });
  const dependencies: CreateDependencies = {
    ledger,
    clock: systemClock,
    settlingSeconds: 300,
    enqueue: async () => {},
    azumuta: new AzumutaClient({
      baseUrl: `${azumuta.url}/api/v1`,
      contract: defaultContract,
      apiKey: async () => azumutaSandboxKey,
      clock: systemClock,
    }),
    erp: sandboxErp({ baseUrl: erp.url }).connect({
      clock: systemClock,
      credentials: async () => ({ apiKey: erpSandboxKey }),
    }),
    partners: new PartnerCalls({
      breaker: new Breaker(store.table, systemClock),
      newOwner: randomUUID,
      log: silent,
    }),
  };
  return {
    ...{ store, ledger, azumutaSide, erpSide, dependencies },
    /** An order that the ERP has released and the ledger knows. */
    async released(parameters: Readonly<Record<string, string>> = {}) {
      const [order] = await erpSide.release({ product: 'GEAR-01' });
      if (!order) throw new Error('The sandbox released nothing.');
      const { number } = order;
      const draft = { number, article: 'GEAR-01', parameters, variants: [] };
      await ledger.orders.put(
        newOrder({ number, draft, erpOrder: { number, article: 'GEAR-01', amount: '5' } }),
      );
      return number;
    },
    /** Works on its message as the function does. */
    create: (
      number: string,
      receiveCount = 1,
      changed: Partial<CreateDependencies> = {},
      clock: Clock = systemClock,
    ) => createProductOrder(number, attempt(number, receiveCount, clock), { ...dependencies, ...changed }),
    /** The Azumuta id that the ERP has of an order. */
    linkOf: async (number: string) =>
      (await erpSide.orders()).find((order) => order.number === number)?.azumutaId,
    async forgetFaults() {
      await azumutaSide.setFaults([]);
      await erpSide.setFaults([]);
    },
    async stop() {
      await Promise.all([azumuta.stop(), erp.stop(), store.stop()]);
    },
  };
}

function attempt(messageId: string, receiveCount: number, clock: Clock) {
  return {
    owner: randomUUID(),
    messageId,
    endsAt: clock.now(),
    secondsUntil: (ms: number) => Math.max(1, Math.ceil((ms - clock.now().getTime()) / 1000)),
    signal: new AbortController().signal,
    log: silent,
    sentAt: new Date(),
    receiveCount,
    hasTime: () => true,
  };
}
