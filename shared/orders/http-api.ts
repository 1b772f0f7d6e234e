import type { Ledger } from '../ledger/ledger.ts';
import { reasonOf } from '../model/errors.ts';
import type { ErpOrder } from '../model/orders.ts';
import { problemOfText } from '../model/text.ts';
import { isValid, type RotatingSecret } from '../platform/aws/credentials.ts';
import { SecretUnset } from '../platform/aws/secrets.ts';
import type { Clock } from '../platform/clock.ts';
import { mapConcurrently } from '../platform/map-concurrently.ts';
import { jsonOf, parse, stepInto } from '../platform/validation.ts';
import { acceptOrders, partsOf } from './accept.ts';
import type { AcceptDependencies } from './accept-wanted.ts';
import { erpOrderOf, postedOrderSchema } from './http-api-request.ts';
import type {
  AcceptedOrders,
  AnsweredOrder,
  OrderCallBody,
  OrderStatus,
  ProductOrderStatus,
} from './http-api-responses.ts';
import { overall, statusOf, statusOfKnown } from './order-status.ts';

interface Caller {
  /** The key that was presented, if any. */
  readonly apiKey: string | undefined;
  readonly sourceIp: string;
}

export interface OrderCall extends Caller {
  readonly body: Buffer;
  /** Seconds that the caller wants to wait for the Azumuta ids (`Prefer: wait=10`); 0 for an answer at once. */
  readonly waitSeconds: number;
}

/** Answer of the order endpoint; each order of the call has its own entry. */
export interface OrderCallAnswer {
  readonly statusCode: number;
  readonly body: OrderCallBody;
}

export interface HttpApiDependencies extends AcceptDependencies {
  readonly ledger: AcceptDependencies['ledger'] & Pick<Ledger, 'journeys'>;
  readonly apiKey: (options?: { readonly refresh?: boolean }) => Promise<RotatingSecret>;
  /** Whether this address may call the endpoint at all. */
  readonly mayCall: (sourceIp: string) => boolean;
  readonly clock: Clock;
}

/** Orders of one call. */
export const maxOrders = 500;
/**
 * Product orders that the orders of one call may become. Each costs two calls to the ledger at the most and a
 * tenth of one to SQS: about ten seconds in all at this function's share of a processor, of the API's 29.
 */
export const maxProductOrders = 1000;
const sizes = `at most ${maxOrders} are taken, which may become ${maxProductOrders} product orders`;
const maxBodyBytes = 2 * 1024 * 1024;
/** Between looks into the ledger while a caller waits. */
const lookMs = 250;
/** Queued orders that are looked up at the same time. */
const looksAtOnce = 8;

