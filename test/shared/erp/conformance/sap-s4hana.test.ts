import { sapS4Hana } from '../../../../shared/erp/sap-s4hana/index.ts';
import type { SapOptions } from '../../../../shared/erp/sap-s4hana/options.ts';
import { sumOf } from '../../../../shared/model/quantity.ts';
import { systemClock } from '../../../../shared/platform/clock.ts';
import { startFaultProxy } from './fault-proxy.ts';
import { type SapLogin, startSap } from './servers/sap-s4hana.ts';
import { describeErpConformance } from './suite.ts';
import type { Cannot, ErpBooks, ErpConformanceTarget } from './target.ts';

async function sapTarget(login: SapLogin, configured: Partial<SapOptions>): Promise<ErpConformanceTarget> {
  const server = await startSap(login);
  const faults = await startFaultProxy(server.url);
  const { books } = server;

  return {
    connector({ baseUrl, clock = systemClock, pageSize, timeoutMs, wrongCredentials } = {}) {
      const url = baseUrl ?? faults.url;
      const definition = sapS4Hana({
        url,
        auth: login.auth === 'basic' ? 'basic' : { tokenUrl: `${url}/oauth/token` },
        goodsMovements: 'backflush',
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
    },
    faults,
    canaries: [login.secret, 'canary-wrong-sap'],
    rowFields: { number: 'ManufacturingOrder', quantity: 'TotalQuantity' },
    articles: { plain: 'FG226', lots: 'FG227', serials: 'FG228' },
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
        lots: confirmations.flatMap((one) => one.batches),
        notes: longText === '' ? [] : longText.split('\n'),
        links: longText.match(/(?<=Report: )https:\S+/g) ?? [],
        productOrders: [...longText.matchAll(/\[azumuta product-order (\S+)\]/g)].map(([, id]) => String(id)),
      };
    },
    async close() {
      await faults.close();
      await server.close();
    },
  };
}

const concurrency = 'SAP books every confirmation; the ledger lets one worker at a time book to an order';

const withoutNotes: Cannot = {
  concurrency,
  link: 'no notesField is configured',
  notes: 'a confirmation has one text of 40 characters',
  links: 'a confirmation has one text of 40 characters',
  amendments: 'no notesField is configured',
  lots: 'backflushed receipts take no lot',
  serials: 'backflushed receipts take no lot',
};

describeErpConformance(
  'sap-s4hana with a communication user and backflush',
  () => sapTarget({ auth: 'basic', user: 'AZUMUTA', secret: 'canary-77b1-sap' }, {}),
  withoutNotes,
);
describeErpConformance(
  'sap-s4hana with OAuth2, receipts and the order long text',
  () =>
    sapTarget(
      { auth: 'oauth2', user: 'azumuta-client', secret: 'canary-oauth-5521' },
      { goodsMovements: 'receipt', notesField: 'OrderLongText' },
    ),
  { concurrency },
);
