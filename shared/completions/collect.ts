import type { AzumutaProductOrder } from '../azumuta/translate.ts';
import type { CompletedPart, DeliveryEntry, PlannedDelivery } from '../ledger/deliveries.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { OrderEntry } from '../ledger/orders.ts';
import type { CompletedProductOrder } from '../model/completions.ts';
import { Rejected, RetryLater } from '../model/errors.ts';
import type { ErpOrderRef, Part } from '../model/orders.ts';
import type { Clock } from '../platform/clock.ts';
import { mostMessageBytes, type Queues } from '../platform/queue.ts';
import type { WorkAttempt } from '../worker/consume.ts';
import type { CompletionHint, DeliveryMessage } from './messages.ts';
import { completedOf, type ReadParts, readRecordings } from './read.ts';

export interface CollectParts extends ReadParts {
  readonly ledger: Pick<Ledger, 'orders' | 'deliveries'>;
  readonly queues: Pick<Queues, 'send'>;
  readonly deliveriesQueueUrl: string;
  readonly clock: Clock;
  /** Book without Azumuta's product order saying that it is completed. */
  readonly trustTrigger: boolean;
  /** Number of the ERP order of a product order that the ledger does not know. */
  readonly erpOrderNumber: (productOrderNumber: string) => string;
}

/** How long Azumuta may take to say what its trigger said already. */
const patienceMs = 30 * 60_000;
/** No attempt runs longer than its function's timeout, a minute. */
const longestAttemptMs = 2 * 60_000;
/** Leaves room for what surrounds the content in a message. */
const mostContentBytes = mostMessageBytes - 16 * 1024;

/**
 * Turns a hint into bookings. The product order is read again, so nothing depends on what the trigger happened
 * to say; its quantity is planned once for ever, recordings that appear later become amendments. What is going
 * to be booked is written down before it is sent, so that a crash in between sends exactly that again.
 */
export async function collectCompletion(
  hint: CompletionHint,
  attempt: WorkAttempt,
  parts: CollectParts,
): Promise<void> {
  const entry = await parts.ledger.orders.find(hint.productOrderNumber);
  const order = await completedOrder(hint, entry, attempt, parts);
  const erpOrder = entry?.erpOrder ?? { number: parts.erpOrderNumber(hint.productOrderNumber) };
  const part: Part = entry?.part ?? { index: 1, of: 1, first: order.number, book: 'each' };
  const recordingIds = [...new Set([...order.recordingIds, ...hint.recordingIds])];
  if (entry?.awaitsCompletion) await parts.ledger.orders.completed(hint.productOrderNumber);

  const completedParts = await partsToBook(part, erpOrder, order, recordingIds, parts);
  if (!completedParts) {
    attempt.log.info('A part is completed, the others are awaited', { part: part.index, of: part.of });
    return;
  }
  const collection: Collection = {
    hint,
    part,
    erpOrder,
    orders: new Map(completedParts.map((each) => [each.number, each])),
    current: order,
  };
  const toSend = await plan(collection, attempt, parts);
  for (const delivery of toSend) await send(delivery, collection, attempt, parts);
}

interface Collection {
  readonly hint: CompletionHint;
  readonly part: Part;
  readonly erpOrder: ErpOrderRef;
  /** All product orders that are booked together, by number. */
  readonly orders: ReadonlyMap<string, CompletedPart>;
  readonly current: AzumutaProductOrder;
}

async function completedOrder(
  hint: CompletionHint,
  entry: OrderEntry | undefined,
  attempt: WorkAttempt,
  parts: CollectParts,
): Promise<AzumutaProductOrder> {
  const number = hint.productOrderNumber;
  const id = entry?.productOrder?.id;
  const order = await parts.partners.call('azumuta', () =>
    id === undefined
      ? parts.azumuta.findProductOrder(number, attempt.signal)
      : parts.azumuta.productOrder(id, attempt.signal),
  );
  if (!order) throw notYet(hint, `Azumuta knows no product order ${number}.`, parts.clock);
  const trusted = parts.trustTrigger && hint.via === 'webhook';
  if (!order.completed && !trusted) {
    throw notYet(
      hint,
      `Azumuta says that product order ${number} is "${order.status ?? 'without status'}", not completed.`,
      parts.clock,
    );
  }
  return order;
}

function notYet(hint: CompletionHint, sentence: string, clock: Clock): RetryLater | Rejected {
  const waited = clock.now().getTime() - Date.parse(hint.receivedAt);
  return waited < patienceMs
    ? new RetryLater(sentence, { scope: 'order' })
    : new Rejected(`${sentence} Asked again for 30 minutes.`);
}

