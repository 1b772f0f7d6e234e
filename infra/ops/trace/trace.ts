import { unpackCompletion } from '../../../shared/completions/content.ts';
import type { BookingEntry } from '../../../shared/ledger/records/bookings.ts';
import type { Stage } from '../../../shared/life/life.ts';
import type { DueNow } from '../../../shared/model/due.ts';
import { shownFactsOf } from '../../../shared/model/order-facts.ts';
import { partNumbers } from '../../../shared/model/orders.ts';
import { writingsOf } from '../../../shared/model/text.ts';
import { atOnce, mapConcurrently } from '../../../shared/platform/map-concurrently.ts';
import { notTyped, wordForAnyShell } from '../../../shared/platform/shell-word.ts';
import { readOrderFacts } from '../../../shared/situation/order-facts.ts';
import { type OrderInWords, orderInWords } from '../../../shared/situation/order-in-words.ts';
import type { OperatorLedger } from '../../local/operator-clients.ts';
import { sentenceForOperator } from '../cli/command.ts';
import { definedLines } from '../cli/output.ts';
import { connectPlant } from '../cli/partners.ts';
import type { Target } from '../cli/target.ts';

export type TracedOrder = NonNullable<Awaited<ReturnType<typeof traceOne>>>;

export type Trace = Awaited<ReturnType<typeof traceKnown>> & {
  /** Why Azumuta could not be asked whether it is a recording, and what to do instead. */
  readonly notAsked?: string | undefined;
};

/**
 * Everything that the ledger knows about an order, in a handful of reads for each of its product orders.
 * @param asked Number of a product order, number or id of an ERP order, in any writing; a receipt that holds such a number;
 * or an id of Azumuta, which is asked about what the ledger does not know: that may be a recording.
 */
export async function traceOrder(
  asked: string,
  ledger: OperatorLedger,
  looking: Looking,
  findOwner?: FindOwner,
): Promise<Trace> {
  const traced = await traceKnown(asked, ledger, looking);
  const { owner, notAsked } = (traced.productOrders.length === 0 && (await findOwner?.(asked.trim()))) || {};
  if (owner === undefined) return { ...traced, notAsked };
  return { ...(await traceKnown(owner, ledger, looking)), asked };
}

/** When somebody looks, and how. */
interface Looking {
  /** Options that select the stack on a command line. */
  readonly where: string;
  readonly now: DueNow;
}

async function traceKnown(asked: string, ledger: OperatorLedger, { where, now }: Looking) {
  const seen = { now, partners: await ledger.breaker.states() };
  /** Empty when the ledger knows nothing by that name. */
  let productOrders: readonly TracedOrder[] = [];
  for (const writing of [asked, ...numbersInReceipt(asked)].flatMap(writingsOf)) {
    const numbers = await findProductOrderNumbers(writing, ledger);
    const traced = await mapConcurrently(numbers, atOnce, (number) => traceOne(number, ledger, seen, where));
    productOrders = traced.filter((each) => each !== undefined);
    if (productOrders.length > 0) break;
  }
  return { asked, productOrders };
}

/** A receipt of our connectors: what they write around the number of the ERP order. */
const receiptPattern = /^(?:(?:note on |output of )?production |note on |text of order )?(.+?)(?: done)?$/i;

/** The number of the order that a receipt holds, also without what Odoo adds to the number of a rest. */
function numbersInReceipt(text: string): string[] {
  const [, number = ''] = receiptPattern.exec(text.trim()) ?? [];
  return number === text.trim() ? [] : [number, number.replace(/-\d{3}$/, '')];
}

/** Product orders that the text may name, also as Azumuta calls them by now; the parts of a split order are sorted. */
async function findProductOrderNumbers(asked: string, { knownOrders, erpOrders }: OperatorLedger) {
  const [ofErpNumber, ofErpId, ofAzumutaId, { alias }] = await Promise.all([
    erpOrders.productOrdersOf(asked),
    erpOrders.find({ number: asked, id: asked }),
    knownOrders.numberOfAzumutaId(asked),
    knownOrders.read(asked),
  ]);
  const parts = ofErpId ? partNumbers({ ...ofErpId.split, of: ofErpId.mostParts }) : [];
  const found = definedLines(asked, ofErpNumber, parts, ofAzumutaId, alias);
  return [...new Set(found)].sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
}

