import * as z from 'zod/mini';
import { concernKinds } from '../../shared/ledger/records/concerns.ts';
import type { ListedOrder, OrderPage } from '../../shared/ledger/records/order-lists.ts';
import { dayBefore, dayIn, isDate, startOfDay } from '../../shared/model/time.ts';
import { jsonOf } from '../../shared/platform/json.ts';
import { atOnce, mapConcurrently } from '../../shared/platform/map-concurrently.ts';
import { readStanding } from '../../shared/situation/order-facts.ts';
import type { Situation } from '../../shared/situation/read.ts';
import { toldOf } from '../../shared/situation/told.ts';
import type { OperatorLedger } from '../local/operator-clients.ts';
import type { LiveDependencies } from './try.ts';

export const lists = {
  day: 'By day',
  waiting: 'In Azumuta',
  concerns: 'For a person',
} as const;

const text = (most: number) => z._default(z.string().check(z.trim(), z.maxLength(most)), '');
const cursorSchema = z.record(
  z.string().check(z.maxLength(20)),
  z.union([z.string().check(z.maxLength(2048)), z.number()]),
);
/** What the page Orders is asked for. What does not fit counts as not given. */
const askedSchema = z.object({
  list: z.catch(z._default(z.enum(['day', 'waiting', 'concerns']), 'day'), 'day'),
  day: z.catch(z.optional(z.string().check(z.refine(isDate))), undefined),
  /** The beginning of a number. */
  q: z.catch(text(200), ''),
  kind: z.catch(z.optional(z.enum(concernKinds)), undefined),
  article: z.catch(text(200), ''),
  /** Where the page begins: the keys of an entry as JSON. */
  after: z.catch(z.optional(z.pipe(z.pipe(z.string(), z.transform(jsonOf)), cursorSchema)), undefined),
});
export type AskedOrders = z.output<typeof askedSchema>;
export const askedOf = (query: unknown): AskedOrders => z.parse(askedSchema, query);

export type OrderRow = Awaited<ReturnType<typeof rowOf>>;

/** Entries of a day that are searched for the beginning of a number. */
const maxSearched = 10_000;

export async function readOrders(
  asked: AskedOrders,
  limit: number,
  dependencies: Pick<LiveDependencies, 'ledger' | 'timeZone'> & { readonly now: Date },
) {
  const { ledger, timeZone, now } = dependencies;
  const day = asked.day ?? dayIn(timeZone, now);
  const page = await pageOf(asked, day, limit, ledger, timeZone);
  const [erp, azumuta] = await Promise.all([ledger.breaker.state('erp'), ledger.breaker.state('azumuta')]);
  const wanted = page.orders.slice(0, limit);
  const rows = await mapConcurrently(wanted, atOnce, (order) => rowOf(order, { erp, azumuta }, ledger, now));
  const article = asked.article.toLowerCase();
  const kept = rows.filter((row) => row.article.toLowerCase().includes(article));
  /** `leftOut`: orders of the page that are of other articles. */
  return { day, rows: kept, leftOut: rows.length - kept.length, next: page.next };
}

function pageOf(
  { list, q, kind, after }: AskedOrders,
  day: string,
  limit: number,
  { lists: read }: OperatorLedger,
  timeZone: string,
): Promise<OrderPage> {
  if (list === 'waiting') return read.waiting({ limit, after });
  if (list === 'concerns') return read.withConcerns({ limit, after }, kind);
  const [from, until] = [startOfDay(timeZone, day), startOfDay(timeZone, dayBefore(day, -1))];
  return read.happened(from, until, { limit: q === '' ? limit : maxSearched, after }, q);
}

async function rowOf(
  listed: ListedOrder,
  partners: Situation['partners'],
  ledger: OperatorLedger,
  now: Date,
) {
  const standing = await readStanding(listed.number, ledger, now);
  const { dueDate, article = '', quantity = '' } = standing;
  const { stage, needsPerson, says } = toldOf({ ...standing, partners });
  return { ...listed, stage, needsPerson, says, dueDate, article, quantity };
}

/** The address of a list. @param after The entry of an index behind which the page begins: it has nothing but keys. */
export function listLink(
  { after, ...plain }: Omit<AskedOrders, 'after'> & { readonly after?: OrderPage['next'] },
  path = '/orders',
): string {
  const given = Object.entries(plain).filter(([, value]) => value !== undefined && value !== '');
  const query = new URLSearchParams(given.map(([name, value]): [string, string] => [name, String(value)]));
  if (after) query.set('after', JSON.stringify(after));
  return `${path}?${query}`;
}
