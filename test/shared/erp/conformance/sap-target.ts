import { sapS4Hana } from '../../../../shared/erp/sap-s4hana/index.ts';
import { markOf } from '../../../../shared/erp/sap-s4hana/marks.ts';
import type { SapOptions } from '../../../../shared/erp/sap-s4hana/options.ts';
import type { Completion } from '../../../../shared/model/completions.ts';
import { sumOf } from '../../../../shared/model/quantity.ts';
import { systemClock } from '../../../../shared/platform/clock.ts';
import { firstAttempt } from './attempts.ts';
import { completionOf, quantityKey } from './completions.ts';
import { startFaultProxy } from './fault-proxy.ts';
import type { SapBooks } from './servers/sap-books.ts';
import { createSap, type SapLogin } from './servers/sap-s4hana.ts';
import type { ConnectorOptions, ErpBooks, ErpConformanceTarget } from './target.ts';

/** A test server of SAP, and a connector through a proxy before it. */
export async function sapTarget(
  login: SapLogin,
  configured: Partial<SapOptions>,
): Promise<ErpConformanceTarget> {
  const server = createSap(login);
  const faults = await startFaultProxy(server.answer);
  const { books } = server;

  function connector(options: ConnectorOptions = {}) {
    const { baseUrl, clock = systemClock, pageSize, timeoutMs, wrongCredentials } = options;
    const url = baseUrl ?? faults.url;
    const definition = sapS4Hana({
      url,
      auth: login.auth === 'basic' ? 'basic' : { tokenUrl: `${url}/oauth/token` },
      goodsMovements: 'backflush',
      ...(login.timeZone === undefined ? {} : { timeZone: login.timeZone }),
      ...configured,
      ...(pageSize === undefined ? {} : { pageSize }),
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
    });
    const secret = wrongCredentials ? 'canary-wrong-sap' : login.secret;
    const credentials =
      login.auth === 'basic'
        ? { username: login.user, password: secret }
        : { clientId: login.user, clientSecret: secret };
    return definition.connect({ clock, credentials: async () => credentials });
  }

  return {
    connector,
    faults,
    canaries: [login.secret, 'canary-wrong-sap'],
    rowFields: { number: 'ManufacturingOrder', quantity: 'TotalQuantity' },
    articles: { plain: 'FG226', lots: 'FG227', serials: 'FG228' },
    refused: {
      ...refusedByState(books),
      'its confirmation was cancelled': async () => {
        const completion = completionOf({ number: books.plan('FG226', '5').ManufacturingOrder });
        await connector().book(completion, quantityKey(completion.productOrder), firstAttempt());
        for (const one of books.confirmations) {
          if (one.OrderID === completion.erpOrder.number) one.IsReversed = true;
        }
        return completion;
      },
      ...(configured.goodsMovements === 'receipt'
        ? {
            'a lot is longer than a batch': async () => {
              const order = { number: books.plan('FG227', '5').ManufacturingOrder };
              return completionOf(order, { lots: [{ number: 'LOT-0000001' }] });
            },
          }
        : {
            'no receipt bears its lot': async () => {
              const order = { number: books.plan('FG227', '5').ManufacturingOrder };
              return completionOf(order, { lots: [{ number: 'L1' }] });
            },
          }),
    },
    everything: async () =>
      structuredClone({
        orders: books.orders,
        confirmations: books.confirmations,
        documents: books.goods.documents,
      }),
    units: { own: 'PC', foreign: 'KG' },
    rounded: undefined,
    mark: markOf,
    async capPages(rows) {
      server.largestPage = rows;
    },
    async planOrder({ article, quantity, changedAt }) {
      return { number: books.plan(article, quantity, changedAt).ManufacturingOrder, article };
    },
    async cancelOrder({ number }) {
      books.change(books.find(number), { OrderIsMarkedForDeletion: 'X' });
    },
    async finishByHand({ number }) {
      const order = books.find(number);
      books.confirm({
        OrderID: number.padStart(12, '0'),
        OrderOperation: '0010',
        ConfirmationYieldQuantity: order.TotalQuantity,
        IsFinalConfirmation: true,
      });
    },
    touch: async ({ number }) => books.change(books.find(number), {}),
    lockOrder: async ({ number }) => void books.locked.add(number),
    unlockOrder: async ({ number }) => void books.locked.delete(number),
    async expireSession() {
      server.expireSessions();
    },
    async breakSessions() {
      server.expireSessions();
      server.sessionsLast = false;
    },
    async mendSessions() {
      server.sessionsLast = true;
    },
    async silentNoOp() {
      books.ignoreNext = true;
    },
    async books({ number }): Promise<ErpBooks> {
      const order = books.find(number);
      const confirmations = books.confirmations.filter((one) => one.OrderID === number);
      const longText = order.OrderLongText;
      const done = confirmations.some((one) => one.IsFinalConfirmation === true);
      return {
        state: order.OrderIsMarkedForDeletion === 'X' ? 'cancelled' : done ? 'done' : 'open',
        good: sumOf(confirmations.map((one) => one.ConfirmationYieldQuantity)),
        scrap: sumOf(confirmations.map((one) => one.ConfirmationScrapQuantity)),
        bookings: confirmations.length,
        lots: books.goods.documents
          .filter((one) => one.OrderID === number && one.GoodsMovementType === '101')
          .flatMap(({ Batch }) => (Batch === '' ? [] : [Batch])),
        notes: longText === '' ? [] : longText.split('\n'),
        links: longText.match(/(?<=Report: )https:\S+/g) ?? [],
        productOrders: [...longText.matchAll(linkedOrder)].map(([, number]) => String(number)),
      };
    },
    async close() {
      await faults.close();
    },
  };
}

/** What links an order is its line and our mark; other notes have lines in between. */
const linkedOrder = /^Azumuta product order (.+?)(?:: https:\S+)?\n\[azumuta [0-9a-f-]{36}\]$/gm;

function refusedByState(books: SapBooks): Record<string, () => Promise<Completion>> {
  const withFields = (fields: Record<string, string>) => async (): Promise<Completion> => {
    const order = books.plan('FG226', '5');
    books.change(order, fields);
    return completionOf({ number: order.ManufacturingOrder });
  };
  return {
    'it is not released': withFields({ OrderIsReleased: '' }),
    'it is technically completed': withFields({ OrderIsTechnicallyCompleted: 'X' }),
    'it is closed': withFields({ OrderIsClosed: 'X' }),
    'it is deleted': withFields({ OrderIsDeleted: 'X' }),
    'it is confirmed': withFields({ OrderIsConfirmed: 'X' }),
    'it has more digits than a quantity': async () =>
      completionOf(
        { number: books.plan('FG226', '5').ManufacturingOrder },
        { quantity: { amount: '12345678901' } },
      ),
  };
}
