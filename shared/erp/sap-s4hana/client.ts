import * as z from 'zod/mini';
import type { RetryLater } from '../../model/errors.ts';
import type { ErpOrderRef } from '../../model/orders.ts';
import type { Clock } from '../../platform/clock.ts';
import {
  createHttp,
  type Http,
  type HttpRequest,
  type HttpResponse,
  partnerFailure,
} from '../../platform/http.ts';
import { describeMismatches, parse } from '../../platform/validation.ts';
import { isForeignAnswer, stopIfAborted } from '../booking-rules.ts';
import type { ErpEnvironment } from '../connector.ts';
import { partnerDown, rejected } from '../failures.ts';
import { createLogin } from '../login.ts';
import { failureOfAnswer, isAboutService } from './errors.ts';
import type { SapOptions } from './options.ts';
import { listOf } from './records.ts';

const root = '/sap/opu/odata/sap';
/** The two released services of a production order integration. */
export const orderService = `${root}/API_PRODUCTION_ORDER_2_SRV`;
export const confirmationService = `${root}/API_PROD_ORDER_CONFIRMATION_2_SRV`;

/** What a call may have done that got no usable answer. */
type Wrote = 'nothing' | 'perhaps';

interface SapCall<T> {
  readonly service: string;
  /** Below the service: `/ProdnOrdConf2`. */
  readonly path: string;
  /** Schema of the whole answer, `{ d: … }`. */
  readonly answer: z.ZodMiniType<T>;
  /** For the sentences of errors: `the confirmation`. */
  readonly what: string;
}

export interface SapRead<T> extends SapCall<T> {
  readonly query?: Readonly<Record<string, string>>;
  /** `__next` of the page before, as SAP gave it: replaces path and query. */
  readonly link?: string | undefined;
  /** Nothing depends on this answer: any refusal (403 included) counts as absent. */
  readonly optional?: boolean;
}

export interface SapWrite<T> extends SapCall<T> {
  readonly method: 'POST' | 'PATCH';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: unknown;
}

export interface SapAnswer<T> {
  readonly value: T;
  readonly etag: string | undefined;
}

/** The client of a look, which cannot write. */
export interface SapReader {
  /**
   * One call that changes nothing. If SAP refuses the login, it is renewed once.
   * @returns undefined when SAP has no such entity (404).
   * @throws RetryLater or Rejected (errors.ts).
   */
  readonly read: <T>(call: SapRead<T>) => Promise<SapAnswer<T> | undefined>;
}

/** The calls of one attempt. */
export interface SapClient extends SapReader {
  /**
   * One call that changes something. If SAP refuses the login or the CSRF token, it is renewed once.
   * @throws RetryLater or Rejected (errors.ts).
   */
  readonly write: <T>(call: SapWrite<T>) => Promise<SapAnswer<T>>;
}

/** What a look at one order works with: it cannot write. */
export interface Reader {
  readonly client: SapReader;
  readonly options: SapOptions;
  readonly erpOrder: ErpOrderRef;
}

/** What a booking on one order works with once it has looked. */
export interface Writer extends Reader {
  readonly client: SapClient;
}

/** CSRF token and the cookies of the session it belongs to: SAP refuses one without the other. */
interface Session {
  readonly token: string;
  readonly cookie: string;
}

/** What the calls of one attempt are made with. */
interface Connection {
  readonly http: Http;
  readonly login: ReturnType<typeof createLogin>;
  readonly clock: Clock;
  readonly sapClient: string | undefined;
  /** By service: a token is good for one service in one session. */
  readonly sessions: Map<string, Session>;
  readonly signal: AbortSignal;
}

/**
 * @returns a function that makes the calls of one attempt, and calls `onWritten` after each write that was answered.
 * Errors name the order, if there is one.
 */
export function createSapClient(options: SapOptions, environment: ErpEnvironment<unknown>) {
  const { auth, client: sapClient } = options;
  const { clock } = environment;
  const httpOptions = { ...options, partner: 'SAP', baseUrl: options.url, clock };
  const login = createLogin(
    auth === 'basic'
      ? { kind: 'basic' }
      : { kind: 'oauth2ClientCredentials', ...auth, credentialsIn: 'basic' },
    httpOptions,
    environment,
    (text) => text,
  );
  const shared = { http: createHttp(httpOptions), login, clock, sapClient, sessions: new Map() };

  return (signal: AbortSignal, order?: string, onWritten = () => {}): SapClient => {
    const connection = { ...shared, signal };
    return {
      async read(call) {
        const response = await sendRead(connection, call);
        if (call.optional && response.status === 403) return undefined;
        requireSap(response, call.what, 'nothing', clock);
        if (response.status === 404 || (call.optional && response.status >= 400)) return undefined;
        return answerOf(call, response, 'nothing', order);
      },
      async write(call) {
        const response = await sendWrite(connection, call);
        requireSap(response, call.what, 'perhaps', clock);
        const answer = answerOf(call, response, 'perhaps', order);
        onWritten();
        return answer;
      },
    };
  };
}

