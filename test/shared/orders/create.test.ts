import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type AzumutaControl, azumutaControl } from '../../../infra/local/sandbox/azumuta/control.ts';
import { type ErpControl, erpControl } from '../../../infra/local/sandbox/erp/control.ts';
import { azumutaSandboxKey, erpSandboxKey } from '../../../infra/local/sandbox/keys.ts';
import type { Sandbox } from '../../../infra/local/sandbox/process.ts';
import { assumptionsSchema } from '../../../shared/azumuta/assumptions.ts';
import { createAzumutaClient } from '../../../shared/azumuta/client.ts';
import { createBreaker } from '../../../shared/circuit-breaker/circuit-breaker.ts';
import { createPartnerCalls } from '../../../shared/circuit-breaker/guarded-call.ts';
import { orderKey } from '../../../shared/ledger/keys.ts';
import { createLedger, type Ledger } from '../../../shared/ledger/ledger.ts';
import { type CreateDependencies, createProductOrder } from '../../../shared/orders/create.ts';
import { type Clock, systemClock } from '../../../shared/platform/clock.ts';
import { testClock } from '../../support/clock.ts';
import { type LedgerStore, startLedgerStore } from '../../support/dynamodb.ts';
import { silent } from '../../support/logs.ts';
import { newOrder } from '../../support/orders.ts';
import { startSandboxHere } from '../../support/sandboxes.ts';
import { sandboxErp } from '../erp/rest/sandbox.ts';

const link = 'PATCH /api/production-orders/{number}';

let store: LedgerStore;
let sandboxes: readonly Pick<Sandbox, 'stop'>[];
let azumutaSide: AzumutaControl;
let erpSide: ErpControl;
let ledger: Ledger;
let dependencies: CreateDependencies;

beforeAll(async () => {
  const [azumuta, erp] = await Promise.all([startSandboxHere('azumuta'), startSandboxHere('erp')]);
  sandboxes = [azumuta, erp];
  azumutaSide = azumutaControl(azumuta.url);
  erpSide = erpControl(erp.url);
  store = await startLedgerStore();
  ledger = createLedger({ ...store, clock: systemClock, times: { settlingSeconds: 0 } });
  dependencies = {
    ledger,
    clock: systemClock,
    azumuta: createAzumutaClient({
      baseUrl: `${azumuta.url}/api/v1`,
      assumptions: assumptionsSchema.parse({}),
      apiKey: async () => azumutaSandboxKey,
      clock: systemClock,
    }),
    erp: sandboxErp({ baseUrl: erp.url }).connect({
      clock: systemClock,
      credentials: async () => ({ apiKey: erpSandboxKey }),
    }),
    partners: createPartnerCalls({
      breaker: createBreaker(store.table, systemClock),
      newOwner: randomUUID,
      clock: systemClock,
      log: silent,
    }),
  };
});
afterAll(async () => {
  await Promise.all([...sandboxes.map((sandbox) => sandbox.stop()), store.stop()]);
});
beforeEach(async () => {
  await azumutaSide.setFaults([]);
  await erpSide.setFaults([]);
});

/** An order that the ERP has released and the ledger was told of. */
async function released(parameters: Readonly<Record<string, string>> = {}): Promise<string> {
  const [order] = await erpSide.release({ product: 'GEAR-01' });
  if (!order) throw new Error('The sandbox released nothing.');
  const { number } = order;
  const draft = { number, article: 'GEAR-01', parameters, variants: [] };
  await ledger.orders.put(newOrder({ number, draft, erpOrder: { number, article: 'GEAR-01' } }));
  return number;
}

const create = (
  number: string,
  receiveCount = 1,
  changed: Partial<CreateDependencies> = {},
  clock = systemClock,
) =>
  createProductOrder({ v: 1, kind: 'product-order', number }, attempt(number, receiveCount, clock), {
    ...dependencies,
    ...changed,
  });

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
  };
}

const linkOf = async (number: string) =>
  (await erpSide.orders()).find((order) => order.number === number)?.azumutaId;

it('an order whose Azumuta is unwell is not claimed, and nobody is called, while the breaker is open', async () => {
  // Prepare
  const number = await released();
  const open = { seconds: 15, reason: 'Azumuta failed (503).', openedAt: 0 };
  const partners = createPartnerCalls({
    breaker: {
      ...createBreaker(store.table, systemClock),
      outage: async () => open,
    },
    newOwner: randomUUID,
    clock: systemClock,
    log: silent,
  });
  await azumutaSide.forgetCalls();
  const before = await store.table.get(orderKey(number));

  // Act
  const creating = create(number, 1, { partners });

  // Assess
  await expect(creating).rejects.toMatchObject({ name: 'RetryLater', scope: 'partner', afterSeconds: 15 });
  expect(await store.table.get(orderKey(number))).toEqual(before);
  expect(await azumutaSide.calls()).toEqual({});
});

