import { businessCentral } from '../../../../shared/erp/business-central/index.ts';
import type { BusinessCentralOptions } from '../../../../shared/erp/business-central/options.ts';
import { completionOf } from './completions.ts';
import { connecting } from './connecting.ts';
import { createFaultProxy } from './fault-proxy.ts';
import { bcPlant } from './plants/business-central.ts';
import { hooksOf } from './plants/plant.ts';
import { type BcLogin, bcCompany } from './servers/business-central.ts';
import type { ErpConformanceTarget } from './target.ts';

/** A test server of Business Central, and a connector that calls it through a proxy. */
export async function bcTarget(
  login: BcLogin,
  configured: Partial<BusinessCentralOptions> = {},
): Promise<ErpConformanceTarget> {
  const plant = bcPlant(login);
  const { server } = plant;
  const { books } = server;
  const faults = createFaultProxy(plant.answer);
  const secretOf = (secret: string) =>
    login.auth === 'basic'
      ? { username: login.user, password: secret }
      : { clientId: login.user, clientSecret: secret };
  const ofCompletion =
    (itemNo: string, change: (line: ReturnType<typeof books.plan>) => void) => async () => {
      const line = books.plan({ itemNo, quantity: '5' });
      change(line);
      books.stamp(line);
      return completionOf({ number: `${line.orderNo}/${line.lineNo}` });
    };

  return {
    ...hooksOf(plant),
    connector: connecting(
      faults.url,
      { right: secretOf(login.secret), wrong: secretOf('canary-wrong-bc') },
      ({ baseUrl: url, ...asked }) =>
        businessCentral({
          url,
          auth: login.auth === 'basic' ? 'basic' : { tokenUrl: `${url}/oauth/token` },
          company: bcCompany.id,
          ...configured,
          ...asked,
        }),
    ),
    faults,
    canaries: [login.secret, 'canary-wrong-bc'],
    rowFields: { number: 'number', quantity: 'quantity' },
    // `Lot No.` and `Serial No.` are of type Code.
    keptLot: (number) => number.toUpperCase(),
    refused: {
      'its order is blocked': ofCompletion('CHAIR', (line) => Object.assign(line, { blocked: true })),
      'its last operation flushes': ofCompletion('CHAIR', ({ operations }) =>
        Object.assign(operations.at(-1) ?? {}, { flushing: 'Backward' }),
      ),
      'an operation before the last one is finished and asks': ofCompletion('CHAIR', ({ operations }) =>
        Object.assign(operations.at(-1) ?? {}, { status: 'Finished' }),
      ),
      'a centre is blocked': ofCompletion('CHAIR', ({ operations }) =>
        Object.assign(operations[0] ?? {}, { centerBlocked: true }),
      ),
      'a part is short': ofCompletion('CHAIR', ({ components }) =>
        Object.assign(components[0] ?? {}, { per: '1000000000' }),
      ),
      'it needs a lot': ofCompletion('SOAP', () => undefined),
      'it needs serial numbers': ofCompletion('PUMP', () => undefined),
    },
    units: { own: 'PCS', foreign: 'KG' },
    rounded: undefined,
    async capPages(rows) {
      server.largestPage = rows;
    },
    async commitAmidPosting() {
      books.commitsAmidPosting = true;
    },
    expireSession: async () => plant.restart(),
    async breakSessions() {
      server.expireTokens();
      server.tokensLast = false;
    },
    async mendSessions() {
      server.tokensLast = true;
    },
  };
}
