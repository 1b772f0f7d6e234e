import { beforeEach, describe, expect, it } from 'vitest';
import { routeOfOperation } from '../../../infra/local/sandbox/azumuta/routes.ts';
import { Breaker } from '../../../shared/circuit-breaker/circuit-breaker.ts';
import { orderKey } from '../../../shared/ledger/keys.ts';
import { createLedger } from '../../../shared/ledger/ledger.ts';
import { systemClock } from '../../../shared/platform/clock.ts';
import { testClock } from '../../support/clock.ts';
import { setFaults } from '../../support/faults.ts';
import { forAllTests } from '../../support/for-all-tests.ts';
import { newOrder } from '../../support/orders.ts';
import { overriding } from '../../support/overriding.ts';
import { partnersOn } from '../../support/partners.ts';
import { startCreateStage } from './create-stage.ts';

const stage = await forAllTests(startCreateStage());
beforeEach(() => stage.forgetFaults());

const creation = routeOfOperation('createProductOrder');
const link = 'PATCH /api/production-orders/{number}';
/** Product orders in Azumuta. */
const made = async (number: string) =>
  (await stage.azumutaSide.productOrders()).filter((order) => order.number === number);
/** An attempt at its message. @returns its failure. */
const tried = (...given: Parameters<typeof stage.create>) =>
  stage.create(...given).catch((error: unknown) => error);

it('claims nothing and calls nobody while the breaker of Azumuta is open', async () => {
  // Prepare
  const number = await stage.released();
  const open = { seconds: 15, reason: 'Azumuta failed (503).', openedAt: 0, isDown: false };
  const breaker = overriding(new Breaker(stage.store.table, systemClock), { outage: async () => open });
  const partners = partnersOn({ ...stage.store, clock: systemClock }, { breaker });
  await stage.azumutaSide.forgetCalls();
  const before = await stage.store.table.get(orderKey(number));

  // Act
  const creating = stage.create(number, 1, { partners });

  // Assess
  await expect(creating).rejects.toMatchObject({ name: 'RetryLater', scope: 'partner', afterSeconds: 15 });
  expect(await stage.store.table.get(orderKey(number))).toEqual(before);
  expect(await stage.azumutaSide.calls()).toEqual({});
});

describe('a product order whose create may have been written', () => {
  it('is left alone until it must have settled; then the next attempt finds it and creates no second', async () => {
    // Prepare
    const settlingSeconds = 300;
    const clock = testClock();
    const settling = createLedger({ ...stage.store, clock, settlingSeconds });
    const number = await stage.released();
    await stage.azumutaSide.forgetCalls();
    setFaults(stage.azumutaSide, [{ kind: 'reset-after', route: creation, times: 1 }]);
    const attempt = (receiveCount: number) => tried(number, receiveCount, { ledger: settling }, clock);

    // Act
    const inDoubt = await attempt(1);
    clock.advance(settlingSeconds - 1);
    const early = await attempt(2);
    clock.advance(1);
    const last = await attempt(3);

    // Assess
    expect(inDoubt).toMatchObject({ name: 'RetryLater', wrote: 'perhaps' });
    expect(early).toMatchObject({
      name: 'RetryLater',
      scope: 'order',
      message: expect.stringContaining('being created by another attempt'),
    });
    expect(last).toBeUndefined();
    expect((await stage.azumutaSide.calls())[creation]).toBe(1);
    const [only, ...others] = await made(number);
    expect(others).toEqual([]);
    expect(await settling.orders.find(number)).toMatchObject({
      state: 'done',
      productOrder: { id: only?.id },
    });
    expect(await stage.linkOf(number)).toBe(only?.id);
  });
});

