import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import {
  afterWriting,
  isFailure,
  NotSent,
  OrderNotReady,
  OutOfTime,
  PartnerDown,
  type PartnerDownOptions,
  Rejected,
  reasonOf,
} from '../model/errors.ts';
import { type Clock, systemClock } from './clock.ts';
import { jsonOf } from './json.ts';
import { codeOf, systemFailureOf } from './system-errors.ts';

/**
 * The only HTTP client of this project, for Azumuta and every ERP: built-in fetch with keep-alive, a time limit, a
 * size limit, no redirects, https only, and errors that name the partner and the call but never a header, a query or
 * a body. It never retries: the queue is the only retry loop. And it is the one place which keeps the promise that nothing
 * is written where nothing may be (`mayWrite`), whatever asks for it.
 */
export interface HttpOptions {
  /** How errors name the partner: `Azumuta`, `Tryton`. */
  readonly partner: string;
  /** Every path is resolved against it; a request to another origin is refused. */
  readonly baseUrl: string;
  /**
   * Asked before each call that can change something at the partner; one that may not is never sent. Whoever makes a client
   * is given it, and hands it on: `ErpEnvironment` and `AzumutaOptions` have it.
   */
  readonly mayWrite: MayWrite;
  /** Permits plain http to other machines than this one. */
  readonly allowHttp?: boolean | undefined;
  /** Longest wait for a whole answer. Default 15 s, below every function's timeout. */
  readonly timeoutMs?: number | undefined;
  /** Largest answer accepted, in bytes. Default 10 MiB. */
  readonly maxBytes?: number | undefined;
  /** PEM of a private authority that signed the partner's certificate, trusted in addition to the public ones. */
  readonly caCertificate?: string | undefined;
  /** Default: this machine's. */
  readonly clock?: Pick<Clock, 'timeout'>;
}

/** Whether the partners may be changed: not in shadow, and not by a command that only reads. */
export type MayWrite = () => boolean;

/** Below the timeout of every function. */
const partnerAnswersWithinMs = 15_000;

/** Sends a request once its pace allows; at once when the signal aborts, as it is not sent then. */
export type Pace = <T>(signal: AbortSignal | undefined, send: () => Promise<T>) => Promise<T>;

/** What stands between a piece of work and its partner: the circuit breaker, and perhaps a slot. */
export interface Guard {
  /** Of the slot that the work has, if its calls are paced. */
  readonly pace: Pace | undefined;
  /** A whole answer was received, with any status. */
  answered: boolean;
}

/** What each request of a piece of work is handed: when it stops, and what guards it. */
export interface PartnerCall {
  /** May be wrapped, such as by a shorter time limit: the guard comes next to it. */
  readonly signal: AbortSignal;
  /** Absent where nothing guards the work, as in a command. */
  readonly guard?: Guard | undefined;
}

/**
 * A signal that names the guard of its work: a connector written for 0.3.0 passes on nothing else, and its answers and its
 * pace must count, too. Whoever wraps it loses them, so everything here hands over the guard itself.
 */
export interface GuardedSignal extends AbortSignal {
  readonly guard?: Guard;
}

export interface HttpRequest {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'HEAD';
  /** Path below the base URL (`/productorders`), or an absolute URL on the same origin (paging links). */
  readonly path: string;
  /** Takes the place of what the path itself has by these names. A blank is written as `%20`, a plus as `%2B`. */
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
  readonly headers?: Readonly<Record<string, string>>;
  /** Text is sent unchanged; anything else as JSON. */
  readonly body?: unknown;
  readonly signal?: GuardedSignal | undefined;
  /** Of the work that it belongs to (`PartnerCall`). Default: the one that its signal names. */
  readonly guard?: Guard | undefined;
  /**
   * Whether the call can change anything at the partner. Default: every method but GET and HEAD. A login, or a question by
   * POST, says false: then it is sent in shadow as well, so the suite of each connector books in shadow, too.
   */
  readonly writes?: boolean;
  /** Whether a redirect is an answer, as to a login by a form. It is never followed. Default: it is a failure. */
  readonly takesRedirect?: boolean;
}

export interface HttpResponse {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body as JSON; `undefined` when it is empty or is not JSON. */
  readonly json: unknown;
}

export type Http = ReturnType<typeof createHttp>;

