import { businessCentral } from '../../../../shared/erp/business-central/index.ts';
import type { BusinessCentralOptions } from '../../../../shared/erp/business-central/options.ts';
import type { Completion } from '../../../../shared/model/completions.ts';
import type { Watermark } from '../../../../shared/model/orders.ts';
import { systemClock } from '../../../../shared/platform/clock.ts';
import { firstAttempt } from '../conformance/attempts.ts';
import { quantityKey } from '../conformance/completions.ts';
import { createFaultProxy } from '../conformance/fault-proxy.ts';
import { listOf } from '../conformance/listing.ts';
import { bcPlant } from '../conformance/plants/business-central.ts';
import type { BcLine } from '../conformance/servers/bc-records.ts';
import { bcCompany } from '../conformance/servers/business-central.ts';

/** A Business Central, a proxy in front of it, and connectors to it. */
export function startPlant(configured: Partial<BusinessCentralOptions> = {}) {
  const plant = bcPlant({ auth: 'oauth2', user: 'azumuta-client', secret: 'right-secret' });
  const faults = createFaultProxy(plant.answer);
  const { server } = plant;
  const { books } = server;

  function connect(options: Partial<BusinessCentralOptions> = {}, clientSecret = 'right-secret') {
    const usual = {
      url: faults.url,
      auth: { tokenUrl: `${faults.url}/oauth/token` },
      company: bcCompany.id,
    } as const;
    return businessCentral({ ...usual, ...configured, ...options }).connect({
      clock: systemClock,
      mayWrite: () => true,
      credentials: async () => ({ clientId: 'azumuta-client', clientSecret }),
    });
  }
  const numberOf = ({ orderNo, lineNo }: BcLine) => `${orderNo}/${lineNo}`;

  return {
    server,
    books,
    faults,
    plant,
    connect,
    numberOf,
    line: (itemNo = 'CHAIR', quantity = '5') => books.plan({ itemNo, quantity }),
    plan(itemNo = 'CHAIR', quantity = '5') {
      return { number: numberOf(books.plan({ itemNo, quantity })) };
    },
    book: (completion: Completion, connector = connect()) =>
      connector.book(completion, quantityKey(completion.productOrder), firstAttempt()),
    listed: (since?: Watermark, options: Partial<BusinessCentralOptions> = {}) =>
      listOf(connect(options), since),
  };
}
