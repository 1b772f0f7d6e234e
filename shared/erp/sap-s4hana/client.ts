import * as z from 'zod/mini';
import { Rejected, RetryLater } from '../../model/errors.ts';
import { createHttp, type HttpRequest, type HttpResponse, partnerFailure } from '../../platform/http.ts';
import { describeMismatches, parse } from '../../platform/validation.ts';
import { isForeignAnswer, stopIfAborted } from '../booking-rules.ts';
import type { ErpEnvironment } from '../connector.ts';
import { failureOfAnswer, isAboutService } from './errors.ts';
import { createSapLogin } from './login.ts';
import type { SapCredentials, SapOptions } from './options.ts';

const root = '/sap/opu/odata/sap';
/** The two released services of a production order integration. */
export const orderService = `${root}/API_PRODUCTION_ORDER_2_SRV`;
export const confirmationService = `${root}/API_PROD_ORDER_CONFIRMATION_2_SRV`;

interface SapCall<T> {
  readonly service: string;
  /** Below the service: `/ProdnOrdConf2`. */
  readonly path: string;
  /** Schema of the whole answer, `{ d: … }`. */
  readonly answer: z.ZodMiniType<T>;
  /** For the sentences of errors: `the confirmation`, and the order it is of. */
  readonly what: string;
  readonly order?: string;
  readonly signal: AbortSignal;
}

