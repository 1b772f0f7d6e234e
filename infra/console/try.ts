import { bookedFiguresIn, figuresOf, unpackCompletion } from '../../shared/completions/content.ts';
import type { CompleteIntegration } from '../../shared/integration/define.ts';
import { mapCompletion } from '../../shared/integration/mapping/completions.ts';
import { partIndexOf } from '../../shared/ledger/records/product-orders.ts';
import type { CompletedProductOrder, Completion } from '../../shared/model/completions.ts';
import { counted } from '../../shared/model/text.ts';
import { localTime } from '../../shared/model/time.ts';
import { differencesFrom } from '../../shared/orders/differences.ts';
import { atOnce, mapConcurrently } from '../../shared/platform/map-concurrently.ts';
import { sentenceForOperator } from '../ops/cli/command.ts';
import type { ConnectedPlant } from '../ops/cli/partners.ts';
import {
  draftRows,
  orderRows,
  type Preview,
  type PreviewRow,
  previewOf,
  rowsWithValue,
  samplesIn,
} from '../ops/map/preview.ts';
import {
  type LiveSource,
  readErpOrder,
  readLiveSample,
  readProductOrder,
  withoutOperators,
} from '../ops/map/read-live.ts';
import { readSample, type Sample } from '../ops/map/read-sample.ts';
import { bookingWords } from '../ops/trace/report.ts';
import type { ConsoleDependencies } from './dependencies.ts';

export type Asked = { readonly json: unknown } | { readonly from: LiveSource; readonly number: string };

export type Tried = Preview & { readonly compared: readonly Comparison[] };

/** Of a list, and of the parts of an order: more shows nothing new. */
const [mostSamplesTried, mostPartsTried] = [20, 5];

/** Nothing is sent, and names of operators stay out, whatever the mapping asks for. */
export async function tryMapping(asked: Asked, plant: ConnectedPlant, dependencies: LiveDependencies) {
  const integration = withoutOperators(plant.integration);
  const samples = await samplesOf(asked, { ...plant, integration }, dependencies);
  const tried = await mapConcurrently(
    samples.slice(0, mostSamplesTried),
    atOnce,
    async ([at, sample, leftOut]) => {
      const preview = previewOf(at, sample, integration);
      const compared = await comparedWithLedger(sample, preview, integration, dependencies);
      return { ...preview, ...(leftOut === undefined ? {} : { leftOut }), compared };
    },
  );
  /** `notShown`: samples that are left out. */
  return { tried, notShown: samples.length - tried.length };
}

/** Each with where it comes from, and why the flows would send nothing now. */
async function samplesOf(
  asked: Asked,
  plant: ConnectedPlant,
  dependencies: LiveDependencies,
): Promise<(readonly [string, Sample, (string | undefined)?])[]> {
  if ('json' in asked) {
    const learnedAt = dependencies.clock.now().toISOString();
    return samplesIn(asked.json).map(([at, one]) => [at, readSample(one, at, plant.integration, learnedAt)]);
  }
  const { from, number } = asked;
  const { sample, leftOut } = await readLiveSample(from, number, plant, dependencies);
  return [[number, sample, leftOut]];
}

async function comparedWithLedger(
  sample: Sample,
  { becomes }: Preview,
  integration: CompleteIntegration,
  { ledger }: LiveDependencies,
): Promise<readonly Comparison[]> {
  if ('completed' in sample && sample.books === 'quantity')
    return mapConcurrently(becomes, 1, (made) =>
      comparedWithBooking(made, sample.completed, integration, ledger),
    );
  return mapConcurrently(becomes.slice(0, mostPartsTried), atOnce, async ({ title, rows }) => {
    const [[, number] = ['', '']] = rows;
    const entry = 'order' in sample ? await ledger.orders.find(number) : undefined;
    if (!entry) return { title, was: 'order' in sample ? ledgerTitle : undefined, rows: compareRows(rows) };
    const was = entry.productOrder ? 'Sent to Azumuta' : 'To be sent to Azumuta';
    const compared = compareRows(rows, draftRows(entry.draft), true);
    return { title, was, rows: compared, note: configurationNote(entry.mappedBy) };
  });
}