export function createHttp(options: HttpOptions) {
  const base = checkedBaseUrl(options);
  trustCertificate(options.caCertificate);
  const {
    partner,
    timeoutMs = partnerAnswersWithinMs,
    maxBytes = 10 * 1024 * 1024,
    clock = systemClock,
    mayWrite,
  } = options;
  let answers = 0;

  async function sendNow(
    request: HttpRequest,
    guard: Guard | undefined,
    built: ReturnType<typeof buildRequest>,
  ): Promise<HttpResponse> {
    const { method, writes, url, headers, body } = built;
    const call = `${method} ${url.pathname}`;
    if (request.signal?.aborted) throw outOfTimeError(`${partner} ${call}`, false);
    const answersBefore = answers;
    const timeout = clock.timeout(timeoutMs);
    const signal = request.signal ? AbortSignal.any([request.signal, timeout]) : timeout;
    try {
      const response = await fetch(url, {
        method,
        redirect: 'manual',
        signal,
        headers,
        ...(body === undefined ? {} : { body }),
      });
      const isRedirect = response.status >= 300 && response.status < 400 && response.status !== 304;
      if (isRedirect && !request.takesRedirect) {
        await response.body?.cancel();
        throw new PartnerDown(
          `${partner} answered ${call} with a redirect (${response.status}), which is never followed: check the base URL.`,
        );
      }
      const text = await readText(response, maxBytes, `${partner} ${call}`);
      answers += 1;
      if (guard) guard.answered = true;
      return { status: response.status, headers: response.headers, text, json: jsonOf(text) };
    } catch (error) {
      if (isFailure(error)) throw writes ? afterWriting(error) : error;
      if (request.signal?.aborted && !timeout.aborted)
        throw outOfTimeError(`${partner} ${call}`, writes, error);
      const code = timeout.aborted ? undefined : codeOf(error);
      const means = systemFailureOf(error)?.means ?? code ?? 'connection failed';
      const why = timeout.aborted ? 'no answer in time' : means;
      const isSent = code === undefined || !beforeSending.test(code);
      const sentence = `${partner} did not answer ${call}: ${why}.`;
      const wrote = writes && isSent ? 'perhaps' : 'nothing';
      // If others were answered meanwhile, only this record is slow: somebody may have it locked.
      if (timeout.aborted && answers > answersBefore)
        throw new OrderNotReady(sentence, { wrote, cause: error });
      throw new PartnerDown(sentence, { wrote, perhapsOnlyOrder: timeout.aborted, cause: error });
    } finally {
      timeout.clear?.();
    }
  }

  return {
    /**
     * One call, whatever its status. @throws PartnerDown without a usable answer (no connection, time or size limit,
     * redirect); OrderNotReady when only this one was slow; OutOfTime when the given signal aborted it; NotSent when it
     * writes, and may not.
     */
    async send(request: HttpRequest): Promise<HttpResponse> {
      const built = buildRequest(base, request, partner);
      const { signal, guard = signal?.guard } = request;
      if (built.writes && !mayWrite()) {
        const call = `${built.method} ${built.url.pathname}`;
        throw new NotSent(`${partner} was not sent ${call}, as nothing may be written from here.`);
      }
      const sendBuilt = () => sendNow(request, guard, built);
      return guard?.pace ? guard.pace(signal, sendBuilt) : sendBuilt();
    },
  };
}

/** 401, 408, 429 and 5xx concern the partner, 403 our rights to this one record; undefined for all others. */
export function partnerFailure(
  response: HttpResponse,
  call: {
    readonly partner: string;
    readonly what: string;
    readonly wrote?: 'nothing' | 'perhaps' | undefined;
    readonly now: Date;
    /** The partner's own sentence, without a secret. */
    readonly said?: string | undefined;
  },
): PartnerDown | OrderNotReady | undefined {
  const { partner, what, wrote, now, said } = call;
  const { status, headers } = response;
  const afterSeconds = retryAfterSeconds(headers.get('retry-after'), now);
  const failure = (sentence: string, options: PartnerDownOptions = {}) =>
    new PartnerDown(`${partner} ${sentence}`, { afterSeconds, ...options });
  if (status === 401)
    return failure(`refused our credentials (401) at ${what}: check the secret.`, { unauthorized: true });
  if (status === 403) {
    const sentence = `${partner} does not let us (403) at ${what}: check the rights of its user for this record.`;
    return new OrderNotReady(sentence, { afterSeconds });
  }
  const inItsWords = said === undefined ? '' : `: ${said}`;
  if (status === 429) return failure(`asks us to slow down (429) at ${what}${inItsWords}.`);
  // With 502 and 503 a server speaks of itself; 500 and 504 may be due to what it was asked.
  const perhapsOnlyOrder = status === 500 || status === 504;
  if (status === 408 || status >= 500)
    return failure(`failed (${status}) at ${what}${inItsWords}.`, { wrote, perhapsOnlyOrder });
  return undefined;
}

/** The longest that the circuit breaker waits: a larger figure is a time in seconds since 1970, or wrong. */
const maxRetryAfterSeconds = 3600;

/** Of both forms of the header (RFC 9110 §10.2.3), an hour at most; undefined when it is absent or unreadable. */
export function retryAfterSeconds(header: string | null | undefined, now: Date): number | undefined {
  if (!header) return undefined;
  const seconds = /^\d+$/.test(header.trim())
    ? Number(header.trim())
    : Math.ceil((Date.parse(header) - now.getTime()) / 1000);
  return Number.isNaN(seconds) ? undefined : Math.min(maxRetryAfterSeconds, Math.max(0, seconds));
}