describe('a product order that exists in Azumuta already', () => {
  /** An order of the ERP for 5, and a product order with its number that somebody typed into Azumuta. */
  async function typedByHand(parameters: Readonly<Record<string, string>>): Promise<string> {
    const number = await stage.released({ Quantity: '5' });
    const { signal } = new AbortController();
    const article = await stage.dependencies.azumuta.findArticle('GEAR-01', { signal });
    if (!article) throw new Error('The sandbox has the article.');
    const draft = { number, article: 'GEAR-01', parameters, variants: [] };
    await stage.dependencies.azumuta.createProductOrder(draft, article, { signal });
    return number;
  }
  it('is adopted when it is open and equal', async () => {
    const number = await typedByHand({ Quantity: '5.0' });
    await stage.create(number);
    const [adopted, ...others] = await made(number);
    expect(others).toEqual([]);
    expect(await stage.ledger.orders.find(number)).toMatchObject({
      state: 'done',
      productOrder: { id: adopted?.id },
    });
    expect((await stage.ledger.journeys.readJourney(number)).map(({ event }) => event)).toContain('adopted');
    expect(await stage.linkOf(number)).toBe(adopted?.id);
  });

  it('is for a person when it differs, with the differences, and the ERP is not linked to it', async () => {
    // Prepare
    const number = await typedByHand({ Quantity: '99' });

    // Act
    const refused = await tried(number);

    // Assess
    expect(refused).toMatchObject({
      name: 'Rejected',
      message: `Azumuta has a product order ${number} already, which is not the one that is wanted: parameters["Quantity"] is 99, wanted 5. Make it equal, rename it or remove it there, then replay.`,
    });
    expect(await stage.ledger.orders.find(number)).toMatchObject({
      state: 'rejected',
      clean: true,
    });
    expect(await stage.linkOf(number)).toBeNull();
    expect(await made(number)).toHaveLength(1);
  });

  it('is for a person when it is completed, as no trigger will come for it', async () => {
    const number = await typedByHand({ Quantity: '5' });
    await stage.azumutaSide.complete(number);
    await expect(stage.create(number)).rejects.toMatchObject({
      name: 'Rejected',
      message: expect.stringContaining('it is completed: book it in the ERP by hand'),
    });
    const entry = await stage.ledger.orders.find(number);
    expect([entry?.state, entry?.awaiting]).toEqual(['rejected', undefined]);
  });

  it.each([
    ['takes it for ours when it is equal', '5', undefined],
    ['leaves it to a person when it is not', '99', 'parameters["Quantity"] is 99, wanted 5'],
  ])('%s, though it was created between our look and our create', async (_what, quantity, differs) => {
    // Prepare: our first look does not show it, and Azumuta accepts no number twice
    const number = await typedByHand({ Quantity: quantity });
    const { azumuta } = stage.dependencies;
    const late = overriding(azumuta, { findProductOrder: async () => undefined });
    const conflict = { kind: 'status', status: 409, route: creation, times: 1 } as const;
    setFaults(stage.azumutaSide, [conflict]);

    // Act
    const first = await tried(number, 1, { azumuta: late });
    const second = await tried(number, 2);

    // Assess
    expect(first).toMatchObject({ name: 'RetryLater', scope: 'order' });
    if (differs === undefined) expect(second).toBeUndefined();
    else expect(second).toMatchObject({ name: 'Rejected', message: expect.stringContaining(differs) });
    const [only, ...others] = await made(number);
    expect(others).toEqual([]);
    expect(await stage.linkOf(number)).toBe(differs === undefined ? only?.id : null);
  });

  it('is recognised as ours after an attempt that died, even if it is completed by now', async () => {
    // Prepare
    const number = await stage.released({ Quantity: '5' });
    setFaults(stage.azumutaSide, [{ kind: 'reset-after', route: creation, times: 1 }]);
    await expect(stage.create(number)).rejects.toMatchObject({ name: 'RetryLater', wrote: 'perhaps' });
    await stage.azumutaSide.complete(number);

    // Act
    await stage.create(number, 2);

    // Assess
    expect(await made(number)).toHaveLength(1);
    expect(await stage.ledger.orders.find(number)).toMatchObject({ state: 'done', awaiting: 'completion' });
  });
});

