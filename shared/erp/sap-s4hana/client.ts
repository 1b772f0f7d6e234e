import * as z from 'zod/mini';
import { Rejected, RetryLater } from '../../model/errors.ts';
import { createHttp, type HttpResponse, partnerFailure } from '../../platform/http.ts';
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

export interface SapCall<T> {
  readonly method?: 'GET' | 'POST' | 'PATCH';
  readonly service: string;
  /** Below the service, `/ProdnOrdConf2`; or a link to a further page as SAP gave it. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | undefined>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** Schema of the whole answer, `{ d: … }`. */
  readonly answer: z.ZodMiniType<T>;
  /** For the sentences of errors: `the confirmation`, and the order it is of. */
  readonly what: string;
  readonly order?: string;
  readonly signal: AbortSignal;
}

export interface SapAnswer<T> {
  readonly value: T;
  readonly etag: string | undefined;
}

export interface SapClient {
  /**
   * One call. A login (OAuth token, secret) that SAP refuses is renewed once; so is a CSRF token.
   * @throws RetryLater or Rejected (failures.ts); undefined when SAP has no such entity (404).
   */
  readonly call: <T>(call: SapCall<T>) => Promise<SapAnswer<T> | undefined>;
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
    ...(options.allowHttp === undefined ? {} : { allowHttp: options.allowHttp }),
    ...(options.timeoutMs === undefined ? {} : { timeoutMs: options.timeoutMs }),
    ...(options.caCertificate === undefined ? {} : { caCertificate: options.caCertificate }),
  });
  const login = createSapLogin(options, environment);
  /** By service: a token is good for one service in one session. */
  const sessions = new Map<string, Session>();

  async function send<T>(
    call: SapCall<T>,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<HttpResponse> {
    const once = async (authorization: string): Promise<HttpResponse> => {
      stopIfAborted(call.signal, 'SAP', call.what);
      const page = call.path.startsWith('/sap/') || /^https?:/.test(call.path);
      return http.send({
        method: call.method ?? 'GET',
        path: page ? call.path : `${call.service}${call.path}`,
        query: { 'sap-client': options.client, ...call.query },
        headers: { authorization, 'accept-language': 'en', ...headers, ...call.headers },
        ...(call.body === undefined ? {} : { body: call.body }),
        signal: call.signal,
      });
    };
    const response = await once(await login.authorization(call.signal));
    if (response.status !== 401) return response;
    const renewed = await login.renewed(call.signal);
    return renewed === undefined ? response : once(renewed);
  }

  /** A read that brings a CSRF token along. */
  async function read<T>(call: SapCall<T>): Promise<HttpResponse> {
    const session = sessions.get(call.service);
    const response = await send(call, {
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

  async function write<T>(call: SapCall<T>): Promise<HttpResponse> {
    for (let tries = 0; tries < 2; tries += 1) {
      const session = sessions.get(call.service) ?? (await fetchSession(call));
      const response = await send(call, { 'x-csrf-token': session.token, cookie: session.cookie });
      const refused =
        response.status === 403 && /^required$/i.test(response.headers.get('x-csrf-token') ?? '');
      if (!refused) return response;
      sessions.delete(call.service);
    }
    throw new RetryLater(`SAP refused its own CSRF token twice at ${call.what}: its sessions do not last.`, {
      scope: 'partner',
    });
  }

  async function fetchSession<T>(call: SapCall<T>): Promise<Session> {
    const { service, signal } = call;
    const response = await read({ service, path: '/', answer: z.unknown(), what: 'its CSRF token', signal });
    const session = sessions.get(service);
    if (session) return session;
    throw (
      unwell(response, 'its CSRF token', 'nothing') ??
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

  return {
    async call(call) {
      const writes = call.method !== undefined && call.method !== 'GET';
      const response = await (writes ? write(call) : read(call));
      const failure = unwell(response, call.what, writes ? 'perhaps' : 'nothing');
      if (failure) throw failure;
      // What is no OData was not said by SAP's services: a proxy's page, or SAP's own for a wrong address.
      const foreign = response.status !== 413 && isForeignAnswer(response);
      if (response.status >= 400 && (foreign || isAboutService(response))) {
        throw notSap(call.what, `status ${response.status}`, writes);
      }
      if (response.status === 404 && !writes) return undefined;
      if (response.status >= 400) throw failureOfAnswer(response, call.what, call.order);
      const parsed = parse(call.answer, response.json);
      if (parsed.ok) return { value: parsed.value, etag: response.headers.get('etag') ?? undefined };
      throw notSap(call.what, describeMismatches(parsed.mismatches), writes);
    },
  };
}

function notSap(what: string, why: string, writes: boolean): RetryLater {
  return new RetryLater(
    `SAP did not answer ${what} as OData does (${why}): check the base URL, and that the service is active.`,
    { scope: 'partner', wrote: writes ? 'perhaps' : 'nothing' },
  );
}

/** A text of an OData V2 query: quotes are doubled. */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