export interface SapRead<T> extends SapCall<T> {
  readonly query?: Readonly<Record<string, string>>;
  /** `__next` of the page before, as SAP gave it: takes the place of path and query. */
  readonly link?: string | undefined;
  /** Nothing depends on what SAP shows there: whatever it refuses (403 included) is as if it were not there. */
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

/** What a look is handed: it cannot write. */
export interface SapReader {
  /**
   * One call that changes nothing. A login (OAuth token, secret) that SAP refuses is renewed once.
   * @returns undefined when SAP has no such entity (404).
   * @throws RetryLater or Rejected (errors.ts).
   */
  readonly read: <T>(call: SapRead<T>) => Promise<SapAnswer<T> | undefined>;
}

export interface SapClient extends SapReader {
  /**
   * One call that changes something. Beside the login, a CSRF token that SAP refuses is renewed once.
   * @throws RetryLater or Rejected (errors.ts).
   */
  readonly write: <T>(call: SapWrite<T>) => Promise<SapAnswer<T>>;
}

/** CSRF token and the cookies of the session it belongs to: SAP refuses one without the other. */
interface Session {
  readonly token: string;
  readonly cookie: string;
}

export function createSapClient(options: SapOptions, environment: ErpEnvironment<SapCredentials>): SapClient {
  const http = createHttp({
    partner: 'SAP',
    baseUrl: options.url,
    allowHttp: options.allowHttp,
    timeoutMs: options.timeoutMs,
    caCertificate: options.caCertificate,
    clock: environment.clock,
  });
  const login = createSapLogin(options, environment);
  /** By service: a token is good for one service in one session. */
  const sessions = new Map<string, Session>();

  async function send(
    { what, signal }: SapCall<unknown>,
    request: Pick<HttpRequest, 'method' | 'path' | 'query' | 'body'>,
    headers: Readonly<Record<string, string>>,
  ): Promise<HttpResponse> {
    const once = async (authorization: string): Promise<HttpResponse> => {
      stopIfAborted(signal, 'SAP', what);
      return http.send({
        ...request,
        query: { 'sap-client': options.client, ...request.query },
        headers: { authorization, 'accept-language': 'en', ...headers },
        signal,
      });
    };
    const response = await once(await login.authorization(signal));
    if (response.status !== 401) return response;
    const renewed = await login.renewed(signal);
    return renewed === undefined ? response : once(renewed);
  }

  /** A read that brings a CSRF token along. */
  async function sendRead(call: SapRead<unknown>): Promise<HttpResponse> {
    const session = sessions.get(call.service);
    const { link, service, path, query = {} } = call;
    const request = link === undefined ? { path: `${service}${path}`, query } : { path: pathOf(link, call) };
    const response = await send(call, request, {
      'x-csrf-token': 'Fetch',
      ...(session ? { cookie: session.cookie } : {}),
    });
    const token = response.headers.get('x-csrf-token');
    if (token && token.toLowerCase() !== 'required') {
      const cookie = response.headers
        .getSetCookie()
        .map((one) => one.split(';')[0])
        .join('; ');
      sessions.set(call.service, { token, cookie: cookie || (session?.cookie ?? '') });
    }
    return response;
  }

  async function sendWrite(call: SapWrite<unknown>): Promise<HttpResponse> {
    const { method, service, path, body } = call;
    for (let tries = 0; tries < 2; tries += 1) {
      const session = sessions.get(service) ?? (await fetchSession(call));
      const response = await send(
        call,
        { method, path: `${service}${path}`, body },
        { 'x-csrf-token': session.token, cookie: session.cookie, ...call.headers },
      );
      const refused =
        response.status === 403 && /^required$/i.test(response.headers.get('x-csrf-token') ?? '');
      if (!refused) return response;
      sessions.delete(service);
    }
    throw new RetryLater(`SAP refused its own CSRF token twice at ${call.what}: its sessions do not last.`, {
      scope: 'partner',
    });
  }

  async function fetchSession({ service, signal }: SapCall<unknown>): Promise<Session> {
    const what = 'its CSRF token';
    const response = await sendRead({ service, path: '/', answer: z.unknown(), what, signal });
    const session = sessions.get(service);
    if (session) return session;
    throw (
      unwell(response, what, 'nothing') ??
      new Rejected(
        `SAP gave no CSRF token for ${service} (${response.status}): check that the service is active.`,
        { code: 'refused-by-erp' },
      )
    );
  }

  function unwell(
    response: HttpResponse,
    what: string,
    wrote: 'nothing' | 'perhaps',
  ): RetryLater | undefined {
    return partnerFailure(response, { partner: 'SAP', what, wrote, now: environment.clock.now() });
  }

  /** @throws when something other than SAP's service has answered: a proxy, or SAP's own page for a wrong address. */
  function requireOData(response: HttpResponse, what: string, wrote: 'nothing' | 'perhaps'): void {
    // A write that SAP has done may have no body, so that a page in its place must be told by itself.
    const foreign = response.status !== 413 && isForeignAnswer(response);
    if (foreign || (response.status >= 400 && isAboutService(response))) {
      throw notSap(what, `status ${response.status}`, wrote);
    }
  }

  function answerOf<T>(call: SapCall<T>, response: HttpResponse, wrote: 'nothing' | 'perhaps'): SapAnswer<T> {
    if (response.status >= 400) throw failureOfAnswer(response, call.what, call.order);
    const parsed = parse(call.answer, response.json);
    if (!parsed.ok) throw notSap(call.what, describeMismatches(parsed.mismatches), wrote);
    return { value: parsed.value, etag: response.headers.get('etag') ?? undefined };
  }

  return {
    async read(call) {
      const response = await sendRead(call);
      if (call.optional && response.status === 403) return undefined;
      const failure = unwell(response, call.what, 'nothing');
      if (failure) throw failure;
      requireOData(response, call.what, 'nothing');
      if (response.status === 404 || (call.optional && response.status >= 400)) return undefined;
      return answerOf(call, response, 'nothing');
    },
    async write(call) {
      const response = await sendWrite(call);
      const failure = unwell(response, call.what, 'perhaps');
      if (failure) throw failure;
      requireOData(response, call.what, 'perhaps');
      return answerOf(call, response, 'perhaps');
    },
  };
}

function notSap(what: string, why: string, wrote: 'nothing' | 'perhaps'): RetryLater {
  return new RetryLater(
    `SAP did not answer ${what} as OData does (${why}): check the base URL, and that the service is active.`,
    { scope: 'partner', wrote },
  );
}

/**
 * Where a link to a further page leads on our own origin. It may name a host, and a path before the service, that only
 * SAP knows, as behind a reverse proxy (seen on CAP's OData V2 adapter): service, path and query count, nothing else.
 */
function pathOf(link: string, { service, what }: SapCall<unknown>): string {
  const base = `https://sap${service}/`;
  if (!URL.canParse(link, base)) throw notSap(what, 'a link to a further page that is none', 'nothing');
  const { pathname, search } = new URL(link, base);
  return pathname.slice(Math.max(0, pathname.indexOf(service))) + search;
}

/** A text of an OData V2 query: quotes are doubled. */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
