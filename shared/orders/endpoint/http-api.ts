import { reasonOf } from '../../model/errors.ts';
import type { Mode } from '../../model/mode.ts';
import { problemOfText } from '../../model/text.ts';
import { type CallerCheck, whyCallerRefused } from '../../platform/aws/credentials.ts';
import type { Clock } from '../../platform/clock.ts';
import { fieldOf, isRecord, jsonOf } from '../../platform/json.ts';
import { atOnce, mapConcurrently } from '../../platform/map-concurrently.ts';
import { type Mismatch, parse } from '../../platform/validation.ts';
import { acceptOrders, becomeMoreThan } from '../accept.ts';
import type { AcceptDependencies } from '../accept-wanted.ts';
import { overallStatus, statusOfEntry, statusOfKnown } from '../order-status.ts';
import type { AnsweredOrder, OrderStatus, OrdersAnswer } from './answers.ts';
import { erpOrderOfPosted, postedOrderSchema } from './posted-order.ts';

interface OrderCaller {
  readonly apiKey: string | undefined;
  readonly sourceIp: string;
}

export interface OrderCall extends OrderCaller {
  readonly body: Buffer;
  /** Seconds that the caller wants to wait for the Azumuta ids (`Prefer: wait=10`); 0 for an answer at once. */
  readonly waitSeconds: number;
}

export interface OrderCallAnswer {
  readonly statusCode: number;
  readonly body: Partial<OrdersAnswer> & { readonly error?: string };
}

export interface HttpApiDependencies extends AcceptDependencies, CallerCheck {
  readonly clock: Clock;
  readonly mode: Mode;
}

export const maxPostedOrders = 500;
/**
 * Product orders that the orders of one call may become. Each costs two calls to the ledger at the most and a
 * tenth of one to SQS: about ten seconds in all at this function's share of a processor, of the API's 29.
 */
export const maxProductOrders = 1000;
const sizes = `at most ${maxPostedOrders} are taken, which may become ${maxProductOrders} product orders`;
const maxBodyBytes = 2 * 1024 * 1024;
const lookMs = 250;

/** `POST /product-orders`: accepts one order or a list; one bad order never blocks the others. */
export function postOrders(call: OrderCall, dependencies: HttpApiDependencies): Promise<OrderCallAnswer> {
  const waitUntil = dependencies.clock.now().getTime() + call.waitSeconds * 1000;
  return answerCaller(call, dependencies, async () => {
    if (call.body.byteLength > maxBodyBytes)
      return failureAnswer(413, `The body is larger than ${maxBodyBytes} bytes.`);
    const posted = postedOrders(call.body);
    if (typeof posted === 'string') return failureAnswer(400, posted);
    if (posted.length > maxPostedOrders)
      return failureAnswer(413, `${posted.length} orders in one call; ${sizes}.`);
    return acceptPostedOrders(posted, waitUntil, dependencies);
  });
}

/** `GET /product-orders/{number}`: the status of an order, by its product order number or its ERP order number. */
export function getOrder(
  { number, ...caller }: OrderCaller & { readonly number: string },
  dependencies: HttpApiDependencies,
): Promise<OrderCallAnswer> {
  const { ledger } = dependencies;
  return answerCaller(caller, dependencies, async () => {
    const problem = problemOfText(number);
    if (problem) return failureAnswer(404, `There can be no such order: its number ${problem}.`);
    const entry = await ledger.orders.find(number);
    const numbers = entry ? [number] : await ledger.erpOrders.productOrdersOf(number);
    const known = await mapConcurrently(numbers, atOnce, (each) => ledger.knownOrders.readStanding(each));
    const found = known.flatMap(({ entry: one, ...facts }) => (one ? [{ entry: one, ...facts }] : []));
    // What was withdrawn says nothing about the others.
    const live = found.filter(({ entry: { end } }) => end?.how !== 'withdrawn');
    const productOrders = (live.length > 0 ? live : found).map(statusOfKnown);
    if (productOrders.length === 0) return failureAnswer(404, `No order ${number} was received.`);
    return {
      statusCode: 200,
      body: { orders: [{ number, status: overallStatus(productOrders), productOrders }] },
    };
  });
}

async function acceptPostedOrders(
  posted: readonly unknown[],
  waitUntil: number,
  dependencies: HttpApiDependencies,
): Promise<OrderCallAnswer> {
  const parsed = posted.map((order) => parse(postedOrderSchema, order));
  const fitting = parsed.flatMap((one) => (one.ok ? erpOrderOfPosted(one.value) : []));
  if (becomeMoreThan(maxProductOrders, fitting, dependencies)) {
    const problem = `These orders become more than ${maxProductOrders} product orders`;
    return failureAnswer(413, `${problem}; ${sizes}: send them in several calls.`);
  }
  const accepted = (await acceptOrders(fitting, 'endpoint', dependencies)).map(
    ({ news: _, isEnded: __, remapped: ___, ...answer }): AnsweredOrder => ({
      ...answer,
      statusUrl: `/product-orders/${encodeURIComponent(answer.number)}`,
    }),
  );
  const settled = (await waitWhileQueued(accepted, waitUntil, dependencies)).values();
  const orders = parsed.flatMap((one, index) => {
    if (one.ok) return settled.next().value ?? [];
    const at = posted.length === 1 ? '$' : `$[${index}]`;
    return invalidOrderAnswer(posted[index], one.mismatches, at);
  });
  const queued = orders.filter(isQueued).length;
  dependencies.log.info('Orders received', { orders: orders.length, queued });
  return { statusCode: statusCodeOf(orders), body: { orders } };
}