describe('a link that the ERP accepts and does not show', () => {
  it('is tried once more, however often its order had to wait for other things before', async () => {
    // Prepare
    const number = await released();
    await azumutaSide.setFaults([{ kind: 'status', status: 503, times: 1 }]);
    await expect(create(number, 1)).rejects.toMatchObject({ name: 'RetryLater' });
    await erpSide.setFaults([{ kind: 'silent-no-op', route: link, times: 1 }]);

    // Act
    const first = await create(number, 2).catch((error: unknown) => error);
    await create(number, 3);

    // Assess
    expect(first).toMatchObject({ name: 'RetryLater', wrote: 'perhaps' });
    const [created] = (await azumutaSide.productOrders()).filter((order) => order.number === number);
    expect(await linkOf(number)).toBe(created?.id);
  });

  it('is for a person the second time, and what that person sends again begins anew', async () => {
    // Prepare
    const number = await released();
    await erpSide.setFaults([{ kind: 'silent-no-op', route: link }]);

    // Act
    const failures: unknown[] = [];
    for (const receiveCount of [1, 2, 1]) {
      failures.push(await create(number, receiveCount).catch((error: unknown) => error));
    }

    // Assess
    expect(failures).toMatchObject([{ name: 'RetryLater' }, { name: 'Rejected' }, { name: 'RetryLater' }]);
    expect(await linkOf(number)).toBeNull();
  });

  it('stays in doubt through an attempt that never came to write', async () => {
    // Prepare
    const number = await released();
    await erpSide.setFaults([{ kind: 'silent-no-op', route: link, times: 1 }]);
    await expect(create(number)).rejects.toMatchObject({ name: 'RetryLater', wrote: 'perhaps' });
    await erpSide.setFaults([{ kind: 'status', status: 429, times: 1 }]);
    await expect(create(number, 2)).rejects.toMatchObject({ name: 'RetryLater', wrote: 'nothing' });
    await erpSide.setFaults([{ kind: 'silent-no-op', route: link, times: 1 }]);

    // Act
    const third = await create(number, 3).catch((error: unknown) => error);

    // Assess
    expect(third).toMatchObject({ name: 'Rejected' });
  });
});

describe('a product order whose create may have been written', () => {
  it('is left alone until it must have settled; then the next attempt finds it and makes no second', async () => {
    // Prepare
    const settlingSeconds = 300;
    const clock = testClock();
    const settling = createLedger({ ...store, clock, times: { settlingSeconds } });
    const number = await released();
    await azumutaSide.forgetCalls();
    await azumutaSide.setFaults([{ kind: 'reset-after', route: 'POST /api/v1/productorders', times: 1 }]);
    const tried = (receiveCount: number) =>
      create(number, receiveCount, { ledger: settling }, clock).catch((error: unknown) => error);

    // Act
    const inDoubt = await tried(1);
    clock.advance(settlingSeconds - 1);
    const early = await tried(2);
    clock.advance(1);
    const last = await tried(3);

    // Assess
    expect(inDoubt).toMatchObject({ name: 'RetryLater', wrote: 'perhaps' });
    expect(early).toMatchObject({
      name: 'RetryLater',
      scope: 'order',
      message: expect.stringContaining('being created by another attempt'),
    });
    expect(last).toBeUndefined();
    expect((await azumutaSide.calls())['POST /api/v1/productorders']).toBe(1);
    const made = (await azumutaSide.productOrders()).filter((order) => order.number === number);
    expect(made).toHaveLength(1);
    expect(await settling.orders.find(number)).toMatchObject({
      state: 'done',
      productOrder: { id: made[0]?.id },
    });
    expect(await linkOf(number)).toBe(made[0]?.id);
  });
});

