import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLedger, type Ledger } from '../../../shared/ledger/ledger.ts';
import type { ErpOrder } from '../../../shared/model/orders.ts';
import { createTable } from '../../../shared/platform/dynamodb-table.ts';
import { erpOrder } from '../../support/orders.ts';
import { type FaultProxy, startFaultProxy } from '../erp/conformance/fault-proxy.ts';
import { type Mapping, type OrderStage, startOrderStage } from './order-stage.ts';

interface Wish {
  readonly amount: string;
  readonly article?: string;
  readonly state?: ErpOrder['state'];
  readonly mapping?: Mapping;
}

const each: Mapping = { split: { per: 'unit', book: 'each' } };
const together: Mapping = { split: { per: 'unit', book: 'when-all-done' } };
const prefixed: Mapping = { ...each, number: ({ number }) => `GH-${number}` };

let stage: OrderStage;
let proxy: FaultProxy;
const clients: DynamoDBClient[] = [];

beforeAll(async () => {
  stage = await startOrderStage();
  proxy = await startFaultProxy(stage.store.url);
});
afterAll(async () => {
  for (const client of clients) client.destroy();
  await proxy.close();
  await stage.stop();
});

function ledgerBehindProxy(maxAttempts: number): Ledger {
  const client = new DynamoDBClient({
    endpoint: proxy.url,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts,
  });
  clients.push(client);
  const table = createTable(client, stage.store.tableName);
  return createLedger({ table, clock: stage.clock, times: { settlingSeconds: 300 } });
}

const orderOf = (number: string, { amount, article, state }: Wish): ErpOrder =>
  erpOrder({
    ...{ number, quantity: { amount, unit: 'u' } },
    ...(article === undefined ? {} : { article }),
    ...(state === undefined ? {} : { state }),
  });

const accept = (number: string, wish: Wish, ledger: Ledger = stage.ledger) =>
  stage.accept(orderOf(number, wish), { mapping: wish.mapping ?? each, ledger });

/** What the ledger says in the end, whatever the number of the order is. */
async function worldOf(number: string): Promise<string> {
  const numbers = [...(await stage.ledger.journeys.productOrdersOf(number))].sort();
  const record = await stage.ledger.erpOrders.find(erpOrder({ number }));
  const known = await Promise.all(numbers.map((each) => stage.ledger.knownOrders.read(each)));
  const productOrders = known.map(({ entry, told }) => {
    if (!entry) throw new Error('The index tells of what is there.');
    const { erpOrder: inErp, draft, part, state, withdrawn } = entry;
    return { number: entry.number, inErp, draft, part, state, withdrawn, isTold: told !== '' };
  });
  const unsent = productOrders.filter((one) => one.state === 'waiting' && !stage.sent().includes(one.number));
  const { version: _, ...said } = record ?? { version: 0 };
  return JSON.stringify({ said, productOrders, unsent }, undefined, 1).replaceAll(number, 'IT');
}

const changes: [string, readonly Wish[], Wish][] = [
  ['is new', [], { amount: '3' }],
  ['grows', [{ amount: '2' }], { amount: '3' }],
  ['shrinks', [{ amount: '3' }], { amount: '2' }],
  ['is cancelled', [{ amount: '2' }], { amount: '2', state: 'cancelled' }],
  ['is released again', [{ amount: '2' }, { amount: '2', state: 'cancelled' }], { amount: '3' }],
  ['is of another article', [{ amount: '2' }], { amount: '2', article: 'GEAR-02' }],
  ['gets other numbers', [{ amount: '2' }], { amount: '2', mapping: prefixed }],
  ['is booked in another way', [{ amount: '2' }], { amount: '2', mapping: together }],
];

describe.each(changes)('while an ERP order %s', (change, before, wish) => {
  /** An order with what was there before, and its first part created if `created`. */
  async function prepared(number: string, created: boolean): Promise<void> {
    for (const one of before) await accept(number, one);
    if (created) await stage.attempt(`${number}/1`, 'created');
  }

  it.each([true, false])(
    'whatever call its process dies at, the next one makes of it what is wanted (part 1 created: %s)',
    async (created) => {
      // Prepare
      const mortal = ledgerBehindProxy(1);
      const whole = `${change} ${created}`;
      await prepared(whole, created);
      proxy.reset();
      await accept(whole, wish, mortal);
      const calls = proxy.callCount();
      const expected = await worldOf(whole);

      for (let call = 1; call <= calls; call++) {
        // Act
        const number = `${whole} ${call}`;
        await prepared(number, created);
        proxy.reset();
        proxy.crashAt(call, call % 2 === 0 ? 'before' : 'after');
        await expect(accept(number, wish, mortal)).rejects.toThrow();
        await accept(number, wish);

        // Assess
        expect(await worldOf(number)).toBe(expected);
      }
    },
  );

  it('whichever answer of DynamoDB is lost, it is what is wanted', async () => {
    // Prepare
    const patient = ledgerBehindProxy(2);
    await prepared(`${change} lost`, false);
    proxy.reset();
    await accept(`${change} lost`, wish, patient);
    const calls = proxy.callCount();
    const expected = await worldOf(`${change} lost`);

    for (let call = 1; call <= calls; call++) {
      // Act
      const number = `${change} lost ${call}`;
      await prepared(number, false);
      proxy.reset();
      proxy.crashAt(call, 'after');
      await accept(number, wish, patient);

      // Assess
      expect(await worldOf(number)).toBe(expected);
    }
  });
});