/** Codes of failures that happen before a request can have reached the partner. */
const beforeSending =
  /^(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|UND_ERR_CONNECT_TIMEOUT|CERT_|ERR_TLS|ERR_SSL|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO)/;

/** Our own deadline, which says nothing about the partner. */
function outOfTimeError(at: string, writes: boolean, cause?: unknown): OutOfTime {
  return new OutOfTime(`Out of time in this invocation, at ${at}.`, {
    wrote: writes ? 'perhaps' : 'nothing',
    cause,
  });
}

/** Whether an address has https, or http on this machine. `URL` writes each form of an IPv4 address with four numbers. */
export function isSafe({ protocol, hostname }: URL): boolean {
  const isThisMachine = /^(127(\.\d+){3}|localhost|\[::1\])$/.test(hostname);
  return protocol === 'https:' || (protocol === 'http:' && isThisMachine);
}

function checkedBaseUrl({ baseUrl, allowHttp, partner }: HttpOptions): URL {
  const url = new URL(baseUrl);
  const isAllowedHttp = url.protocol === 'http:' && allowHttp;
  if (!isSafe(url) && !isAllowedHttp) {
    throw new Rejected(
      `${partner}: the base URL must be https (it is ${url.protocol}//…); set allowHttp to permit http.`,
      { causeCode: 'configuration' },
    );
  }
  return url;
}

/** @throws Rejected when the request cannot be built: nothing was sent, and it is not the partner's fault. */
function buildRequest(base: URL, request: HttpRequest, partner: string) {
  const { body, method = 'GET' } = request;
  const isReadingMethod = method === 'GET' || method === 'HEAD';
  try {
    return {
      method,
      writes: request.writes ?? !isReadingMethod,
      url: resolveUrl(base, request, partner),
      headers: new Headers({
        accept: 'application/json',
        ...(body === undefined || typeof body === 'string' ? {} : { 'content-type': 'application/json' }),
        ...request.headers,
      }),
      body: body === undefined || typeof body === 'string' ? body : JSON.stringify(body),
    };
  } catch (error) {
    if (error instanceof Rejected) throw error;
    throw new Rejected(
      `The request to ${partner} cannot be built: ${reasonOf(error, 200)} Check what the configuration makes of this order.`,
      { causeCode: 'configuration', cause: error },
    );
  }
}

function resolveUrl(base: URL, request: HttpRequest, partner: string): URL {
  const absolute = /^[a-z][a-z0-9+.-]*:/i.test(request.path);
  const url = absolute
    ? new URL(request.path)
    : new URL(base.href.replace(/\/$/, '') + (request.path.startsWith('/') ? '' : '/') + request.path);
  if (url.origin !== base.origin) {
    throw new Rejected(
      `${partner} pointed us to another server (${url.origin}); links are followed on ${base.origin} only.`,
      { causeCode: 'configuration' },
    );
  }
  setQuery(url, request.query ?? {});
  return url;
}

/**
 * Gives an address these parameters. Its other ones are kept exactly as they are written: of a partner's own link, only
 * the partner knows how it reads a `+`.
 */
function setQuery(url: URL, query: NonNullable<HttpRequest['query']>): void {
  const given = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) given.set(name, String(value));
  }
  if (given.size === 0) return;
  const written = url.search.slice(1).split('&');
  const kept = written.filter((parameter) => parameter !== '' && !given.has(nameOfParameter(parameter)));
  url.search = [...kept, writtenQuery(given)].join('&');
}

function nameOfParameter(parameter: string): string {
  const [name = ''] = new URLSearchParams(parameter).keys();
  return name;
}

/**
 * Writes a blank as `%20` and a plus as `%2B`, which every server reads alike. Only forms have `+` for a blank, as
 * `URLSearchParams` writes it; some servers of OData V4 take it for a plus (https://issues.oasis-open.org/browse/ODATA-1539;
 * seen on SAP CAP).
 */
export function writtenQuery(parameters: URLSearchParams): string {
  return parameters.toString().replaceAll('+', '%20');
}

async function readText(response: Response, maxBytes: number, what: string): Promise<string> {
  if (!response.body) return '';
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body) {
    size += chunk.byteLength;
    // Leaving the loop cancels the rest of the body.
    if (size > maxBytes) throw new PartnerDown(`${what}: the answer is larger than ${maxBytes} bytes.`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Built-in fetch takes its authorities from the process (tls.setDefaultCACertificates, Node ≥ 24.5). */
function trustCertificate(pem: string | undefined): void {
  if (pem === undefined) return;
  const trusted = getCACertificates('default');
  if (!trusted.includes(pem)) setDefaultCACertificates([...trusted, pem]);
}