async function traceOne(
  number: string,
  ledger: OperatorLedger,
  seen: Parameters<typeof readOrderFacts>[2],
  where: string,
) {
  const read = await readOrderFacts(number, ledger, seen);
  if (!read) return undefined;
  const { record, ...facts } = read;
  const { entry, concerns, bookings, deadLetters, journey } = facts;
  const parts = record?.split.of ?? 1;
  const { id, url } = entry?.productOrder ?? {};
  return {
    number,
    ...statusForPlanner(number, orderInWords(facts), where),
    /** Why it was refused, or why it cannot follow its ERP order. */
    cause: entry?.cause ?? concerns[0]?.cause,
    erpOrder: entry?.erpOrder.number,
    ...shownFactsOf(facts),
    draft: entry?.draft,
    /** Which part of its ERP order it is, if that has several. */
    part: entry && entry.part.book !== 'alone' ? { index: entry.part.index, of: parts } : undefined,
    azumuta: id === undefined ? undefined : { id, url },
    concerns: concerns.map(({ kind, note }) => ({ kind, note })),
    bookings: bookings.map(tracedBooking),
    deadLetters,
    /** Oldest first. */
    journey,
  };
}

/** How far an order has got, or that it needs a person. */
export type OrderState = Stage | 'needs a person';

/** The life of an order, for a planner: in sentences, with the command that helps, ready to paste. */
function statusForPlanner(
  number: string,
  { stage, place, needsPerson, says, next, who, command }: OrderInWords,
  where: string,
) {
  const state: OrderState = needsPerson ? 'needs a person' : stage;
  const word = wordForAnyShell(number);
  const commands = {
    replay: word && `npm run replay -- --order ${word} ${where}`,
    resume: `npm run resume -- bookings ${where}`,
  };
  const typed = command && commands[command];
  const todo = command && !typed ? definedLines(next, notTyped).join(' ') : next;
  return { state, stage, place, says, next: todo, who, command: typed };
}

/** Figures, lots and counts of what is planned or was refused, and figures of what was booked; never its texts. */
function tracedBooking(booking: BookingEntry) {
  const { key, kind, state, discarded, cause, reason, recordingIds, figures, content } = booking;
  const lots = content ? unpackCompletion(content, booking).lots.map(({ number }) => number) : [];
  const { completedAt } = figures ?? {};
  return { key, kind, state, discarded, cause, reason, recordingIds, figures, lots, completedAt };
}

export type TracedBooking = ReturnType<typeof tracedBooking>;

/** Asks Azumuta which product order a recording belongs to: the ledger does not keep recordings by their ids. */
export type FindOwner = (recordingId: string) => Promise<{
  /** Number or Azumuta's id of the product order; undefined when there is no such recording. */
  readonly owner?: string | undefined;
  /** Why Azumuta could not be asked, and what to do instead. */
  readonly notAsked?: string | undefined;
}>;

/** An id of Azumuta; numbers of orders often have other characters. */
const idPattern = /^\w{1,100}$/;
const ownerLookupTimeoutMs = 30_000;

/** Calls Azumuta from this machine, with the key of the stack and the configuration of its plant. */
export function findOwnerOf(target: Target, config: string): FindOwner {
  return async (recordingId) => {
    if (!idPattern.test(recordingId)) return {};
    try {
      const { azumuta } = await connectPlant(target, config);
      const recording = await azumuta.recording(recordingId, {
        signal: AbortSignal.timeout(ownerLookupTimeoutMs),
      });
      if (!recording) return {};
      const { number, id } = recording.productOrder;
      const owner = number ?? id;
      return owner === undefined
        ? { notAsked: insteadOf('It does not say which order it belongs to') }
        : { owner };
    } catch (error) {
      return { notAsked: insteadOf(`Azumuta could not be asked about it: ${sentenceForOperator(error)}`) };
    }
  };
}

function insteadOf(why: string): string {
  return `If it is a recording: ${why.replace(/\.$/, '')}. Ask for the number of its order, which Azumuta shows with it.`;
}
