import { isNothingSent } from '../ledger/claims.ts';
import type { CompletionsLedger } from '../ledger/ledger.ts';
import type { BatchEntry } from '../ledger/records/batches.ts';
import { bookedQuantity } from '../ledger/records/bookings.ts';
import { numbersOfRecord } from '../ledger/records/erp-orders.ts';
import { Rejected, Wait } from '../model/errors.ts';
import { definedFields } from '../model/unread.ts';
import { atOnce, mapConcurrently } from '../platform/map-concurrently.ts';
import type { WorkerStep } from '../worker/worker.ts';
import { betweenQuestionsMs, hintId, isSentBefore } from './decide-question.ts';
import type { HintDependencies, Inquiry } from './inquiry.ts';
import { type CompletionHint, completionHint } from './messages.ts';

/** What has more of them is no batch: one name was given to all orders of a plant. */
const mostErpOrders = 50;

/** Whether a hint names a batch order, and is not one of those that were sent for it. */
export function namesBatch({ batches, hint }: Pick<Inquiry, 'batches' | 'hint'>): boolean {
  return batches.length > 0 && hint.batch === undefined;
}

/** A hint that names a batch order becomes one for each of its product orders that is to be asked about. @throws Wait */
export function beginBatch(inquiry: Inquiry, dependencies: HintDependencies): WorkerStep {
  const begunAt = dependencies.clock.now();
  const decision = decideBatch(inquiry, begunAt);
  switch (decision.to) {
    case 'end':
      return { run: async () => undefined };
    case 'wait':
      throw askedMomentAgo(inquiry, decision.untilMs);
    case 'ask':
      return {
        run: async () => {
          await askForBatch(inquiry, begunAt, dependencies);
          return undefined;
        },
      };
    default:
      return decision satisfies never;
  }
}

export type BatchDecision =
  | { readonly to: 'ask' }
  | { readonly to: 'end' }
  /** Not before `untilMs` (epoch milliseconds). */
  | { readonly to: 'wait'; readonly untilMs: number };

/**
 * Whether the product orders of a batch order are asked about, by when they were asked about last:
 *
 *   never; for a person              ask
 *   by an attempt at this hint       ask: it has not ended, so others may have
 *   after this hint was sent         end
 *   before, less than a minute ago   wait: one of them may be completed since
 *   before that                      ask
 */
export function decideBatch(
  { batches, hint, attempt }: Pick<Inquiry, 'batches' | 'hint' | 'attempt'>,
  now: Date,
): BatchDecision {
  const asked = batches[0]?.asked;
  const isOwn = asked === undefined || asked.by === hintId(attempt);
  if (isOwn || hint.again) return { to: 'ask' };
  if (isSentBefore(asked.at, attempt)) return { to: 'end' };
  const untilMs = asked.at.getTime() + betweenQuestionsMs;
  return now.getTime() < untilMs ? { to: 'wait', untilMs } : { to: 'ask' };
}

function askedMomentAgo({ askedAs, attempt }: Inquiry, untilMs: number): Wait {
  const sentence = `The product orders of batch order ${askedAs} were asked about a moment ago.`;
  return new Wait(sentence, { awaits: 'turn', afterSeconds: attempt.secondsUntil(untilMs) });
}

