import * as z from 'zod/mini';
import type { ErpOrderRef } from '../../model/orders.ts';
import type { HttpResponse, PartnerCall } from '../../platform/http.ts';
import { describeMismatches, parse } from '../../platform/validation.ts';
import type { ErpEnvironment } from '../connector.ts';
import { CsrfSession, csrfFetch } from '../csrf.ts';
import { partnerDown } from '../failures.ts';
import { createLogin } from '../login.ts';
import {
  failureOf,
  isPartnerDown,
  isTokenRefused,
  notAnsweredAsOData,
  saysNothingOfOrder,
  tokenRefused,
} from './errors.ts';
import type { SapOptions } from './options.ts';

const odataRoot = '/sap/opu/odata/sap';
/** The released services of a production order integration; the last one only for lots of components. */
export const orderService = `${odataRoot}/API_PRODUCTION_ORDER_2_SRV`;
export const confirmationService = `${odataRoot}/API_PROD_ORDER_CONFIRMATION_2_SRV`;
export const stockService = `${odataRoot}/API_MATERIAL_STOCK_SRV`;

interface SapCall {
  readonly service: string;
  /** Below the service: `/ProdnOrdConf2`. */
  readonly path: string;
  /** For the sentences of errors, which name the order of the attempt as well: `the confirmation`. */
  readonly what: string;
}

interface SapRead extends SapCall {
  readonly query?: Readonly<Record<string, string>>;
  /** `__next` of the page before, as SAP gave it: replaces path and query. */
  readonly link?: string | undefined;
  /** Nothing depends on this answer: any refusal (403 included) counts as absent. */
  readonly optional?: boolean;
}

interface SapWrite extends SapCall {
  readonly method: 'POST' | 'PATCH';
  readonly headers?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** Default: it does. */
  readonly writes?: false;
}

/** A function of the service that only proposes. */
interface SapProposal extends SapCall {
  readonly query: Readonly<Record<string, string>>;
}

/** SAP, for calls that change nothing. */
export type SapReader = Omit<ReturnType<typeof clientOf>, 'write'>;

/** SAP as one attempt reads it. A look is given only this, so it cannot write. */
export type Reader = SapReader & { readonly erpOrder: ErpOrderRef };

/** SAP as one attempt reads and writes it. */
export type Writer = Reader & ReturnType<typeof clientOf>;

/** What the calls of one attempt are made with. */
type Connection = ReturnType<typeof connectionTo> &
  PartnerCall & {
    /** ` of order 1000020`, if they are about one. */
    readonly about: string;
    readonly onWritten: () => void;
  };

/** What the calls of all attempts share. */
function connectionTo(options: SapOptions, environment: ErpEnvironment<unknown>) {
  const { auth } = options;
  const { clock } = environment;
  const login = createLogin(
    auth === 'basic'
      ? { kind: 'basic' }
      : { kind: 'oauth2ClientCredentials', ...auth, credentialsIn: 'basic' },
    { ...options, partner: 'SAP', baseUrl: options.url, clock },
    environment,
    (text) => text,
  );
  const sessions = new Map<string, CsrfSession>();
  return { options, login, clock, sessions };
}

/** @returns a function that makes the calls of one attempt, and calls `onWritten` after each write that was answered. */
export function createSapClient(options: SapOptions, environment: ErpEnvironment<unknown>) {
  const shared = connectionTo(options, environment);
  return ({ signal, guard }: PartnerCall, order?: ErpOrderRef, onWritten = () => {}) =>
    clientOf({ ...shared, signal, guard, onWritten, about: order ? ` of order ${order.number}` : '' });
}