/** The order endpoint. */
export function createHttpApi(dependencies: HttpApiDependencies) {
  const { ledger, apiKey, mayCall, clock, log } = dependencies;

  /** `POST /product-orders`: accepts one order or a list; one bad order never blocks the others. */
  async function postOrders(call: OrderCall): Promise<OrderCallAnswer> {
    const waitUntil = clock.now().getTime() + call.waitSeconds * 1000;
    const refused = await refusal(call);
    if (refused) return refused;
    if (call.body.byteLength > maxBodyBytes)
      return failure(413, `The body is larger than ${maxBodyBytes} bytes.`);
    const posted = postedOrders(call.body);
    if (typeof posted === 'string') return failure(400, posted);
    if (posted.length > maxOrders) return failure(413, `${posted.length} orders in one call; ${sizes}.`);
    return unlessUnavailable(() => acceptAll(posted, waitUntil));
  }

  /** `GET /product-orders/{number}`: the status of an order, by its product order number or its ERP order number. */
  async function getOrder(call: Caller & { readonly number: string }): Promise<OrderCallAnswer> {
    const refused = await refusal(call);
    if (refused) return refused;
    const problem = problemOfText(call.number);
    if (problem) return failure(404, `There can be no such order: its number ${problem}.`);
    return unlessUnavailable(() => lookUp(call.number));
  }

  async function acceptAll(posted: readonly unknown[], waitUntil: number): Promise<OrderCallAnswer> {
    const checked = posted.map((order, index) => checkOne(order, index, posted.length));
    const fitting = checked.flatMap(({ order }) => order ?? []);
    if (becomeTooMany(fitting)) {
      const problem = `These orders become more than ${maxProductOrders} product orders`;
      return failure(413, `${problem}; ${sizes}: send them in several calls.`);
    }
    const accepted = await acceptOrders(fitting, 'endpoint', dependencies);
    const answers = await waitFor(
      accepted.map(({ news: _, isEnded: __, ...answer }) => answer),
      waitUntil,
    );
    const inOrder = answers.values();
    const orders = checked.map(({ order, answer }): AnsweredOrder => {
      const settled = order ? inOrder.next().value : undefined;
      if (!settled) return answer ?? unreadable;
      return { ...settled, statusUrl: `/product-orders/${encodeURIComponent(settled.number)}` };
    });
    const queued = orders.filter(({ status }) => status === 'queued').length;
    log.info('Orders received', { orders: orders.length, queued });
    return { statusCode: statusCodeOf(orders), body: { orders } };
  }

  async function lookUp(number: string): Promise<OrderCallAnswer> {
    const entry = await ledger.orders.find(number);
    const numbers = entry ? [number] : await ledger.journeys.productOrdersOf(number);
    const known = await mapConcurrently(numbers, looksAtOnce, (each) => ledger.knownOrders.read(each));
    const found = known.flatMap(({ entry: one, ...facts }) => (one ? [{ entry: one, ...facts }] : []));
    // What was withdrawn says nothing about the others.
    const live = found.filter(({ entry: { withdrawn } }) => !withdrawn);
    const productOrders = (live.length > 0 ? live : found).map(statusOfKnown);
    if (productOrders.length === 0) return failure(404, `No order ${number} was received.`);
    const order = { number, status: overall(productOrders), productOrders };
    return { statusCode: 200, body: { orders: [order] } };
  }

  /** Nothing is accepted before the ledger and SQS have it: a caller that gets 503 posts the same again. */
  async function unlessUnavailable(answer: () => Promise<OrderCallAnswer>): Promise<OrderCallAnswer> {
    try {
      return await answer();
    } catch (error) {
      log.error('The order endpoint cannot answer', { reason: reasonOf(error) });
      return failure(503, 'Try again later: send the same call again.');
    }
  }

  async function refusal({ apiKey: presented, sourceIp }: Caller): Promise<OrderCallAnswer | undefined> {
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
      const isUnset = error instanceof SecretUnset;
      return failure(503, isUnset ? 'The key of the order endpoint is not set yet.' : 'Try again later.');
    }
  }

  /** Stops mapping as soon as there are too many: a list of large orders would keep the call busy before it is refused. */
  function becomeTooMany(orders: readonly ErpOrder[]): boolean {
    let productOrders = 0;
    return orders.some((order) => {
      productOrders += partsOf(order, dependencies);
      return productOrders > maxProductOrders;
    });
  }

  /**
   * Looks into the ledger until every queued order is created or rejected, or the caller's time is over. The time began
   * with the call (RFC 7240 §4.3), so it includes accepting a long list, and looking itself.
   */
  async function waitFor(
    answers: readonly AcceptedOrders[],
    untilMs: number,
  ): Promise<readonly AcceptedOrders[]> {
    let current = answers;
    while (true) {
      const queued = current
        .filter(({ status }) => status === 'queued')
        .flatMap(({ productOrders }) => productOrders.filter(({ status }) => status === 'queued'));
      const leftMs = untilMs - clock.now().getTime();
      if (queued.length === 0 || leftMs <= 0) return current;
      await clock.sleep(Math.min(lookMs, leftMs));
      const found = new Map<ProductOrderStatus, ProductOrderStatus>();
      await mapConcurrently(queued, looksAtOnce, async (one) => {
        if (clock.now().getTime() >= untilMs) return;
        const entry = await ledger.orders.find(one.number);
        if (entry) found.set(one, statusOf(entry));
      });
      current = current.map((answer) => {
        if (answer.status !== 'queued') return answer;
        const productOrders = answer.productOrders.map((one) => found.get(one) ?? one);
        return { ...answer, status: overall(productOrders), productOrders };
      });
    }
  }

  return { postOrders, getOrder };
}

/** The posted orders, or why there are none. */
function postedOrders(body: Buffer): unknown[] | string {
  const json = jsonOf(body.toString('utf8'));
  if (json === undefined)
    return 'The body is not JSON: send one order, a list of orders, or { "orders": [ … ] }.';
  const list = json !== null && typeof json === 'object' && 'orders' in json ? json.orders : json;
  const orders = Array.isArray(list) ? list : [list];
  return orders.length === 0 ? 'The list of orders is empty.' : orders;
}

const unreadable = { number: '', status: 'rejected', productOrders: [] } as const satisfies AnsweredOrder;

function checkOne(
  posted: unknown,
  index: number,
  count: number,
): { order?: ErpOrder; answer?: AnsweredOrder } {
  const parsed = parse(postedOrderSchema, posted);
  if (parsed.ok) return { order: erpOrderOf(parsed.value) };
  const at = count === 1 ? '$' : `$[${index}]`;
  const errors = parsed.mismatches.map((mismatch) => ({
    ...mismatch,
    path: mismatch.path.replace('$', () => at),
  }));
  const reason = 'The order does not fit: see errors.';
  return { answer: { ...unreadable, number: numberIn(posted), reason, cause: 'order-data', errors } };
}

/** Only a text or a number: other values may be nested too deep to become a text, or have a `toString` of their own. */
function numberIn(posted: unknown): string {
  const number = stepInto(posted, 'number');
  return typeof number === 'string' || typeof number === 'number' ? String(number).slice(0, 200) : '';
}

/** 202 while anything is queued, 200 when one exists, else 409 for a conflict or 422. */
function statusCodeOf(orders: readonly AnsweredOrder[]): number {
  const has = (status: OrderStatus) => orders.some((order) => order.status === status);
  if (has('queued')) return 202;
  if (has('exists')) return 200;
  return has('conflict') ? 409 : 422;
}

function failure(statusCode: number, error: string): OrderCallAnswer {
  return { statusCode, body: { error } };
}
