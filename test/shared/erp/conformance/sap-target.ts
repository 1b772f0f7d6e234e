import { sapS4Hana } from '../../../../shared/erp/sap-s4hana/index.ts';
import type { SapOptions } from '../../../../shared/erp/sap-s4hana/options.ts';
import type { Completion } from '../../../../shared/model/completions.ts';
import { firstAttempt } from './attempts.ts';
import { completionOf, quantityKey } from './completions.ts';
import { connecting } from './connecting.ts';
import { createFaultProxy } from './fault-proxy.ts';
import { hooksOf } from './plants/plant.ts';
import { sapAssembly, sapPlant } from './plants/sap-s4hana.ts';
import type { SapBooks } from './servers/sap-books.ts';
import type { SapLogin } from './servers/sap-s4hana.ts';
import type { ErpConformanceTarget } from './target.ts';

/** A test server of SAP, and a connector that calls it through a proxy. */
export async function sapTarget(
  login: SapLogin,
  configured: Partial<SapOptions>,
): Promise<ErpConformanceTarget> {
  const plant = sapPlant(login);
  const { server, markInText } = plant;
  const faults = createFaultProxy(plant.answer);
  const { books } = server;

  const secretOf = (secret: string) =>
    login.auth === 'basic'
      ? { username: login.user, password: secret }
      : { clientId: login.user, clientSecret: secret };
  const connector = connecting(
    faults.url,
    { right: secretOf(login.secret), wrong: secretOf('canary-wrong-sap') },
    ({ baseUrl: url, ...asked }) =>
      sapS4Hana({
        url,
        auth: login.auth === 'basic' ? 'basic' : { tokenUrl: `${url}/oauth/token` },
        goodsMovements: 'backflush',
        timeZone: login.timeZone,
        activities: { setup: 1, run: 2 },
        ...configured,
        ...asked,
      }),
  );

  return {
    ...hooksOf(plant),
    connector,
    faults,
    assembly: sapAssembly,
    canaries: [login.secret, 'canary-wrong-sap'],
    rowFields: { number: 'ManufacturingOrder', quantity: 'TotalQuantity' },
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
      'its lot is longer than a batch, or has no receipt': async () => {
        const order = { number: books.plan('FG227', '5').ManufacturingOrder };
        const number = configured.goodsMovements === 'receipt' ? 'LOT-0000001' : 'L1';
        return completionOf(order, { lots: [{ number }] });
      },
    },
    units: { own: 'PC', foreign: 'KG' },
    rounded: undefined,
    mark: markInText,
    async capPages(rows) {
      server.largestPage = rows;
    },
    expireSession: async () => plant.restart(),
    async breakSessions() {
      server.expireSessions();
      server.sessionsLast = false;
    },
    async mendSessions() {
      server.sessionsLast = true;
    },
  };
}

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