/** The product orders to book now: itself, or all parts of a split order once the last is completed. */
async function partsToBook(
  part: Part,
  erpOrder: ErpOrderRef,
  order: AzumutaProductOrder,
  recordingIds: readonly string[],
  { ledger, clock }: CollectParts,
): Promise<readonly CompletedPart[] | undefined> {
  const facts = completedOf(order, erpOrder, [], clock.now().toISOString());
  const completed = { number: order.number, facts, recordingIds };
  if (part.of === 1 || part.book === 'each') return [completed];
  const all = await ledger.deliveries.partCompleted(erpOrder.number, completed);
  if (all.length < part.of) return undefined;
  // The ledger keeps how each part was when it was completed first; this one was read just now.
  return all.map((each) => (each.number === completed.number ? completed : each));
}

/** Writes down what is going to be booked; answers all that was planned and not yet sent. */
async function plan(
  collection: Collection,
  attempt: WorkAttempt,
  { ledger, clock }: CollectParts,
): Promise<PlannedDelivery[]> {
  const { part, erpOrder, orders, current } = collection;
  const together = part.of > 1 && part.book === 'when-all-done';
  const home = homeOf(collection);
  const quantityKey = `${together ? erpOrder.number : current.id}#quantity`;
  const earlier = await ledger.deliveries.of(home);
  const told = new Set(earlier.flatMap(({ recordingIds }) => recordingIds));
  const untold = [...orders.values()].flatMap((order) =>
    order.recordingIds
      .filter((id) => !told.has(id))
      .map((id) => ({ id, productOrder: order.facts.productOrder })),
  );

  const ref = current.url
    ? { id: current.id, number: current.number, url: current.url }
    : { id: current.id, number: current.number };
  const wanted: PlannedDelivery[] = earlier.some(({ key }) => key === quantityKey)
    ? untold.map(({ id, productOrder }) => ({
        key: `${productOrder.id}#recording#${id}`,
        kind: 'amendment',
        recordingIds: [id],
        erpOrder,
        productOrder,
      }))
    : [
        {
          key: quantityKey,
          kind: 'quantity',
          recordingIds: untold.map(({ id }) => id),
          erpOrder,
          productOrder: ref,
        },
      ];
  const planned = earlier
    .filter((delivery) => isAbandoned(delivery, attempt, clock))
    .map(
      ({ key, kind, recordingIds }): PlannedDelivery => ({
        key,
        kind,
        recordingIds,
        erpOrder,
        productOrder: ref,
      }),
    );
  for (const delivery of wanted) {
    // Planned at this very moment by another attempt: that one sends it, or comes again and does.
    if (await ledger.deliveries.plan(home, delivery, attempt)) planned.push(delivery);
  }
  if (planned.length === 0) attempt.log.info('Nothing new: every recording is booked or on its way');
  return planned;
}

/** Planned and never sent: by an earlier attempt at this very message, or by one long gone. */
function isAbandoned(
  { sentAt, state, plannedAt, plannedFor }: DeliveryEntry,
  attempt: WorkAttempt,
  clock: Clock,
): boolean {
  if (sentAt !== undefined || state !== 'waiting') return false;
  return plannedFor === attempt.messageId || clock.now().getTime() - plannedAt.getTime() > longestAttemptMs;
}

async function send(
  delivery: PlannedDelivery,
  collection: Collection,
  attempt: WorkAttempt,
  parts: CollectParts,
): Promise<void> {
  const { hint, erpOrder, part, orders } = collection;
  const home = homeOf(collection);
  const chosen = [...orders.values()].filter(
    (order) =>
      delivery.kind === 'quantity' || order.recordingIds.some((id) => delivery.recordingIds.includes(id)),
  );
  const completed: CompletedProductOrder[] = [];
  for (const { facts, recordingIds } of chosen) {
    const ids = recordingIds.filter((id) => delivery.recordingIds.includes(id));
    completed.push({
      ...facts,
      recordings: await readRecordings(ids, facts.productOrder, attempt.signal, parts),
    });
  }
  const message = {
    v: 1,
    kind: 'delivery',
    key: delivery.key,
    delivers: delivery.kind,
    home,
    erpOrder,
    last: part.of === 1 || part.book === 'when-all-done',
    eventId: hint.eventId,
    content: contentOf(completed, delivery),
  } as const satisfies DeliveryMessage;
  await parts.queues.send(parts.deliveriesQueueUrl, { body: JSON.stringify(message) });
  await parts.ledger.deliveries.sent(home, delivery.key);
  attempt.log.info('Collected', {
    delivery: delivery.key,
    recordings: delivery.recordingIds.length,
  });
}

/** Product order under which the ledger keeps the bookings. */
function homeOf({ part, current }: Collection): string {
  return part.of > 1 && part.book === 'when-all-done' ? part.first : current.number;
}

function contentOf(
  completed: CompletedProductOrder[],
  { recordingIds }: PlannedDelivery,
): DeliveryMessage['content'] {
  if (Buffer.byteLength(JSON.stringify(completed)) <= mostContentBytes) return { completed };
  return {
    reference: completed.map(({ productOrder, recordings }) => ({
      number: productOrder.number,
      productOrderId: productOrder.id,
      recordingIds: recordings.map(({ id }) => id).filter((id) => recordingIds.includes(id)),
    })),
  };
}
