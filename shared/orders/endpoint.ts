import type { Ledger } from '../ledger/ledger.ts';
import { reasonOf } from '../model/errors.ts';
import type { ErpOrder } from '../model/orders.ts';
import { isValid, type RotatingSecret } from '../platform/credentials.ts';
import { parse } from '../platform/parse.ts';
import { SecretUnset } from '../platform/secrets.ts';
import type { AnsweredOrder, IntakeAnswer, OrderCallBody, OrderStatus } from './answers.ts';
import { type IntakeParts, overall, statusOf, takeIn } from './intake.ts';
import { erpOrderOf, postedOrderSchema } from './schema.ts';

export interface OrderCall {
  /** The key that was presented, if any. */
  readonly apiKey: string | undefined;
  readonly sourceIp: string;
  readonly body: Buffer;
  /** Seconds that the caller wants to wait for the Azumuta ids (`Prefer: wait=10`); 0 for an answer at once. */
  readonly waitSeconds: number;
}

/** Answer of the order endpoint; each order of the call has its own entry. */
export interface OrderCallAnswer {
  readonly statusCode: number;
  readonly body: OrderCallBody;
}

export interface EndpointParts extends IntakeParts {
  readonly ledger: Pick<Ledger, 'orders' | 'journeys'>;
  readonly apiKey: (options?: { readonly refresh?: boolean }) => Promise<RotatingSecret>;
  /** Whether this address may call the endpoint at all. */
  readonly mayCall: (sourceIp: string) => boolean;
  /** Resolves after so many milliseconds. */
  readonly pause: (ms: number) => Promise<void>;
}

const mostOrders = 500;
const mostBodyBytes = 2 * 1024 * 1024;
/** Between looks into the ledger while a caller waits. */
const lookMs = 250;

/** `POST /product-orders`: takes in one order or a list; one bad order never blocks its neighbours. */
export async function postOrders(call: OrderCall, parts: EndpointParts): Promise<OrderCallAnswer> {
  const refused = await refusal(call, parts);
  if (refused) return refused;
  if (call.body.byteLength > mostBodyBytes)
    return failure(413, `The body is larger than ${mostBodyBytes} bytes.`);
  const posted = postedOrders(call.body);
  if (typeof posted === 'string') return failure(400, posted);
  if (posted.length > mostOrders)
    return failure(413, `${posted.length} orders in one call; at most ${mostOrders} are taken.`);

  return unlessUnavailable(parts, () => takeInAll(posted, call.waitSeconds, parts));
}

async function takeInAll(
  posted: readonly unknown[],
  waitSeconds: number,
  parts: EndpointParts,
): Promise<OrderCallAnswer> {
  const checked = posted.map((order, index) => checkOne(order, index, posted.length));
  const taken = await takeIn(
    checked.flatMap(({ order }) => order ?? []),
    { via: 'endpoint' },
    parts,
  );
  const settled = waitSeconds > 0 ? await waitFor(taken, waitSeconds, parts) : taken;
  const inTurn = settled[Symbol.iterator]();
  const orders = checked.map(({ order, answer }): AnsweredOrder => {
    const accepted = order ? inTurn.next().value : undefined;
    return accepted
      ? { ...accepted, statusUrl: `/product-orders/${encodeURIComponent(accepted.number)}` }
      : (answer ?? unreadable);
  });
  parts.log.info('Orders received', {
    orders: orders.length,
    queued: orders.filter(({ status }) => status === 'queued').length,
  });
  return { statusCode: statusCodeOf(orders), body: { orders } };
}

/** `GET /product-orders/{number}`: how an order stands, by its product order number or its ERP order number. */
export async function getOrder(
  call: Pick<OrderCall, 'apiKey' | 'sourceIp'> & { readonly number: string },
  parts: EndpointParts,
): Promise<OrderCallAnswer> {
  const refused = await refusal(call, parts);
  if (refused) return refused;
  return unlessUnavailable(parts, () => lookUp(call.number, parts));
}

async function lookUp(number: string, { ledger }: EndpointParts): Promise<OrderCallAnswer> {
  const entry = await ledger.orders.find(number);
  const numbers = entry ? [number] : await ledger.journeys.productOrdersOf(number);
  const productOrders = [];
  for (const each of numbers) {
    const found = await ledger.orders.find(each);
    if (found) productOrders.push(statusOf(found));
  }
  if (productOrders.length === 0) return failure(404, `No order ${number} was received.`);
  return {
    statusCode: 200,
    body: { orders: [{ number, status: overall(productOrders), productOrders }] },
  };
}