/** One hint for each, so that many of them take turns, and a refusal of one is no matter of the others. @throws Wait, Rejected */
async function askForBatch(inquiry: Inquiry, begunAt: Date, dependencies: HintDependencies): Promise<void> {
  const { ledger, trustTrigger, queues, completionsQueueUrl } = dependencies;
  const { askedAs: batch, batches, attempt } = inquiry;
  const [first] = batches;
  const asking = { at: begunAt, by: hintId(attempt) };
  const isBegun = first !== undefined && (await ledger.batchQuestions.beginAsking(batch, first, asking));
  if (!isBegun) throw askedMomentAgo(inquiry, begunAt.getTime() + betweenQuestionsMs);
  if (batches.length > mostErpOrders)
    throw refusedBatch(batch, `has product orders of more than ${mostErpOrders} ERP orders`);
  const parts = [];
  for (const one of batches) parts.push(...partsToAskAbout(await readPartsOfBatch(batch, one, ledger)));
  const numbers = [...new Set(parts)];
  if (trustTrigger && numbers.length > 0)
    throw refusedBatch(batch, 'was named, and the contract has trustTrigger');
  const hints = [
    ...numbers.map((productOrderNumber) => hintForBatch(inquiry, { productOrderNumber })),
    ...(isAlsoProductOrder(inquiry) ? [hintForBatch(inquiry, inquiry.hint)] : []),
  ];
  await mapConcurrently(hints, atOnce, (hint) =>
    queues.send(completionsQueueUrl, { body: JSON.stringify(hint) }),
  );
  attempt.log.info('The product orders of a batch order are asked about', { batch, asked: numbers.length });
}

function refusedBatch(batch: string, why: string): Rejected {
  const sentence = `Batch order ${batch} ${why}, so it is unknown which of them are completed: have each product order trigger with its own number, and book in the ERP by hand what is built of it.`;
  return new Rejected(sentence, { causeCode: 'completion-unclear' });
}

function hintForBatch(
  { askedAs: batch, hint: { via, eventId } }: Inquiry,
  {
    productOrderNumber,
    otherNumber,
    recordingIds,
  }: Partial<CompletionHint> & Pick<CompletionHint, 'productOrderNumber'>,
): CompletionHint {
  return completionHint(
    via,
    definedFields({ productOrderNumber, otherNumber, recordingIds, batch }),
    eventId,
  );
}

/** Whoever has named it may have meant that. */
function isAlsoProductOrder({ entry, bookings }: Inquiry): boolean {
  return entry !== undefined || bookings.length > 0;
}

/** A product order of a batch order. */
export interface PartOfBatch {
  readonly number: string;
  /** It may be in Azumuta, and nobody has given it up. */
  readonly isMade: boolean;
  readonly isBooked: boolean;
  /** Azumuta has shown it as completed, and it is booked together with others. */
  readonly isCompleted: boolean;
}

/**
 * Which product orders of an ERP order are asked about, as a trigger has named their batch order:
 *
 *   not made, given up, or booked              no
 *   open, as far as is known                   yes
 *   known to be completed, others are open     no: it is booked with them, or at the next time of the plant
 *   known to be completed, as all others are   one of them: their booking may have been refused
 */
export function partsToAskAbout(parts: readonly PartOfBatch[]): readonly string[] {
  const unbooked = parts.filter(({ isMade, isBooked }) => isMade && !isBooked);
  const open = unbooked.filter(({ isCompleted }) => !isCompleted);
  const asked = open.length > 0 ? open : unbooked.slice(0, 1);
  return asked.map(({ number }) => number);
}

/** One query for each product order, and another one for each that is booked with the first. */
async function readPartsOfBatch(
  batch: string,
  { erpOrder }: BatchEntry,
  { erpOrders, knownOrders }: CompletionsLedger,
): Promise<readonly PartOfBatch[]> {
  const record = await erpOrders.find(erpOrder);
  if (!record) return [];
  const { completed } = await erpOrders.partsOf(record);
  const numbers = numbersOfRecord(record);
  const all = await mapConcurrently(numbers, atOnce, (number) => knownOrders.readNamed(number));
  return all.flatMap(({ number, entry, bookings }) => {
    // Those that were made before the plant had batch orders are in none.
    if (entry?.part.batch?.number !== batch) return [];
    const { index } = entry.part;
    const shown = completed.get(index)?.productOrderId;
    return {
      number,
      isMade: entry.end?.how !== 'given up' && !isNothingSent(entry),
      isBooked: bookedQuantity(bookings, index)?.state === 'done',
      isCompleted: shown !== undefined && shown === entry.productOrder?.id,
    };
  });
}
