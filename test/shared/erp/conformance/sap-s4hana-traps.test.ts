import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ErpConnector } from '../../../../shared/erp/connector.ts';
import { sapS4Hana } from '../../../../shared/erp/sap-s4hana/index.ts';
import { guidOf } from '../../../../shared/erp/sap-s4hana/marks.ts';
import type { SapOptions } from '../../../../shared/erp/sap-s4hana/options.ts';
import { mapCompletion } from '../../../../shared/integration/mapping/completions.ts';
import type { Completion } from '../../../../shared/model/completions.ts';
import { Rejected } from '../../../../shared/model/errors.ts';
import { systemClock } from '../../../../shared/platform/clock.ts';
import { completedProductOrder } from '../../../support/completions.ts';
import { failureOf, firstAttempt, nextAttempt } from './attempts.ts';
import { amendmentOf, completionOf, productOrderOf, quantityKey } from './completions.ts';
import { type FaultProxy, startFaultProxy } from './fault-proxy.ts';
import { createSap, type SapServer } from './servers/sap-s4hana.ts';

const basic = { auth: 'basic', user: 'AZUMUTA', secret: 'right-password' } as const;

describe('sap-s4hana', () => {
  let server: SapServer;
  let faults: FaultProxy;
  beforeAll(async () => {
    server = createSap(basic);
    faults = await startFaultProxy(server.answer);
  });
  afterAll(async () => {
    await faults.close();
  });

  const right = { username: basic.user, password: basic.secret };
  function connect(
    options: Partial<SapOptions> = {},
    credentials: (options?: { readonly refresh?: boolean }) => Promise<unknown> = async () => right,
  ): ErpConnector {
    const whole: SapOptions = { url: faults.url, auth: 'basic', goodsMovements: 'backflush', ...options };
    return sapS4Hana(whole).connect({ clock: systemClock, credentials });
  }
  const plan = () => ({ number: server.books.plan('FG226', '5').ManufacturingOrder });
  const book = (completion: Completion, connector = connect()) =>
    connector.book(completion, quantityKey(completion.productOrder), firstAttempt());
  const confirmationsOf = (number: string) =>
    server.books.confirmations.filter((one) => one.OrderID === number);

  it('does not repeat a confirmation that a person cancelled', async () => {
    // Prepare
    const order = plan();
    const completion = completionOf(order);
    await book(completion);
    for (const one of confirmationsOf(order.number)) one.IsReversed = true;
    server.books.change(server.books.find(order.number), { OrderIsConfirmed: '' });

    // Act
    const failure = await failureOf(
      connect().book(completion, quantityKey(completion.productOrder), nextAttempt()),
    );

    // Assess
    expect(failure).toBeInstanceOf(Rejected);
    expect(failure).toHaveProperty('message', expect.stringMatching(/cancelled since/));
    expect(confirmationsOf(order.number).length).toBe(1);
  });

  it.each([
    ['cancelled since', { IsReversed: true }],
    ['of another operation', { OrderOperation: '0005' }],
    ['in another unit', { ConfirmationUnit: 'KG' }],
  ])(
    'does not count a confirmation that is %s when it decides whether a part completes the order',
    async (_, changed) => {
      // Prepare
      const order = plan();
      const part = (n: number, amount: string) =>
        completionOf(order, { quantity: { amount }, final: false }, productOrderOf(order, n));
      await book(part(1, '3'));
      for (const one of confirmationsOf(order.number)) Object.assign(one, changed);

      // Act
      await book(part(2, '2'));

      // Assess
      expect(confirmationsOf(order.number).map((one) => one.IsFinalConfirmation)).toEqual([false, false]);
    },
  );

  it('adds parts up exactly, and clears reservations with the one that completes the order', async () => {
    // Prepare: in binary, 0.1 and 0.2 are more than 0.3, and 0.7 and 0.1 less than 0.8.
    const order = { number: server.books.plan('FG226', '0.8').ManufacturingOrder };
    const part = (n: number, amount: string) =>
      completionOf(order, { quantity: { amount }, final: false }, productOrderOf(order, n));

    // Act
    await book(part(1, '0.7'));
    await book(part(2, '0.1'));

    // Assess
    const flags = confirmationsOf(order.number).map((one) => [
      one.IsFinalConfirmation,
      one.OpenReservationsIsCleared,
    ]);
    expect(flags).toEqual([
      [false, false],
      [true, true],
    ]);
  });

  it('renews a CSRF token that SAP no longer knows, and books once', async () => {
    // Prepare: the session ends between the look (two calls) and the confirmation.
    const order = plan();
    faults.reset();
    faults.beforeCall(3, () => server.expireSessions());

    // Act
    await book(completionOf(order));

    // Assess
    expect(confirmationsOf(order.number).length).toBe(1);
    expect(faults.calls().filter(({ method }) => method === 'POST').length).toBe(2);
  });

  it('finds its confirmation on a later page', async () => {
    // Prepare: the server gives three confirmations a page.
    const order = plan();
    const parts = [1, 2, 3, 4, 5].map((n) =>
      completionOf(order, { quantity: { amount: '1' }, final: false }, productOrderOf(order, n)),
    );
    for (const one of parts) await book(one);

    // Act
    const receipts = await Promise.all(parts.map((one) => book(one)));

    // Assess
    expect(receipts.map((receipt) => receipt.alreadyBooked)).toEqual(Array(5).fill(true));
    expect(confirmationsOf(order.number).length).toBe(5);
  });

  it('writes a confirmation with twelve digits, decimals as text and its text cut to length', async () => {
    // Prepare
    const order = plan();
    const completion = completionOf(order, {
      quantity: { amount: '4.5' },
      scrap: { amount: '0.5' },
      notes: ['A note that is longer than the forty characters of a confirmation text'],
      work: [{ id: 'r1', seconds: 90, date: '2026-11-24' }],
    });
    faults.reset();

    // Act
    await book(completion, connect({ operation: '0010', workActivity: 1, client: '100' }));

    // Assess
    const posted = faults.calls().find(({ method }) => method === 'POST');
    expect(posted?.url).toContain('sap-client=100');
    const body = JSON.parse(posted?.body ?? '{}');
    expect(body).toMatchObject({
      OrderID: order.number.padStart(12, '0'),
      OrderOperation: '0010',
      ConfirmationYieldQuantity: '4.5',
      ConfirmationScrapQuantity: '0.5',
      ConfirmationUnit: 'PC',
      IsFinalConfirmation: true,
      OpConfirmedWorkQuantity1: '1.5',
      OpWorkQuantityUnit1: 'MIN',
      ExternalSystemConfirmation: guidOf(quantityKey(completion.productOrder)),
    });
    expect(body.ConfirmationText.length).toBeLessThanOrEqual(40);
  });

  it.each([
    ['00:30 on 1 December in Brussels', 'Europe/Brussels', '2026-11-30T23:30:00Z', '2026-12-01'],
    ['19:30 on 30 November in New York', 'America/New_York', '2026-12-01T00:30:00Z', '2026-11-30'],
  ])('posts in the month of the plant: %s', async (_name, timeZone, completedAt, day) => {
    // Prepare
    const order = plan();
    const completed = completedProductOrder({ erpOrder: order, article: 'FG226', completedAt });

    // Act
    await book(mapCompletion({ completions: {}, timeZone }, 'quantity', [completed]));

    // Assess: Edm.DateTime, a date as its midnight in UTC.
    expect(confirmationsOf(order.number).map((one) => one.PostingDate)).toEqual([
      `/Date(${Date.parse(`${day}T00:00:00Z`)})/`,
    ]);
  });

  it("hands on SAP's own reasons, the details too", async () => {
    // Prepare
    const order = plan();

    // Act: this order has no such operation.
    const failure = await failureOf(book(completionOf(order), connect({ operation: '0090' })));

    // Assess
    expect(failure).toBeInstanceOf(Rejected);
    expect(failure).toHaveProperty('message', expect.stringContaining('Operation 0090 does not exist'));
    expect(failure).toHaveProperty('message', expect.stringContaining(order.number));
  });

  it('says that an amendment needs notesField', async () => {
    const order = plan();

    const failure = await failureOf(
      connect().book(amendmentOf(order, { notes: ['late'] }), 'P#recording#R', firstAttempt()),
    );

    expect(failure).toBeInstanceOf(Rejected);
    expect(failure).toHaveProperty('message', expect.stringContaining('notesField'));
  });

  it('reads the secret again when SAP refuses it, and continues with the new password', async () => {
    // Prepare
    const order = plan();
    let reads = 0;
    const connector = connect({}, async ({ refresh } = {}) => {
      if (refresh) reads += 1;
      return { username: basic.user, password: reads > 0 ? basic.secret : 'rotated-away' };
    });

    // Act
    await book(completionOf(order), connector);

    // Assess
    expect(reads).toBe(1);
    expect(confirmationsOf(order.number).length).toBe(1);
  });

  it('waits, and confirms nothing, while SAP does not show the existing confirmations', async () => {
    // Prepare: the order is read; then the confirmations are nowhere.
    const order = plan();
    const noService = {
      error: { code: '/IWFND/MED/170', message: { lang: 'en', value: 'No service found' } },
    };
    const bodies = [JSON.stringify(noService), ''];

    for (const body of bodies) {
      faults.reset();
      faults.beforeCall(2, () => faults.answerNext({ status: 404, body }));

      // Act
      const failure = await failureOf(book(completionOf(order)));

      // Assess
      expect(failure, body).toMatchObject({ name: 'RetryLater', scope: 'partner' });
      expect(confirmationsOf(order.number)).toEqual([]);
    }
  });

  it('does not report an unknown order when the service is inactive', async () => {
    // Prepare
    const order = plan();
    const error = { code: '/IWFND/MED/170', message: { lang: 'en', value: 'No service found' } };
    faults.reset();
    faults.answerNext({ status: 404, body: JSON.stringify({ error }) });

    // Act
    const failure = await failureOf(book(completionOf(order)));

    // Assess
    expect(failure).toMatchObject({ name: 'RetryLater', scope: 'partner' });
    expect(failure).toHaveProperty('message', expect.stringContaining('service is active'));
  });

  it.each<[SapOptions['auth'], object]>([
    ['basic', { clientId: 'client', clientSecret: 'canary' }],
    [{ tokenUrl: 'http://127.0.0.1:9/oauth/token' }, { username: 'user', password: 'canary' }],
  ])(
    'stops the flow without giving up an order when the secret does not fit auth %j',
    async (auth, secret) => {
      const failure = await failureOf(
        book(
          completionOf(plan()),
          connect({ auth }, async () => secret),
        ),
      );

      expect(failure).toMatchObject({ name: 'RetryLater', scope: 'partner', unauthorized: true });
      expect(String(failure)).toContain('the secret does not fit');
      expect(String(failure)).not.toContain('canary');
    },
  );

  it('makes the same valid GUID for the same key, and another GUID for another key', () => {
    const guid = guidOf('SarLiLeyuNWgw3Tai#quantity');

    expect(guid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(guidOf('SarLiLeyuNWgw3Tai#quantity')).toBe(guid);
    expect(guidOf('SarLiLeyuNWgw3Taj#quantity')).not.toBe(guid);
  });
});