/** Nothing is accepted before the ledger and SQS have it: a caller that gets 503 posts the same again. */
async function answerCaller(
  caller: OrderCaller,
  dependencies: HttpApiDependencies,
  answer: () => Promise<OrderCallAnswer>,
): Promise<OrderCallAnswer> {
  const refused = await refuseCaller(caller, dependencies);
  if (refused) return refused;
  try {
    const answered = await answer();
    const isShadow = dependencies.mode === 'shadow' && answered.body.orders !== undefined;
    return isShadow ? { ...answered, body: { ...answered.body, mode: 'shadow' } } : answered;
  } catch (error) {
    dependencies.log.error('The order endpoint cannot answer', { reason: reasonOf(error) });
    return failureAnswer(503, 'Try again later: send the same call again.');
  }
}

async function refuseCaller(
  { apiKey: presented = '', sourceIp }: OrderCaller,
  dependencies: HttpApiDependencies,
): Promise<OrderCallAnswer | undefined> {
  const why = await whyCallerRefused({ presented, sourceIp }, 'The key of the order endpoint', dependencies);
  if (why === 'address') return failureAnswer(403, 'This address may not call the order endpoint.');
  if (presented === '' && why)
    return failureAnswer(401, 'Send the key of the order endpoint in the header X-API-Key.');
  if (why === 'key') return failureAnswer(401, 'The key in X-API-Key is not valid.');
  if (why === 'key is not set') return failureAnswer(503, 'The key of the order endpoint is not set yet.');
  return why && failureAnswer(503, 'Try again later.');
}

/** Until all are created or rejected, or the caller's time has passed, which began with the call (RFC 7240 §4.3). */
async function waitWhileQueued(
  answers: readonly AnsweredOrder[],
  untilMs: number,
  { clock, ledger }: HttpApiDependencies,
): Promise<readonly AnsweredOrder[]> {
  const leftMs = () => untilMs - clock.now().getTime();
  let current = answers;
  while (current.some(isQueued) && leftMs() > 0) {
    await clock.sleep(Math.min(lookMs, leftMs()));
    current = await mapConcurrently(current, atOnce, async (answer) => {
      if (!isQueued(answer)) return answer;
      const productOrders = await mapConcurrently(answer.productOrders, atOnce, async (one) => {
        const entry = isQueued(one) && leftMs() > 0 ? await ledger.orders.find(one.number) : undefined;
        return entry ? statusOfEntry(entry) : one;
      });
      return { ...answer, status: overallStatus(productOrders), productOrders };
    });
  }
  return current;
}

function isQueued({ status }: { readonly status: OrderStatus }): boolean {
  return status === 'queued';
}

function postedOrders(body: Buffer): unknown[] | string {
  const json = jsonOf(body.toString('utf8'));
  if (json === undefined)
    return 'The body is not JSON: send one order, a list of orders, or { "orders": [ … ] }.';
  const list = isRecord(json) && 'orders' in json ? json.orders : json;
  const orders = Array.isArray(list) ? list : [list];
  return orders.length === 0 ? 'The list of orders is empty.' : orders;
}

/** @param at Its JSON path in the body. */
function invalidOrderAnswer(posted: unknown, mismatches: readonly Mismatch[], at: string): AnsweredOrder {
  const errors = mismatches.map(({ path, ...mismatch }) => ({
    path: path.replace('$', () => at),
    ...mismatch,
  }));
  const reason = 'The order is invalid: see errors.';
  const refused = { status: 'rejected', productOrders: [], reason, cause: 'order-data' } as const;
  return { number: numberIn(posted), ...refused, errors };
}

/** Only a text or a number: other values may be nested too deep to become a text, or have a `toString` of their own. */
function numberIn(posted: unknown): string {
  const number = fieldOf(posted, 'number');
  return typeof number === 'string' || typeof number === 'number' ? String(number).slice(0, 200) : '';
}

/** 202 while anything is queued, 200 when one exists, else 409 for a conflict or 422. */
function statusCodeOf(orders: readonly AnsweredOrder[]): number {
  const has = (status: OrderStatus) => orders.some((order) => order.status === status);
  if (has('queued')) return 202;
  if (has('exists')) return 200;
  return has('conflict') ? 409 : 422;
}

function failureAnswer(statusCode: number, error: string): OrderCallAnswer {
  return { statusCode, body: { error } };
}