/** Of a booking the ledger has figures, and no texts once it is booked. */
async function comparedWithBooking(
  { title, rows }: Preview['becomes'][number],
  completed: CompletedProductOrder,
  integration: CompleteIntegration,
  { knownOrders }: LiveDependencies['ledger'],
): Promise<Comparison> {
  const { entry, bookings } = await knownOrders.readStanding(completed.productOrder.number);
  const index = partIndexOf(entry);
  const booking = bookings.find(({ kind, parts }) => kind === 'quantity' && parts.includes(index));
  if (!booking) return { title, was: ledgerTitle, rows: compareRows(rows) };
  const { figures, content, configuration, recordingIds, parts } = booking;
  const made = mapCompletion(integration, 'quantity', [completed]);
  // Once it is booked, its lots are a number.
  const had = bookedFiguresIn(figures, content && lotNumbersIn(unpackCompletion(content, booking)));
  const makes = bookedFiguresIn(figuresOf(made), content && lotNumbersIn(made));
  const now = [['figures', makes], ['recordings', String(completed.recordings.length)], ...rows] as const;
  const was = bookingWords(booking);
  if (parts.length > 1) {
    const note = `${was} together with ${counted(parts.length - 1, 'other part')}, as one: ${had}.`;
    return { title, rows: compareRows(now), note };
  }
  const before = [
    ['figures', had],
    ['recordings', String(recordingIds.length)],
  ] as const;
  return { title, was, note: configurationNote(configuration), rows: compareRows(now, before) };
}

const lotNumbersIn = ({ lots }: Completion) => lots.map(({ number }) => number);

/** The version comes with what is deployed. */
function configurationNote(version?: string): string | undefined {
  if (version === undefined) return undefined;
  return `The ledger's was made by version ${version} of the configuration. The one on this machine gets its version when it is deployed, so whether they are the same cannot be known.`;
}

const ledgerTitle = 'In the ledger';

export type LiveDependencies = Pick<ConsoleDependencies, 'plant' | 'ledger' | 'clock' | 'timeZone'>;

/** What a partner has now, field by field, and what the ledger has of it where that is compared. */
export interface Comparison {
  readonly title: string;
  /** What it is compared with, `Sent to Azumuta`; undefined for a table of one side. */
  readonly was?: string | undefined;
  readonly rows: ReturnType<typeof compareRows>;
  readonly note?: string | undefined;
  readonly failure?: string;
}

/**
 * Both sides of a comparison; undefined on the side that has no such field.
 * @param isWhole What the ledger does not have differs, too: it would have it.
 */
export function compareRows(now: readonly PreviewRow[], was: readonly PreviewRow[] = [], isWhole = false) {
  const [is, had] = [new Map(now), new Map(was)];
  const gone = was.flatMap(([field]) => (is.has(field) ? [] : [[field, undefined] as const]));
  return [...now, ...gone].map(([field, value]) => {
    const other = had.get(field);
    return { field, now: value, was: other, differs: other === undefined ? isWhole : value !== other };
  });
}

/** What a partner says at this moment, or why it cannot be read: the other one may be there. */
async function readNow(
  partner: string,
  { plant, clock, timeZone }: LiveDependencies,
  read: (plant: ConnectedPlant) => Promise<Pick<Comparison, 'rows' | 'note'>>,
): Promise<Comparison> {
  const title = `Read now from ${partner}, ${localTime(clock.now(), timeZone).slice(11)}`;
  try {
    return { title, ...(await read(await plant())) };
  } catch (error) {
    return { title, rows: [], failure: sentenceForOperator(error) };
  }
}

/** @param number Of a product order, or of an ERP order. */
export function readErpNow(number: string, dependencies: LiveDependencies): Promise<Comparison> {
  return readNow('the ERP', dependencies, async (plant) => {
    const order = await readErpOrder(number, plant, dependencies);
    return { rows: compareRows([...orderRows({ ...order, state: 'released' }), ['state', order.state]]) };
  });
}

/** With what the flows would call different from what was sent. @param number Of a product order. */
export function readAzumutaNow(number: string, dependencies: LiveDependencies): Promise<Comparison> {
  return readNow('Azumuta', dependencies, async (plant) => {
    const { order, entry } = await readProductOrder(number, plant, dependencies);
    const { id, status, completedAt, recordingIds } = order;
    const now = rowsWithValue([
      ...draftRows(order),
      ['id', id],
      ['status', status],
      ['completedAt', completedAt],
      ['recordings', recordingIds && String(recordingIds.length)],
    ]);
    const found = entry ? differencesFrom(order, entry.draft, { withVariants: true }) : [];
    // Without the values, which may be secrets: they stand below, and on the order's page.
    const fields = found.map((difference) => difference.replace(/ is .*/s, '')).join(', ');
    const note = fields === '' ? undefined : `It is not as it was sent: ${fields}.`;
    return { rows: compareRows(now), note };
  });
}
