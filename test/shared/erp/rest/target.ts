import { erpSandboxKey } from '../../../../infra/local/sandbox/api.ts';
import type { ErpDefinition } from '../../../../shared/erp/connector.ts';
import type { Answer, Received } from '../../../support/server.ts';
import { completionOf } from '../conformance/completions.ts';
import { connecting, type Reached } from '../conformance/connecting.ts';
import { createFaultProxy } from '../conformance/fault-proxy.ts';
import { notInErp, notUsedBy, shownBy } from '../conformance/open-cells.ts';
import { hooksOf } from '../conformance/plants/plant.ts';
import type { Cannot, ErpConformanceTarget } from '../conformance/target.ts';
import { sandboxPlant } from './plant.ts';
import { sandboxErp } from './sandbox.ts';

/** The ERP is ours: its routes say what it has. */
const sandbox = 'infra/local/sandbox/erp/routes.ts';
const timesOnly = notUsedBy(
  'of an operation, the sample configuration sends the times and whether it is finished',
  'integration.config.ts',
);

export const sandboxCannot: Cannot = {
  'field operations.good.amount': timesOnly,
  'field operations.good.unit': timesOnly,
  'field operations.scrap.amount': timesOnly,
  'field operations.scrap.unit': timesOnly,
  concurrency: notInErp('this ERP books twice; the ledger locks the order', sandbox),
  'never-changed': notInErp('every order of this ERP has a change time', sandbox),
  'unposted-booking': notInErp('a booking is what is posted', sandbox),
  session: notInErp('an API key needs no session', sandbox),
  'booked-before': notInErp('a look-up tells the quantity of the order alone', sandbox),
  'line-by-line': notInErp('a booking names components, and no lines of the order', sandbox),
  'component-lines': shownBy(
    'a look-up lists each article once (assembly.test.ts)',
    'test/shared/erp/rest/assembly.test.ts',
  ),
  reservations: notInErp('this ERP reserves nothing', sandbox),
  'issued-by-hand': notInErp('this ERP consumes with bookings alone', sandbox),
  'further-outputs': notInErp('an order plans its product once', sandbox),
  units: notInErp('a configuration knows no unit but the one that the order tells', sandbox),
};

type Serve = (call: Received) => Answer;

/**
 * The sandbox ERP, and a connector through a proxy before it.
 * @param behind Makes another API of it. Default: its own.
 */
export async function sandboxTarget(
  define: (reached: Reached) => ErpDefinition = sandboxErp,
  behind = (serve: Serve): Serve => serve,
): Promise<ErpConformanceTarget> {
  const plant = sandboxPlant();
  const faults = createFaultProxy(behind(plant.answer));

  return {
    ...hooksOf(plant),
    faults,
    canaries: [erpSandboxKey, 'not-the-key-of-this-erp'],
    rowFields: { number: 'number', quantity: 'quantity' },
    units: { own: 'u', foreign: 'kg' },
    rounded: '2.123456',
    mark: (key) => key,
    capPages: async (rows = 200) => plant.capPages(rows),
    refused: {
      'an order that somebody else finished': async () => {
        const order = plant.plan({ article: 'GEAR-01', quantity: '5' });
        plant.finishByHand(order);
        return completionOf({ number: order.number });
      },
      'a serial number short': async () => {
        const { number } = plant.plan({ article: 'GEAR-03', quantity: '2' });
        const lots = [{ number: 'A', quantity: { amount: '2' } }];
        return completionOf({ number }, { quantity: { amount: '2' }, lots });
      },
    },
    connector: connecting(
      faults.url,
      { right: { apiKey: erpSandboxKey }, wrong: { apiKey: 'not-the-key-of-this-erp' } },
      define,
    ),
  };
}
