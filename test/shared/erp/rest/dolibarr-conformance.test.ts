import { dolibarr } from '../../../../plants/examples/dolibarr.ts';
import { instantIn } from '../../../../shared/erp/local-time.ts';
import type { ErpOrderRef } from '../../../../shared/model/orders.ts';
import { sumOf } from '../../../../shared/model/quantity.ts';
import { dolibarr as dolibarrOf030 } from '../../../release/0.3.0/dolibarr.ts';
import { completionOf } from '../conformance/completions.ts';
import { connecting } from '../conformance/connecting.ts';
import { notInErp, notUsedBy, shownBy } from '../conformance/open-cells.ts';
import { describeErpConformance } from '../conformance/suite.ts';
import type { ErpConformanceTarget, PlannedOrderRef } from '../conformance/target.ts';
import { dolibarrZone } from './dolibarr-records.ts';
import { createDolibarr } from './dolibarr-server.ts';

const noLots = 'api_mos.class.php:713 (22.0.4), `produceAndConsume`: an article and a quantity';

// How the generic connector fails is asked of the sandbox (conformance.test.ts).
const files = [
  ['the configuration for Dolibarr', dolibarr],
  ['the file for Dolibarr of release 0.3.0', dolibarrOf030],
] as const;

for (const [title, file] of files)
  describeErpConformance(
    title,
    () => makeTarget(file),
    {
      concurrency: notInErp(
        'Dolibarr books twice; the ledger locks the order',
        'api_mos.class.php:770 (22.0.4): the same inventorycode twice books twice',
      ),
      'unposted-booking': notInErp(
        'our key stands in the stock movements that are posted',
        'api_mos.class.php:770 (22.0.4): inventorycode is a field of each movement',
      ),
      'never-changed': notInErp(
        'every order of Dolibarr has a change time',
        'moline.class.php, mo.class.php (22.0.4): `tms` is a timestamp that the database sets',
      ),
      'same-page': notInErp(
        'its pages have numbers: a list ends after 10,000 calls',
        'api_mos.class.php:102 (22.0.4), `index`: `page` and `limit`',
      ),
      'booked-before': notUsedBy(
        'its look-up tells the quantity of the order alone',
        'plants/examples/dolibarr.ts',
      ),
      produced: notUsedBy(
        'it stands in the lines of an order, for which its example has no question in a listing',
        'plants/examples/dolibarr.ts',
      ),
      units: notUsedBy(
        'a configuration knows no unit but the one that the order tells',
        'plants/examples/dolibarr.ts',
      ),
      scrap: notInErp('Dolibarr books no scrap', noLots),
      assembly: shownBy(
        'its API books components, and no lots of them (dolibarr-components.test.ts)',
        'test/shared/erp/rest/dolibarr-components.test.ts',
      ),
      lots: notInErp('its API does not book products that are tracked by lot', noLots),
      serials: notInErp('its API does not book products that are tracked by lot', noLots),
      'scrapped-serials': notInErp('its API does not book products that are tracked by lot', noLots),
      'page-cap': notInErp(
        'Dolibarr gives as many rows as are asked for, and one more',
        'api_stockmovements.class.php:136 (22.0.4)',
      ),
    },
    [
      'listing',
      'unreadable',
      'reading',
      'booking',
      'parts',
      'changed',
      'refusing',
      'marks',
      'waiting',
      'once',
    ],
  );

const apiKey = 'canary-dol';
const wrongKey = 'not-the-key-of-dolibarr';

async function makeTarget(file: typeof dolibarr): Promise<ErpConformanceTarget> {
  const databaseTimeZone = 'America/Chicago';
  const server = createDolibarr(apiKey, databaseTimeZone);
  const { faults } = server;
  const of = ({ number }: ErpOrderRef) => {
    const order = server.orders.find(({ ref }) => ref === number);
    if (!order) throw new Error(`there is no order ${number}`);
    return order;
  };
  const refOf = ({ id, ref }: ReturnType<typeof of>): PlannedOrderRef => ({
    id: String(id),
    number: ref,
    article: 'CHAIR',
  });

  return {
    faults,
    canaries: [apiKey, wrongKey],
    rowFields: { number: 'ref', quantity: 'qty' },
    articles: { plain: 'CHAIR' },
    units: { own: 'p', foreign: 'kg' },
    rounded: '2.123456',
    mark: (key) => `[azumuta ${encodeURIComponent(key)}]`,
    connector: connecting(
      faults.url,
      { right: { apiKey }, wrong: { apiKey: wrongKey } },
      // Its changes are made in its own screens here, which renew the change time.
      (reached) =>
        file({ ...reached, timeZone: dolibarrZone, databaseTimeZone, unit: 'p', incremental: true }),
    ),
    async planOrder({ quantity, changedAt }) {
      const tms = changedAt ? { tms: Date.parse(changedAt) / 1000 } : {};
      return refOf(server.plan(Number(quantity), tms));
    },
    cancelOrder: async (order) => server.setStatus(of(order), 'cancelled'),
    finishByHand: async (order) => server.finishByHand(of(order)),
    changeQuantity: async (order, quantity) => server.changeQuantity(of(order), Number(quantity)),
    changeFact: {
      dueDate:
        file === dolibarr
          ? async (order, day) => {
              // Evening there is the next day in UTC.
              const evening = instantIn(dolibarrZone, `${day} 22:00`) ?? '';
              server.changeEnd(of(order), Date.parse(evening) / 1000);
            }
          : notUsedBy('this file reads no date of an order', 'test/release/0.3.0/dolibarr.ts'),
    },
    touch: async (order) => server.touch(of(order)),
    lockOrder: async (order) => server.lock(of(order)),
    unlockOrder: async (order) => server.unlock(of(order)),
    silentNoOp: async () => server.silentNoOp(),
    everything: async () => structuredClone({ orders: server.orders, movements: server.movements }),
    refused: {
      'an order that somebody else finished': async () => {
        const order = server.plan(5);
        server.finishByHand(order);
        return completionOf(refOf(order));
      },
      'a product that is tracked by lot': async () => completionOf(refOf(server.plan(5, { product: 43 }))),
    },
    async books(ref) {
      const order = of(ref);
      const made = order.lines.filter(({ role }) => role === 'produced');
      const used = order.lines.filter(({ role }) => role === 'consumed');
      const texts = order.note_private.split('<br>').map(shown);
      return {
        state: order.status === 9 ? 'cancelled' : order.status === 3 ? 'done' : 'open',
        good: sumOf(made.map(({ qty }) => String(qty))),
        scrap: '0',
        bookings: made.length,
        lots: [],
        notes: texts,
        links: texts.flatMap((text) => /: (https:.*)$/.exec(text)?.[1] ?? []),
        productOrders: texts.flatMap((text) => linked(text) ?? []),
        consumed: String(Number(sumOf(used.map(({ qty }) => String(qty)))) / 2),
      };
    },
  };
}

/** HTML as a person reads it. */
function shown(html: string): string {
  return html.trim().replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
}

function linked(text: string): string | undefined {
  const [, id] = /^\[azumuta product%20order%20(.*)\]$/.exec(text) ?? [];
  return id === undefined ? undefined : decodeURIComponent(id);
}