describe('a product order that stands in Azumuta already', () => {
  /** An order of the ERP for 5, and one of its number that somebody made in Azumuta by hand. */
  async function typedByHand(parameters: Readonly<Record<string, string>>): Promise<string> {
    const number = await released({ Quantity: '5' });
    const { signal } = new AbortController();
    const article = await dependencies.azumuta.findArticle('GEAR-01', signal);
    if (!article) throw new Error('The sandbox has the article.');
    const draft = { number, article: 'GEAR-01', parameters, variants: [] };
    await dependencies.azumuta.createProductOrder(draft, article, signal);
    return number;
  }
  const made = async (number: string) =>
    (await azumutaSide.productOrders()).filter((order) => order.number === number);

  it('is adopted when it is open and equal', async () => {
    const number = await typedByHand({ Quantity: '5.0' });
    await create(number);
    const [adopted, ...others] = await made(number);
    expect(others).toEqual([]);
    expect(await ledger.orders.find(number)).toMatchObject({
      state: 'done',
      productOrder: { id: adopted?.id },
    });
    expect((await ledger.journeys.of(number)).map(({ event }) => event)).toContain('adopted');
    expect(await linkOf(number)).toBe(adopted?.id);
  });

  it('is for a person when it is another one: what differs is said, and the ERP is not linked to it', async () => {
    // Prepare
    const number = await typedByHand({ Quantity: '99' });

    // Act
    const refused = await create(number).catch((error: unknown) => error);

    // Assess
    expect(refused).toMatchObject({
      name: 'Rejected',
      message: `Azumuta has a product order ${number} already, which is not the one that is wanted: parameters["Quantity"] is 99, wanted 5. Make it equal, rename it or remove it there, then replay.`,
    });
    expect(await ledger.orders.find(number)).toMatchObject({ state: 'rejected', surelyNotCreated: true });
    expect(await linkOf(number)).toBeNull();
    expect(await made(number)).toHaveLength(1);
  });

  it('is for a person when it is completed, as no trigger will tell of it any more', async () => {
    const number = await typedByHand({ Quantity: '5' });
    await azumutaSide.complete(number);
    await expect(create(number)).rejects.toMatchObject({
      name: 'Rejected',
      message: expect.stringContaining('it is completed: book it in the ERP by hand'),
    });
    expect(await ledger.orders.find(number)).toMatchObject({ state: 'rejected', awaitsCompletion: false });
  });

  it.each([
    ['is taken for ours when it is equal', '5', undefined],
    ['is for a person when it is not', '99', 'parameters["Quantity"] is 99, wanted 5'],
  ])('and came up between our look and our create %s', async (_what, quantity, differs) => {
    // Prepare: our first look does not show it, and Azumuta takes no number twice
    const number = await typedByHand({ Quantity: quantity });
    const { azumuta } = dependencies;
    const late: typeof azumuta = {
      ...azumuta,
      findProductOrder: async () => undefined,
      createProductOrder: (...asked) => azumuta.createProductOrder(...asked),
    };
    const conflict = { kind: 'status', status: 409, route: 'POST /api/v1/productorders', times: 1 } as const;
    await azumutaSide.setFaults([conflict]);

    // Act
    const first = await create(number, 1, { azumuta: late }).catch((error: unknown) => error);
    const second = await create(number, 2).catch((error: unknown) => error);

    // Assess
    expect(first).toMatchObject({ name: 'RetryLater', scope: 'order' });
    if (differs === undefined) expect(second).toBeUndefined();
    else expect(second).toMatchObject({ name: 'Rejected', message: expect.stringContaining(differs) });
    const [only, ...others] = await made(number);
    expect(others).toEqual([]);
    expect(await linkOf(number)).toBe(differs === undefined ? only?.id : null);
  });

  it('is known for ours after an attempt that died, though it is completed by now', async () => {
    // Prepare
    const number = await released({ Quantity: '5' });
    await azumutaSide.setFaults([{ kind: 'reset-after', route: 'POST /api/v1/productorders', times: 1 }]);
    await expect(create(number)).rejects.toMatchObject({ name: 'RetryLater', wrote: 'perhaps' });
    await azumutaSide.complete(number);

    // Act
    await create(number, 2);

    // Assess
    expect(await made(number)).toHaveLength(1);
    expect(await ledger.orders.find(number)).toMatchObject({ state: 'done', awaitsCompletion: true });
  });
});

it('an order that the ERP gave up before its message came is not created', async () => {
  const number = await released();
  const entry = await ledger.orders.find(number);
  if (!entry) throw new Error('The order was just put.');
  await ledger.orders.withdraw(
    entry,
    { reason: 'It was cancelled.', cause: 'order-state' },
    { event: 'cancelled in the ERP' },
  );
  await create(number);
  expect((await azumutaSide.productOrders()).filter((order) => order.number === number)).toEqual([]);
});
