import { erpSandboxKey } from '../../../../infra/local/sandbox/api.ts';
import type { ErpDefinition } from '../../../../shared/erp/connector.ts';
import type { Answer, Received } from '../../../support/server.ts';
import { completionOf } from '../conformance/completions.ts';
import { connecting, type Reached } from '../conformance/connecting.ts';
import { createFaultProxy } from '../conformance/fault-proxy.ts';
import { hooksOf } from '../conformance/plants/plant.ts';
import type { Cannot, ErpConformanceTarget } from '../conformance/target.ts';
import { sandboxPlant } from './plant.ts';
import { sandboxErp } from './sandbox.ts';

const timesOnly = 'of an operation, the sample configuration sends the times and whether it is finished';

export const sandboxCannot: Cannot = {
  'field operations.good.amount': timesOnly,
  'field operations.good.unit': timesOnly,
  'field operations.scrap.amount': timesOnly,
  'field operations.scrap.unit': timesOnly,
  concurrency: 'this ERP books twice; the ledger locks the order',
  'never-changed': 'every order of this ERP has a change time',
  session: 'an API key needs no session',
  'booked-before': 'a look-up tells the quantity of the order alone',
  'line-by-line': 'a booking names components, and no lines of the order',
  'component-lines': 'a look-up lists each article once (assembly.test.ts)',
  reservations: 'this ERP reserves nothing',
  'issued-by-hand': 'this ERP consumes with bookings alone',
  'further-outputs': 'an order plans its product once',
  units: 'a configuration knows no unit but the one that the order tells',
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
