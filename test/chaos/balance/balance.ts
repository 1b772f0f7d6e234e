import type { Books } from './books.ts';

type BuiltOrder = Books['built'][number];
type ReleasedOrder = Books['released'][number];

/** The differences that were found, one sentence each. */
export interface Balance {
  /** Released and not created; completed and not booked; recorded and not linked in the ERP. */
  readonly lost: readonly string[];
  /** Booked, linked or created more than once. */
  readonly double: readonly string[];
  /** Quantities that differ, orders that are not linked, dead letters, queues that are not empty. */
  readonly wrong: readonly string[];
}

/**
 * Compares the partners' own books with each other. All faults pass, so there must be no dead letter, and every order
 * that was released was also completed.
 */
export function balanceOf(books: Books): Balance {
  const balance = { lost: [] as string[], double: [] as string[], wrong: [] as string[] };
  const { wrong } = balance;
  const released = new Set(books.released.map(({ number }) => number));
  for (const order of books.released) checkOrder(order, books, balance);
  for (const { number } of books.built)
    if (!released.has(number)) wrong.push(`Product order ${number} is in Azumuta and was never released.`);
  checkReferences(books, released, balance);
  for (const { stage = 'none: moved by SQS', orderNumber, reason } of books.deadLetters)
    wrong.push(`Dead letter of ${stage} about ${orderNumber}: ${reason}`);
  if (books.waiting > 0) wrong.push(`${books.waiting} messages are still in the queues.`);
  return balance;
}

type Found = { readonly [Name in keyof Balance]: string[] };

/** A released order is in Azumuta once, linked, and booked once if it is completed there. */
function checkOrder(order: ReleasedOrder, books: Books, { lost, double, wrong }: Found): void {
  const { number, azumutaIds } = order;
  const [built, ...others] = books.built.filter((each) => each.number === number);
  if (!built) {
    lost.push(`Order ${number} was released and is not in Azumuta.`);
    return;
  }
  if (others.length > 0) double.push(`Order ${number} is ${others.length + 1} times in Azumuta.`);
  if (!azumutaIds.includes(built.id))
    wrong.push(`Order ${number} is linked to ${azumutaIds.join(', ') || 'nothing'}, and not to ${built.id}.`);
  checkBookings(order, built, books, { lost, double, wrong });
}

/** A completed product order is booked once, with the recorded quantities, and each recording is linked once. */
function checkBookings(
  { number, status }: ReleasedOrder,
  { completedAt, recordings, good, scrap }: BuiltOrder,
  { booked }: Books,
  { lost, double, wrong }: Found,
): void {
  const entries = booked.filter(({ order, reference }) => order === number && reference !== null);
  const productions = entries.filter(({ kind }) => kind === 'production');
  if (completedAt === null) {
    lost.push(`Order ${number} is open in Azumuta.`);
    if (entries.length > 0) wrong.push(`Order ${number} is booked and was never completed.`);
    return;
  }
  if (productions.length === 0) lost.push(`Completed order ${number} is not booked in the ERP.`);
  if (productions.length > 1) double.push(`Order ${number} is booked ${productions.length} times.`);
  for (const { goodQuantity, scrapQuantity } of productions)
    if (Number(goodQuantity) !== good || Number(scrapQuantity) !== scrap)
      wrong.push(
        `Order ${number}: ${goodQuantity} good and ${scrapQuantity} scrap booked, ${good} and ${scrap} recorded.`,
      );
  if (productions.length > 0 && status !== 'done')
    wrong.push(`Order ${number} is booked and not done in the ERP.`);
  const links = entries.flatMap((entry) => entry.links);
  for (const id of recordings) {
    const linked = links.filter(({ url }) => url.endsWith(`/${id}`)).length;
    if (linked === 0) lost.push(`Recording ${id} of order ${number} is not linked in the ERP.`);
    if (linked > 1) double.push(`Recording ${id} of order ${number} is linked ${linked} times.`);
  }
}

/** No reference is booked twice, and nothing without one. */
function checkReferences({ booked }: Books, released: ReadonlySet<string>, { double, wrong }: Found): void {
  for (const [reference, entries] of Map.groupBy(booked, (entry) => entry.reference)) {
    if (reference !== null && entries.length > 1)
      double.push(`${reference} is booked ${entries.length} times in the ERP.`);
    for (const { order } of entries) {
      if (reference === null) wrong.push(`Order ${order} has a booking without a reference.`);
      if (!released.has(order)) wrong.push(`Order ${order} is booked and was never released.`);
    }
  }
}