function send(
  { http, login, sapClient, signal }: Connection,
  what: string,
  request: HttpRequest,
  headers: Readonly<Record<string, string>>,
): Promise<HttpResponse> {
  return login.send(async (authorization) => {
    stopIfAborted(signal, 'SAP', what);
    return http.send({
      ...request,
      query: { 'sap-client': sapClient, ...request.query },
      headers: { ...authorization, 'accept-language': 'en', ...headers },
      signal,
    });
  }, signal);
}

/** A read that brings a CSRF token along. */
async function sendRead(connection: Connection, call: SapRead<unknown>): Promise<HttpResponse> {
  const { link, service, path, what, query } = call;
  const { sessions } = connection;
  const session = sessions.get(service);
  const request =
    link === undefined
      ? { path: `${service}${path}`, query: { ...query, $format: 'json' } }
      : { path: pathOf(link, call) };
  const cookie = session ? { cookie: session.cookie } : {};
  const response = await send(connection, what, request, { 'x-csrf-token': 'Fetch', ...cookie });
  const token = response.headers.get('x-csrf-token');
  if (token && token.toLowerCase() !== 'required') {
    const cookies = response.headers.getSetCookie().map((one) => one.split(';')[0]);
    sessions.set(service, { token, cookie: cookies.join('; ') || (session?.cookie ?? '') });
  }
  return response;
}

async function sendWrite(connection: Connection, call: SapWrite<unknown>): Promise<HttpResponse> {
  const { method, service, path, body, what } = call;
  const { sessions } = connection;
  for (let tries = 0; tries < 2; tries += 1) {
    const { token, cookie } = sessions.get(service) ?? (await fetchSession(connection, service));
    const request = { method, path: `${service}${path}`, body };
    const response = await send(connection, what, request, {
      'x-csrf-token': token,
      cookie,
      ...call.headers,
    });
    const refused = /^required$/i.test(response.headers.get('x-csrf-token') ?? '');
    if (response.status !== 403 || !refused) return response;
    sessions.delete(service);
  }
  throw partnerDown(`SAP refused its own CSRF token twice at ${what}: its sessions do not last.`);
}

async function fetchSession(connection: Connection, service: string): Promise<Session> {
  const what = 'its CSRF token';
  const response = await sendRead(connection, { service, path: '/', answer: z.unknown(), what });
  const session = connection.sessions.get(service);
  if (session) return session;
  throw (
    down(response, what, 'nothing', connection.clock) ??
    rejected(
      'refused-by-erp',
      `SAP gave no CSRF token for ${service} (${response.status}): check that the service is active.`,
    )
  );
}

function answerOf<T>(
  { answer, what }: SapCall<T>,
  response: HttpResponse,
  wrote: Wrote,
  order: string | undefined,
): SapAnswer<T> {
  if (response.status >= 400) throw failureOfAnswer(response, what, order);
  const parsed = parse(answer, response.json);
  if (!parsed.ok) throw notSap(what, describeMismatches(parsed.mismatches), wrote);
  return { value: parsed.value, etag: response.headers.get('etag') ?? undefined };
}

/** @throws when SAP is down, or something else answered: a proxy, or SAP's own page for a wrong address. */
function requireSap(response: HttpResponse, what: string, wrote: Wrote, clock: Clock): void {
  const failure = down(response, what, wrote, clock);
  if (failure) throw failure;
  // A write that SAP has done may have no body, so a page in its place is recognised by itself.
  const foreign = response.status !== 413 && isForeignAnswer(response);
  if (foreign || (response.status >= 400 && isAboutService(response))) {
    throw notSap(what, `status ${response.status}`, wrote);
  }
}

function down(response: HttpResponse, what: string, wrote: Wrote, clock: Clock): RetryLater | undefined {
  return partnerFailure(response, { partner: 'SAP', what, wrote, now: clock.now() });
}

function notSap(what: string, why: string, wrote: Wrote): RetryLater {
  return partnerDown(
    `SAP did not answer ${what} as OData does (${why}): check the base URL, and that the service is active.`,
    { wrote },
  );
}

/**
 * Path of a link to a further page, on our own origin. The link may name a host, and a path before the service, that only
 * SAP knows, as behind a reverse proxy (seen on CAP's OData V2 adapter): service, path and query count, nothing else.
 */
function pathOf(link: string, { service, what }: SapCall<unknown>): string {
  const base = `https://sap${service}/`;
  if (!URL.canParse(link, base)) throw notSap(what, 'a link to a further page that is none', 'nothing');
  const { pathname, search } = new URL(link, base);
  return pathname.slice(Math.max(0, pathname.indexOf(service))) + search;
}

/** All rows of a list, over all its pages; undefined when there is no such list. */
export async function readAll<Row>(
  client: SapReader,
  row: z.ZodMiniType<Row>,
  call: Omit<SapRead<unknown>, 'answer' | 'link'>,
): Promise<readonly Row[] | undefined> {
  const rows: Row[] = [];
  let link: string | undefined;
  do {
    const page = await client.read({ ...call, link, answer: listOf(row) });
    if (!page) return undefined;
    const { results, __next }: { results: Row[]; __next?: string | undefined } = page.value.d;
    rows.push(...results);
    link = results.length === 0 ? undefined : __next;
  } while (link !== undefined);
  return rows;
}

/** A text of an OData V2 query: quotes are doubled. */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