it('says to post a refused order again where the ERP cannot be asked for one order', async () => {
  const number = 'UNKNOWN-ARTICLE';
  const draft = { number, article: 'GEAR-99', parameters: {}, variants: [] };
  expect(await stage.ledger.orders.create(newOrder({ number, draft }))).toBe(true);
  const erp = { ...stage.dependencies.erp, readOrder: undefined };
  await expect(stage.create(number, 1, { erp })).rejects.toThrow(
    'Azumuta has no article GEAR-99: create it in its article category, or correct the order. If the order or its mapping was corrected, post the order again instead of replaying.',
  );
});

describe('a link that the ERP accepts and does not show', () => {
  it.each([
    ['had to wait for other things before', { kind: 'status', status: 503, times: 1 }],
    ['may have been created before', { kind: 'reset-after', route: creation, times: 1 }],
  ] as const)('is tried once more when its order %s', async (_, fault) => {
    // Prepare
    const number = await stage.released();
    setFaults(stage.azumutaSide, [fault]);
    await expect(stage.create(number, 1)).rejects.toMatchObject({ name: 'RetryLater' });
    setFaults(stage.erpSide, [{ kind: 'silent-no-op', route: link, times: 1 }]);

    // Act
    const first = await tried(number, 2);
    await stage.create(number, 3);

    // Assess
    expect(first).toMatchObject({ name: 'RetryLater', wrote: 'perhaps' });
    const [created] = await made(number);
    expect(await stage.linkOf(number)).toBe(created?.id);
  });

  it('is for a person the second time, and begins anew when that person sends it again', async () => {
    // Prepare
    const number = await stage.released();
    setFaults(stage.erpSide, [{ kind: 'silent-no-op', route: link }]);

    // Act
    const failures: unknown[] = [];
    for (const receiveCount of [1, 2, 1]) {
      failures.push(await tried(number, receiveCount));
    }

    // Assess
    expect(failures).toMatchObject([{ name: 'RetryLater' }, { name: 'Rejected' }, { name: 'RetryLater' }]);
    expect(await stage.linkOf(number)).toBeNull();
  });

  it('stays in doubt through an attempt that did not get as far as writing', async () => {
    // Prepare
    const number = await stage.released();
    setFaults(stage.erpSide, [{ kind: 'silent-no-op', route: link, times: 1 }]);
    await expect(stage.create(number)).rejects.toMatchObject({ name: 'RetryLater', wrote: 'perhaps' });
    setFaults(stage.erpSide, [{ kind: 'status', status: 429, times: 1 }]);
    await expect(stage.create(number, 2)).rejects.toMatchObject({ name: 'RetryLater', wrote: 'nothing' });
    setFaults(stage.erpSide, [{ kind: 'silent-no-op', route: link, times: 1 }]);

    // Act
    const third = await tried(number, 3);

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
        setFaults(stage.erpSide, [{ kind: 'status', route: link, status: 429, times: 1 }]);
        const soon = { name: 'RetryLater', wrote: 'nothing', afterSeconds: undefined };
        await expect(stage.create(number)).rejects.toMatchObject(soon);
      }
      setFaults(stage.erpSide, [{ kind: 'reset-after', route: link, times: 1 }]);
      const fails = async () => {
        throw new Error('Too many requests.');
      };
      const orders = overriding(stage.ledger.orders, { recordLink: fails });
      const claims = overriding(stage.ledger.claims, { complete: fails });

      // Act
      const ledger = overriding(stage.ledger, { orders, claims });
      const inDoubt = await tried(number, 2, { ledger });

      // Assess
      const { settlingSeconds } = stage.dependencies;
      expect(inDoubt).toMatchObject({ name: 'RetryLater', afterSeconds: settlingSeconds });
    },
  );
});
