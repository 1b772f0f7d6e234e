import { figuresOf, unpacked } from '../../shared/completions/content.ts';
import type { CompleteIntegration } from '../../shared/integration/define.ts';
import { mapCompletion } from '../../shared/integration/mapping/completions.ts';
import type { CompletedProductOrder, Completion } from '../../shared/model/completions.ts';
import { counted } from '../../shared/model/text.ts';
import { atOnce, mapConcurrently } from '../../shared/platform/map-concurrently.ts';
import type { Plant } from '../ops/cli/partners.ts';
import { draftRows, type Preview, previewOf, samplesIn } from '../ops/map/preview.ts';
import { readSample, type Sample } from '../ops/map/read-sample.ts';
import { bookingWords, figuresText } from '../ops/trace/report.ts';
import { type Comparison, compare, type LiveDependencies, readCompleted, readErpOrder } from './live.ts';

/** JSON that was pasted, or the number of an order that is read from one of the partners. */
export type Asked =
  | { readonly json: unknown }
  | { readonly from: 'erp' | 'azumuta'; readonly number: string };

/** What the mapping makes of a sample, next to what the ledger has of that. */
export type Tried = Preview & { readonly compared: readonly Comparison[] };

/** Of a list, and of the parts of an order: more shows nothing new. */
const [maxSamples, maxParts] = [20, 5];

/** Nothing is sent, and names of operators stay out, whatever the mapping asks for. */
export async function tryOut(asked: Asked, plant: Plant, dependencies: LiveDependencies) {
  const { includeOperators: _, ...completions } = plant.integration.completions;
  const integration = { ...plant.integration, completions };
  const samples = await samplesOf(asked, { ...plant, integration }, dependencies);
  const tried = await mapConcurrently(samples.slice(0, maxSamples), atOnce, async ([at, sample, leftOut]) => {
    const preview = previewOf(at, sample, integration);
    const compared = await comparedWithLedger(sample, preview, integration, dependencies);
    return { ...preview, ...(leftOut === undefined ? {} : { leftOut }), compared };
  });
  /** `notShown`: samples that are left out. */
  return { tried, notShown: samples.length - tried.length };
}

/** Each with where it comes from, and why the flows would send nothing now. */
async function samplesOf(
  asked: Asked,
  plant: Plant,
  dependencies: LiveDependencies,
): Promise<(readonly [string, Sample, (string | undefined)?])[]> {
  if ('json' in asked) {
    const learnedAt = dependencies.clock.now().toISOString();
    return samplesIn(asked.json).map(([at, one]) => [at, readSample(one, at, plant.integration, learnedAt)]);
  }
  const { from, number } = asked;
  if (from === 'erp') {
    const order = await readErpOrder({ number }, plant);
    return [
      [number, { order }, order.state === 'released' ? undefined : 'the ERP order is not released now'],
    ];
  }
  const { completed, isCompleted } = await readCompleted(number, plant, dependencies);
  const leftOut = isCompleted ? undefined : 'Azumuta says that it is not completed';
  return [[number, { completed, books: 'quantity' }, leftOut]];
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
  return mapConcurrently(becomes.slice(0, maxParts), atOnce, async ({ title, rows }) => {
    const [[, number] = ['', '']] = rows;
    const entry = 'order' in sample ? await ledger.orders.find(number) : undefined;
    if (!entry) return { title, was: 'order' in sample ? unknown : undefined, rows: compare(rows) };
    const was = entry.productOrder ? 'Sent to Azumuta' : 'To be sent to Azumuta';
    const compared = compare(rows, draftRows(entry.draft), true);
    return { title, was, rows: compared, note: madeBy(entry.mappedBy) };
  });
}

/** Of a booking the ledger has figures, and no texts once it is booked. */
async function comparedWithBooking(
  { title, rows }: Preview['becomes'][number],
  completed: CompletedProductOrder,
  integration: CompleteIntegration,
  { knownOrders }: LiveDependencies['ledger'],
): Promise<Comparison> {
  const { entry, bookings } = await knownOrders.standing(completed.productOrder.number);
  const index = entry?.part.index ?? 1;
  const booking = bookings.find(({ kind, parts }) => kind === 'quantity' && parts.includes(index));
  if (!booking) return { title, was: unknown, rows: compare(rows) };
  const { figures, content, configuration, recordingIds, parts } = booking;
  const made = mapCompletion(integration, 'quantity', [completed]);
  // Once it is booked, its lots are a number.
  const had = figuresText({ figures, lots: content ? lotsOf(unpacked(content, booking)) : [] });
  const makes = figuresText({ figures: figuresOf(made), lots: content ? lotsOf(made) : [] });
  const now = [['figures', makes], ['recordings', String(completed.recordings.length)], ...rows] as const;
  const was = bookingWords(booking);
  if (parts.length > 1) {
    const note = `${was} together with ${counted(parts.length - 1, 'other part')}, as one: ${had}.`;
    return { title, rows: compare(now), note };
  }
  const before = [
    ['figures', had],
    ['recordings', String(recordingIds.length)],
  ] as const;
  return { title, was, note: madeBy(configuration), rows: compare(now, before) };
}

const lotsOf = ({ lots }: Completion) => lots.map(({ number }) => number);

/** The version comes with what is deployed. */
function madeBy(version?: string): string | undefined {
  if (version === undefined) return undefined;
  return `The ledger's was made by version ${version} of the configuration. The one on this machine gets its version when it is deployed, so whether they are the same cannot be known.`;
}

const unknown = 'In the ledger';