/** Calls renew the login once if SAP refuses it, writes also the CSRF token; they throw as errors.ts says. */
function clientOf(connection: Connection) {
  /** @returns undefined when SAP has no such entity (404). */
  async function read<T>(call: SapRead, entity: z.ZodMiniType<T>): Promise<T | undefined> {
    const response = await sendRead(connection, call);
    const asked = describeSapCall(connection, call, 'nothing');
    const failure = failureOf(response, asked);
    if (!failure) return parseSapAnswer(response, z.object({ d: entity }), asked).d;
    const isAbsent = (call.optional || response.status === 404) && !isPartnerDown(failure);
    if (isAbsent) return undefined;
    throw failure;
  }

  /** @throws PartnerDown also when there is no such list: it may be empty, but it must exist. */
  async function readPage<Row>(call: SapRead, row: z.ZodMiniType<Row>): Promise<SapPage<Row>> {
    const list = z.object({ results: z.array(row), __next: z.optional(z.string()) });
    const page: SapPage<Row> | undefined = await read(call, list);
    if (page) return page;
    if (call.optional) return { results: [] };
    const service = call.service.slice(odataRoot.length + 1);
    throw partnerDown(`SAP does not show ${call.what}${connection.about}: is the service ${service} active?`);
  }

  /** All rows of a list, over all its pages. */
  async function readAll<Row>(call: SapRead, row: z.ZodMiniType<Row>): Promise<Row[]> {
    const { results, __next } = await readPage(call, row);
    if (results.length === 0 || __next === undefined) return results;
    return [...results, ...(await readAll({ ...call, link: __next }, row))];
  }

  async function write<T>(call: SapWrite, answer: z.ZodMiniType<T>): Promise<T> {
    const response = await sendWrite(connection, call);
    const asked = describeSapCall(connection, call, 'perhaps');
    const failure = failureOf(response, asked);
    if (failure) throw failure;
    const value = parseSapAnswer(response, answer, asked);
    connection.onWritten();
    return value;
  }

  /**
   * Asks what SAP would do: a POST without effect, as a function of OData V2 has it.
   * @returns undefined where SAP does not say: its service does not know the function, our user may not call it, or the answer
   *   has another form. Who asks goes on without.
   * @throws Rejected where SAP refuses what would be done.
   */
  async function propose<T>(call: SapProposal, answer: z.ZodMiniType<T>): Promise<T | undefined> {
    const response = await sendWrite(connection, { ...call, method: 'POST', writes: false });
    if (saysNothingOfOrder(response)) return undefined;
    const failure = failureOf(response, describeSapCall(connection, call, 'nothing'));
    if (failure) throw failure;
    const parsed = parse(answer, response.json);
    return parsed.ok ? parsed.value : undefined;
  }

  return { options: connection.options, read, readPage, readAll, propose, write };
}

interface SapPage<Row> {
  readonly results: Row[];
  readonly __next?: string | undefined;
}

/** A call as messages tell it. */
function describeSapCall({ about, clock }: Connection, { what }: SapCall, wrote: 'nothing' | 'perhaps') {
  return { what: `${what}${about}`, wrote, now: clock.now() };
}

function parseSapAnswer<T>(
  { json }: HttpResponse,
  answer: z.ZodMiniType<T>,
  { what, wrote }: ReturnType<typeof describeSapCall>,
): T {
  const parsed = parse(answer, json);
  if (parsed.ok) return parsed.value;
  throw notAnsweredAsOData(what, describeMismatches(parsed.mismatches), wrote);
}

/** A token is good for one service in one session. */
function sessionOf({ sessions, login, options, clock }: Connection, service: string): CsrfSession {
  const known = sessions.get(service);
  if (known) return known;
  const send: typeof login.send = ({ query, headers, ...request }) =>
    login.send({
      ...request,
      query: { 'sap-client': options.client, ...query },
      headers: { 'accept-language': 'en', ...headers },
    });
  const remedy = 'check that the service is active';
  const token = { partner: 'SAP', now: clock.now, path: `${service}/`, remedy, isRefused: isTokenRefused };
  const session = new CsrfSession(send, token);
  sessions.set(service, session);
  return session;
}

/** A read that brings a CSRF token along. */
function sendRead(connection: Connection, call: SapRead): Promise<HttpResponse> {
  const { link, service, path, query } = call;
  const request =
    link === undefined
      ? { path: `${service}${path}`, query: { ...query, $format: 'json' } }
      : { path: pathOf(link, call) };
  const { signal, guard } = connection;
  return sessionOf(connection, service).send({ ...request, headers: csrfFetch, signal, guard });
}

async function sendWrite(connection: Connection, call: SapWrite): Promise<HttpResponse> {
  const { service, path, what, ...request } = call;
  const { signal, guard } = connection;
  const session = sessionOf(connection, service);
  const response = await session.write({ ...request, path: service + path, signal, guard });
  if (isTokenRefused(response)) throw tokenRefused(what);
  return response;
}

/**
 * Path of a link to a further page, on our own origin. The link may name a host, and a path before the service, that only
 * SAP knows, as behind a reverse proxy (seen on CAP's OData V2 adapter): service, path and query count, nothing else.
 */
function pathOf(link: string, { service, what }: SapCall): string {
  const base = `https://sap${service}/`;
  if (!URL.canParse(link, base)) throw notAnsweredAsOData(what, 'a link to a further page that is none');
  const { pathname, search } = new URL(link, base);
  return pathname.slice(Math.max(0, pathname.indexOf(service))) + search;
}

/** A text of an OData V2 query: quotes are doubled. */
export function odataLiteral(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
