import { completionHint } from '../../../shared/completions/messages.ts';
import { noOrder, numberOf } from '../../../shared/ledger/keys.ts';
import type { Ledger } from '../../../shared/ledger/ledger.ts';
import { type DeadLetter, isOfBooking, isOfCreation } from '../../../shared/ledger/records/dead-letters.ts';
import type { Standing } from '../../../shared/ledger/records/known-orders.ts';
import { type QueueName, queueKeepsDays } from '../../../shared/model/queues.ts';
import { productOrderMessage } from '../../../shared/orders/messages.ts';
import type { Queues } from '../../../shared/platform/aws/queue.ts';
import type { Clock } from '../../../shared/platform/clock.ts';

/** What has orders looked at again without their dead letters. */
export interface AskDependencies {
  readonly queues: Pick<Queues, 'sendAll'>;
  readonly queueUrls: Readonly<Record<QueueName, string>>;
  readonly ledger: Pick<Ledger, 'knownOrders' | 'deadLetters' | 'concerns'>;
  readonly clock: Clock;
}

interface Asking {
  /** Figures beyond its order that a person accepts. */
  readonly accepts?: string | undefined;
  /** Kept with each dead letter of the orders. */
  readonly note: string;
}

/** Open dead letters that are read. */
const maxRead = 5000;

/** Finds the orders of these numbers. The number of an ERP order that has another number here is no separate order. */
export async function findOrders(asked: ReadonlySet<string>, ledger: Pick<Ledger, 'knownOrders'>) {
  /** As they were asked for, and as the ledger keeps their bookings and dead letters. */
  const numbers = new Set(asked);
  /** What is asked for each order that may be booked, by its home: parts that are booked together are asked for once. */
  const homes = new Map<string, string>();
  /** Each whose creation waits for a person. */
  const refused = new Set<string>();
  /** Of whom the ledger has nothing: typed by hand in Azumuta, or mistyped here. */
  const unknown: string[] = [];
  for (const number of asked) {
    const standing = await ledger.knownOrders.readStanding(number);
    numbers.add(standing.number).add(standing.home);
    if (creationWaitsForPerson(standing)) refused.add(standing.number);
    if (asked.size === 1 && !isKnown(standing)) unknown.push(number);
    const isMeant = asked.size === 1 || isKnown(standing);
    if (isMeant && mayBeBooked(standing)) homes.set(standing.home, await partToAskFor(standing, ledger));
  }
  return { numbers, homes: [...homes.values()], refused: [...refused], unknown };
}

/** The first part stands for all, unless a person has given it up: who asks for it by name has it booked after all. */
async function partToAskFor(
  { number, home }: Standing,
  { knownOrders }: Pick<Ledger, 'knownOrders'>,
): Promise<string> {
  if (home === number) return home;
  const { entry: first } = await knownOrders.read(home);
  return first?.end?.how === 'given up' ? number : home;
}

/** What is not in Azumuta yet cannot be completed; one that is unknown may have been typed there by hand. */
function mayBeBooked({ entry, bookings }: Standing): boolean {
  return entry === undefined || entry.productOrder !== undefined || bookings.length > 0;
}

/** Refused; or a dead letter says that its creation, or its link, is not done. What has ended only `remake` has made again. */
function creationWaitsForPerson({ entry, bookings, deadLetters }: Standing): boolean {
  if (deadLetters.some(isOfCreation)) return true;
  return entry?.state === 'rejected' && entry.end === undefined && bookings.length === 0;
}

function isKnown({ entry, bookings, question, answered, deadLetters }: Standing): boolean {
  return Boolean(entry ?? question ?? answered) || bookings.length + deadLetters.length > 0;
}

/** Those with an open dead letter whose message SQS has dropped. */
export async function ordersWithoutMessage({ ledger, clock }: AskDependencies): Promise<string[]> {
  const keptSince = clock.now().getTime() - queueKeepsDays * 86_400_000;
  const open = await ledger.concerns.listOpen(() => maxRead);
  const gone = open.filter(({ kind, since }) => kind === 'dead-letter' && since.getTime() < keptSince);
  const numbers = new Set(gone.map(({ key }) => numberOf({ ...key })));
  numbers.delete(noOrder);
  return [...numbers];
}

/** Has orders looked at again, with a dead letter or without. @throws Error when SQS refuses. */
export async function sendHints(
  numbers: readonly string[],
  asking: Asking,
  dependencies: AskDependencies,
): Promise<void> {
  const { accepts } = asking;
  const hints = numbers.map((productOrderNumber) => {
    const hint = completionHint('operator', { productOrderNumber }, `replay of ${productOrderNumber}`);
    return JSON.stringify(accepts === undefined ? hint : { ...hint, accepts });
  });
  for (const number of numbers) {
    const { home } = await dependencies.ledger.knownOrders.readStanding(number);
    await markGone(home, isOfBooking, asking, dependencies);
  }
  await sendTo('completions', hints, dependencies);
}

/** Has orders created that were not, as the ERP wants them now. @throws Error when SQS refuses. */
export async function sendCreations(
  numbers: readonly string[],
  asking: Asking,
  dependencies: AskDependencies,
): Promise<void> {
  const messages = numbers.map((number) => productOrderMessage(number, { asksErp: 'replay' }));
  for (const number of numbers) await markGone(number, isOfCreation, asking, dependencies);
  await sendTo('product-orders', messages, dependencies);
}

/** What its dead letters ask for is asked for by another message. */
async function markGone(
  number: string,
  isOf: (deadLetter: DeadLetter) => boolean,
  { note }: Asking,
  { ledger: { deadLetters } }: AskDependencies,
): Promise<void> {
  for (const deadLetter of await deadLetters.listOfOrder(number))
    if (deadLetter.isDead && isOf(deadLetter)) await deadLetters.markReplayed(deadLetter, note);
}

async function sendTo(
  queue: QueueName,
  bodies: readonly string[],
  { queues, queueUrls }: AskDependencies,
): Promise<void> {
  if (bodies.length === 0) return;
  const messages = bodies.map((body) => ({ body }));
  const refused = await queues.sendAll(queueUrls[queue], messages);
  if (refused.length > 0) throw new Error(`SQS did not take ${refused.length} of ${bodies.length} messages.`);
}
