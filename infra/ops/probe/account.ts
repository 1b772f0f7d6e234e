import type { AzumutaContract } from '../../../shared/azumuta/contract.ts';
import type { Operation } from '../../../shared/azumuta/operations.ts';
import { requestMaker } from '../../../shared/azumuta/requests.ts';
import { Rejected, RetryLater } from '../../../shared/model/errors.ts';
import { withoutSecrets } from '../../../shared/platform/aws/credentials.ts';
import type { Clock } from '../../../shared/platform/clock.ts';
import { createHttp, type HttpRequest, type HttpResponse } from '../../../shared/platform/http.ts';

/** Nothing more is asked; the sentence says why, and what to do. */
export class Stopped extends Error {
  override readonly name = 'Stopped';
}

/** What one question was answered. */
export interface Heard {
  /** 0 when nothing usable came: no JSON where JSON was due, or no answer. */
  readonly status: number;
  readonly json: unknown;
}

export type Ask = (
  operation: Pick<Operation, 'path'> & Partial<Pick<Operation, 'method' | 'query' | 'body'>>,
  values?: Readonly<Record<string, unknown>>,
) => Promise<Heard>;

export interface AccountOptions {
  readonly baseUrl: string;
  readonly contract: Pick<AzumutaContract, 'apiKeyHeader'>;
  readonly apiKey: string;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

export const maxCalls = 40;
const callsPerSecond = 2;
/** An account that fails so often is not asked again. */
const maxFailures = 3;
/** Likewise one that answers nothing but pages: some do so for each address that is not there. */
const maxPages = 10;

/**
 * A real account, asked gently: at most 40 calls, two a second, none twice.
 * @throws Stopped at 401, 403, 429, when the first call or the third one fails, and where nothing but pages come.
 */
export function createAccount({ baseUrl, contract, apiKey, clock, signal }: AccountOptions) {
  const http = createHttp({ partner: 'Azumuta', baseUrl, clock });
  const heard = new Map<string, Promise<Heard>>();
  let calls = 0;
  let failures = 0;
  let pages = 0;
  let isSpeaking = false;
  let next = 0;

  async function send(request: HttpRequest, template: string): Promise<Heard> {
    if (signal.aborted) throw new Stopped('Stopped by you: nothing was written.');
    if (calls >= maxCalls) return nothing;
    const now = clock.now().getTime();
    if (next > now) await clock.sleep(next - now);
    next = Math.max(now, next) + 1000 / callsPerSecond;
    calls += 1;
    const call = `${request.method ?? 'GET'} ${template}`;
    try {
      const answer = await http.send({ ...request, headers: { [contract.apiKeyHeader]: apiKey }, signal });
      return understood(answer, call);
    } catch (error) {
      if (!(error instanceof RetryLater || error instanceof Rejected)) throw error;
      if (signal.aborted) throw new Stopped('Stopped by you: nothing was written.');
      return failed(error.message.replace(request.path, () => template));
    }
  }

  function understood({ status, json, text }: HttpResponse, call: string): Heard {
    const refused = refusals.get(status)?.(contract.apiKeyHeader);
    if (refused !== undefined) throw new Stopped(`Azumuta answered ${call} with ${status}: ${refused}`);
    if (status >= 500) return failed(`Azumuta failed (${status}) at ${call}.`);
    isSpeaking ||= json !== undefined;
    if (json !== undefined || status === 204 || status >= 400)
      return { status, json: text.includes(apiKey) ? JSON.parse(withoutSecrets(text, [apiKey])) : json };
    pages += 1;
    if (isSpeaking || pages < maxPages) return nothing;
    const found = /^\s*</.test(text) ? 'a page (HTML), perhaps of a login' : 'something that is no JSON';
    throw new Stopped(
      `Azumuta answered ${call} with ${found}: check azumuta.baseUrl in the configuration, and the paths in azumuta.contract.operations.`,
    );
  }

  function failed(sentence: string): Heard {
    failures += 1;
    if (calls === 1 || failures >= maxFailures)
      throw new Stopped(
        `${sentence} Nothing more was asked${calls === 1 ? '' : ` after ${failures} failures`}.`,
      );
    return nothing;
  }

  const ask: Ask = async ({ path, method = 'GET', query = {}, body }, values = {}) => {
    const request = requestOf(() => requestMaker({ path, method, query, body })(values, signal));
    if (!request) return nothing;
    const key = JSON.stringify([method, request.path, request.query, request.body]);
    const known = heard.get(key) ?? send(request, path);
    heard.set(key, known);
    return known;
  };
  return { ask, calls: () => calls };
}

/** None where a value of the account, such as `..`, would ask for something else. */
function requestOf(make: () => HttpRequest): HttpRequest | undefined {
  try {
    return make();
  } catch (error) {
    if (error instanceof Rejected) return undefined;
    throw error;
  }
}

const nothing: Heard = { status: 0, json: undefined };

const refusals: ReadonlyMap<number, (header: string) => string> = new Map([
  [
    401,
    (header: string) =>
      `it does not take the key. Check the key, and that it belongs into the header ${header} (azumuta.contract.apiKeyHeader).`,
  ],
  [
    403,
    () =>
      'the key may not read this, or there is no such address. Give it the right to read in Azumuta, or write the address into azumuta.contract.operations.',
  ],
  [429, () => 'it asks to slow down. Try again in some minutes.'],
]);