/** Nothing is accepted before ledger and SQS have it: a caller that is told 503 posts the same again. */
async function unlessUnavailable(
  { log }: Pick<EndpointParts, 'log'>,
  answer: () => Promise<OrderCallAnswer>,
): Promise<OrderCallAnswer> {
  try {
    return await answer();
  } catch (error) {
    log.error('The order endpoint cannot answer', { reason: reasonOf(error) });
    return failure(503, 'Try again later: send the same call again.');
  }
}

async function refusal(
  { apiKey: presented, sourceIp }: Pick<OrderCall, 'apiKey' | 'sourceIp'>,
  { apiKey, mayCall, log }: EndpointParts,
): Promise<OrderCallAnswer | undefined> {
  if (!mayCall(sourceIp)) {
    log.warn('A call from an address that is not allowed', { sourceIp });
    return failure(403, 'This address may not call the order endpoint.');
  }
  try {
    if (presented === undefined)
      return failure(401, 'Send the key of the order endpoint in the header X-API-Key.');
    const fits = isValid(presented, await apiKey()) || isValid(presented, await apiKey({ refresh: true }));
    return fits ? undefined : failure(401, 'The key in X-API-Key is not valid.');
  } catch (error) {
    log.error('The key of the order endpoint cannot be checked', { reason: reasonOf(error) });
    return failure(
      503,
      error instanceof SecretUnset ? 'The key of the order endpoint is not set yet.' : 'Try again later.',
    );
  }
}

/** The posted orders, or why there are none. */
function postedOrders(body: Buffer): unknown[] | string {
  let json: unknown;
  try {
    json = JSON.parse(body.toString('utf8'));
  } catch {
    return 'The body is not JSON: send one order, a list of orders, or { "orders": [ … ] }.';
  }
  const list = json !== null && typeof json === 'object' && 'orders' in json ? json.orders : json;
  const orders = Array.isArray(list) ? list : [list];
  if (orders.length === 0) return 'The list of orders is empty.';
  return orders;
}

const unreadable = { number: '', status: 'rejected', productOrders: [] } as const satisfies AnsweredOrder;

function checkOne(
  posted: unknown,
  index: number,
  count: number,
): { order?: ErpOrder; answer?: AnsweredOrder } {
  const parsed = parse(postedOrderSchema, posted);
  if (parsed.ok) return { order: erpOrderOf(parsed.value) };
  const number =
    posted !== null && typeof posted === 'object' && 'number' in posted
      ? String(posted.number).slice(0, 200)
      : '';
  const at = count === 1 ? '$' : `$[${index}]`;
  const errors = parsed.mismatches.map((mismatch) => ({
    ...mismatch,
    path: mismatch.path.replace('$', () => at),
  }));
  return {
    answer: {
      number,
      status: 'rejected',
      productOrders: [],
      reason: 'The order does not fit: see errors.',
      errors,
    },
  };
}

/** Looks into the ledger until every queued order is created or rejected, or the caller's time is over. */
async function waitFor(
  answers: readonly IntakeAnswer[],
  seconds: number,
  parts: EndpointParts,
): Promise<IntakeAnswer[]> {
  let current = [...answers];
  for (
    let looks = Math.ceil((seconds * 1000) / lookMs);
    looks > 0 && current.some(({ status }) => status === 'queued');
    looks--
  ) {
    await parts.pause(lookMs);
    current = await Promise.all(
      current.map((answer) => (answer.status === 'queued' ? refreshed(answer, parts) : answer)),
    );
  }
  return current;
}

async function refreshed(answer: IntakeAnswer, { ledger }: EndpointParts): Promise<IntakeAnswer> {
  const productOrders = await Promise.all(
    answer.productOrders.map(async (one) => {
      const entry = one.status === 'queued' ? await ledger.orders.find(one.number) : undefined;
      return entry ? statusOf(entry) : one;
    }),
  );
  return { ...answer, status: overall(productOrders), productOrders };
}

/** 202 while anything is queued, 200 when all exist; else what is wrong with the worst of them. */
function statusCodeOf(orders: readonly AnsweredOrder[]): number {
  const has = (status: OrderStatus) => orders.some((order) => order.status === status);
  if (has('queued')) return 202;
  if (has('exists')) return 200;
  return has('conflict') ? 409 : 422;
}

function failure(statusCode: number, error: string): OrderCallAnswer {
  return { statusCode, body: { error } };
}
