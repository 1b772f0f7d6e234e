import { serveBusinessCentral } from '../../e2e/business-central/serve.ts';
import type { BcLine } from '../../shared/erp/conformance/servers/bc-records.ts';
import type { Fault } from '../../support/faults.ts';
import type { Books } from '../balance/books.ts';
import { type ChaosPlant, slowestCommitMs } from './erp.ts';

const booking = 'POST bookings';
const link = 'POST links';
/** All tokens end so often. No login is refused, as the breaker waits for five minutes then, and the run with it. */
const tokensEndEveryMs = 10_000;
const faults: readonly Fault[] = [
  { kind: 'delay', ms: 500, route: booking },
  { kind: 'delay', ms: slowestCommitMs, route: booking },
  { kind: 'status', status: 503 },
  { kind: 'status', status: 409, route: booking },
  { kind: 'status', status: 429, retryAfter: 2 },
  { kind: 'reset-before' },
  { kind: 'reset-after', route: booking },
  { kind: 'reset-after', route: link },
  { kind: 'timeout-after', route: booking },
  { kind: 'timeout-after', route: link },
  { kind: 'not-json' },
];

/** The test server of Business Central, whose bookings are read from the entries that were posted. */
export const businessCentralOfChaos: ChaosPlant = {
  integrationFile: 'test/e2e/business-central/plant.config.ts',
  async start() {
    const { plant, environment, meddle, stop } = await serveBusinessCentral();
    const { books } = plant.server;
    // The secret is read as the system starts.
    for (const [name, value] of Object.entries(environment)) process.env[name] = value;
    const tokens = setInterval(plant.server.expireTokens, tokensEndEveryMs);
    return {
      environment,
      async stop() {
        clearInterval(tokens);
        await stop();
      },
      erpOf: () => ({
        faults,
        meddle,
        release: async (count) =>
          Array.from({ length: count }, (_, at) => {
            const quantity = String(1 + (at % 5));
            const { number, article } = plant.plan({ article: 'GEAR-01', quantity, dueDate: '2027-01-31' });
            return { number, article, quantity, attributes: {} };
          }),
        quantityOf: (number) => Number(books.lines.find((line) => numberOf(line) === number)?.quantity),
        books: () => ({
          released: books.lines.map((line) => releasedOf(line)),
          booked: books.lines.flatMap((line) => bookedOf(line)),
        }),
      }),
    };

    function releasedOf(line: BcLine): Books['released'][number] {
      const { state, productOrders } = plant.books({ number: numberOf(line) });
      return {
        number: numberOf(line),
        status: state === 'done' ? 'done' : 'released',
        azumutaIds: productOrders,
      };
    }

    function bookedOf(line: BcLine): Books['booked'] {
      const order = numberOf(line);
      const isOfLine = (one: Pick<BcLine, 'orderNo' | 'lineNo'>) =>
        one.orderNo === line.orderNo && one.lineNo === line.lineNo;
      const productions = plant.books({ number: order }).bookings.map(({ mark, good, scrap }) => ({
        order,
        kind: 'production' as const,
        reference: mark ?? null,
        goodQuantity: good,
        scrapQuantity: scrap,
        links: linksIn(books.bookings.find(({ id }) => id === mark)?.note ?? ''),
      }));
      const notes = books.notes.filter(isOfLine).map(({ id, text }) => ({
        order,
        kind: 'notes' as const,
        reference: id,
        goodQuantity: '0',
        scrapQuantity: '0',
        links: linksIn(text),
      }));
      return [...productions, ...notes];
    }
  },
};

const numberOf = ({ orderNo, lineNo }: Pick<BcLine, 'orderNo' | 'lineNo'>) => `${orderNo}/${lineNo}`;

/** `Report: https://…`, one a line. */
function linksIn(note: string) {
  return Array.from(note.matchAll(/^(.*): (https?:\S+)$/gm), ([, name = '', url = '']) => ({ name, url }));
}
