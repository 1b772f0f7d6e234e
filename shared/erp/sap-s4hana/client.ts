import type * as z from 'zod/mini';
import type { ErpOrderRef } from '../../model/orders.ts';
import { createHttp, type HttpRequest, type HttpResponse } from '../../platform/http.ts';
import { describeMismatches, parse } from '../../platform/validation.ts';
import type { ErpEnvironment } from '../connector.ts';
import { CsrfSession, csrfFetch } from '../csrf.ts';
import { createLogin } from '../login.ts';
import {
  failureOfAnswer,
  failureOfToken,
  isTokenRefused,
  notSap,
  requireSap,
  tokenRefused,
} from './errors.ts';
import type { SapOptions } from './options.ts';
import { listOf } from './records.ts';

const root = '/sap/opu/odata/sap';
/** The released services of a production order integration; the last one only for lots of components. */
export const orderService = `${root}/API_PRODUCTION_ORDER_2_SRV`;
export const confirmationService = `${root}/API_PROD_ORDER_CONFIRMATION_2_SRV`;
export const stockService = `${root}/API_MATERIAL_STOCK_SRV`;

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

/** SAP as one attempt reads it, with what it knows of its order. A look is given only this, so it cannot write. */
export interface Reader {
  readonly options: SapOptions;
  readonly erpOrder: ErpOrderRef;
  /**
   * One call that changes nothing. If SAP refuses the login, it is renewed once.
   * @returns undefined when SAP has no such entity (404).
   * @throws RetryLater or Rejected (errors.ts).
   */
  readonly read: <T>(call: SapRead<T>) => Promise<SapAnswer<T> | undefined>;
}

/** SAP as one attempt reads and writes it. */
export interface Writer extends Reader {
  /**
   * One call that changes something. If SAP refuses the login or the CSRF token, it is renewed once.
   * @throws RetryLater or Rejected (errors.ts).
   */
  readonly write: <T>(call: SapWrite<T>) => Promise<SapAnswer<T>>;
}

/** What the calls of one attempt are made with. */
type Connection = ReturnType<typeof connectionTo> & { readonly signal: AbortSignal };

/** What the calls of all attempts share. */
function connectionTo(options: SapOptions, environment: ErpEnvironment<unknown>) {
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
  const sessions = new Map<string, CsrfSession>();
  return { http: createHttp(httpOptions), login, clock, sapClient, sessions };
}

/**
 * @returns a function that makes the calls of one attempt, and calls `onWritten` after each write that was answered.
 * Errors name the order, if there is one.
 */
export function createSapClient(options: SapOptions, environment: ErpEnvironment<unknown>) {
  const shared = connectionTo(options, environment);
  const { clock } = shared;

  return (signal: AbortSignal, order?: string, onWritten = () => {}): Pick<Writer, 'read' | 'write'> => {
    const connection = { ...shared, signal };
    return {
      async read(call) {
        const response = await sendRead(connection, call);
        if (call.optional && response.status === 403) return undefined;
        requireSap(response, call.what, 'nothing', clock.now());
        if (response.status === 404 || (call.optional && response.status >= 400)) return undefined;
        return answerOf(call, response, 'nothing', order);
      },
      async write(call) {
        const response = await sendWrite(connection, call);
        requireSap(response, call.what, 'perhaps', clock.now());
        const answer = answerOf(call, response, 'perhaps', order);
        onWritten();
        return answer;
      },
    };
  };
}

/** A token is good for one service in one session. */
function sessionOf({ sessions }: Connection, service: string): CsrfSession {
  const session = sessions.get(service) ?? new CsrfSession();
  sessions.set(service, session);
  return session;
}

function send(connection: Connection, service: string, request: HttpRequest): Promise<HttpResponse> {
  const { http, login, sapClient, signal } = connection;
  const session = sessionOf(connection, service);
  return login.send(async (authorization) => {
    const headers = { ...authorization, 'accept-language': 'en', ...session.cookies, ...request.headers };
    const query = { 'sap-client': sapClient, ...request.query };
    const response = await http.send({ ...request, query, headers, signal });
    session.keep(response);
    return response;
  }, signal);
}

/** A read that brings a CSRF token along. */
function sendRead(connection: Connection, call: Omit<SapRead<unknown>, 'answer'>): Promise<HttpResponse> {
  const { link, service, path, query } = call;
  const request =
    link === undefined
      ? { path: `${service}${path}`, query: { ...query, $format: 'json' } }
      : { path: pathOf(link, call) };
  return send(connection, service, { ...request, headers: csrfFetch });
}

async function sendWrite(connection: Connection, call: SapWrite<unknown>): Promise<HttpResponse> {
  const { method, service, path, body, what } = call;
  const session = sessionOf(connection, service);
  const response = await session.write(
    async () => {
      const given = await sendRead(connection, { service, path: '/', what: 'its CSRF token' });
      if (!session.hasToken) throw failureOfToken(given, service, connection.clock.now());
    },
    (token) => {
      const headers = { ...token, ...call.headers };
      return send(connection, service, { method, path: `${service}${path}`, body, headers });
    },
    isTokenRefused,
  );
  if (isTokenRefused(response)) throw tokenRefused(what);
  return response;
}

function answerOf<T>(
  { answer, what }: SapCall<T>,
  response: HttpResponse,
  wrote: 'nothing' | 'perhaps',
  order: string | undefined,
): SapAnswer<T> {
  if (response.status >= 400) throw failureOfAnswer(response, what, order);
  const parsed = parse(answer, response.json);
  if (!parsed.ok) throw notSap(what, describeMismatches(parsed.mismatches), wrote);
  return { value: parsed.value, etag: response.headers.get('etag') ?? undefined };
}

/**
 * Path of a link to a further page, on our own origin. The link may name a host, and a path before the service, that only
 * SAP knows, as behind a reverse proxy (seen on CAP's OData V2 adapter): service, path and query count, nothing else.
 */
function pathOf(link: string, { service, what }: Pick<SapCall<unknown>, 'service' | 'what'>): string {
  const base = `https://sap${service}/`;
  if (!URL.canParse(link, base)) throw notSap(what, 'a link to a further page that is none');
  const { pathname, search } = new URL(link, base);
  return pathname.slice(Math.max(0, pathname.indexOf(service))) + search;
}

/** All rows of a list, over all its pages; undefined when there is no such list. */
export async function readAll<Row>(
  { read }: Pick<Reader, 'read'>,
  row: z.ZodMiniType<Row>,
  call: Omit<SapRead<unknown>, 'answer' | 'link'>,
): Promise<readonly Row[] | undefined> {
  const rows: Row[] = [];
  let link: string | undefined;
  do {
    const page = await read({ ...call, link, answer: listOf(row) });
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
