import { createAzumutaHttp, type SendToAzumuta } from '../../../shared/azumuta/azumuta-http.ts';
import type { AzumutaContract } from '../../../shared/azumuta/contract.ts';
import type { AzumutaOperation } from '../../../shared/azumuta/operations.ts';
import { requestForOperation } from '../../../shared/azumuta/requests.ts';
import { Rejected, RetryLater } from '../../../shared/model/errors.ts';
import { withoutSecrets } from '../../../shared/platform/aws/credentials.ts';
import type { Clock } from '../../../shared/platform/clock.ts';
import { isPage } from '../../../shared/platform/error-message.ts';
import type { HttpRequest, HttpResponse, MayWrite } from '../../../shared/platform/http.ts';
import { jsonOf } from '../../../shared/platform/json.ts';

/** Nothing more is asked; the message says why, and what to do. */
export class Stopped extends Error {
  override readonly name = 'Stopped';
}

interface AccountAnswer {
  /** 0 when nothing usable came: a page instead of JSON, or no answer. */
  readonly status: number;
  readonly json: unknown;
  /** Neither JSON nor XML nor nothing: the flows believe it only where the contract has the status. */
  readonly isPage: boolean;
}

/** Asks the account. @param values What the placeholders of the operation are filled in with. */
export type AskAccount = (operation: AzumutaOperation, values: object) => Promise<AccountAnswer>;

const callsPerSecond = 2;
/** After so many failures the account is not asked again. */
const mostAccountFailures = 3;

const unusableAnswer: AccountAnswer = { status: 0, json: undefined, isPage: false };

export interface AccountOptions {
  readonly baseUrl: string;
  readonly contract: AzumutaContract;
  readonly apiKey: string;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Default: nothing is. */
  readonly mayWrite?: MayWrite;
  /** Default: as many as are asked. */
  readonly mostCalls?: number;
  /** Refusals of one address or one act do not stop it. */
  readonly goesOnAfterRefusals?: boolean;
  /** Sees each call with its answer. */
  readonly watch?: (call: WatchedCall) => void;
}

export interface WatchedCall {
  readonly operation: AzumutaOperation;
  readonly request: HttpRequest;
  readonly answer: HttpResponse;
  readonly ms: number;
}

/**
 * A real account, asked twice a second, and nothing twice. Its `ask` throws Stopped at 401, 403 and 429, when the first
 * call or the third one fails, and when a page is answered before any JSON.
 */
export class Account {
  readonly #options: AccountOptions;
  readonly #sendToAzumuta: SendToAzumuta;
  readonly #answers = new Map<string, Promise<AccountAnswer>>();
  calls = 0;
  #failures = 0;
  #hasAnsweredJson = false;
  #nextCallAt = 0;

  constructor(options: AccountOptions) {
    this.#options = options;
    this.#sendToAzumuta = createAzumutaHttp({ mayWrite: () => false, ...options });
  }

  /** What was answered may be answered otherwise from now on. */
  forget(): void {
    this.#answers.clear();
  }

  /** Asks something that changes the account, or is asked with an empty key. */
  act(operation: AzumutaOperation, request: HttpRequest, isWithKey = true): Promise<AccountAnswer> {
    return this.#send(request, operation, isWithKey);
  }

  readonly ask: AskAccount = async (operation, values) => {
    let request: HttpRequest;
    try {
      request = requestForOperation(operation, values, { signal: this.#options.signal });
    } catch (error) {
      // A value of the account, such as `..`, would ask for something else.
      if (error instanceof Rejected) return unusableAnswer;
      throw error;
    }
    const key = JSON.stringify([request.method, request.path, request.query, request.body]);
    const answer = this.#answers.get(key) ?? this.#send(request, operation);
    this.#answers.set(key, answer);
    return answer;
  };

  async #send(request: HttpRequest, operation: AzumutaOperation, isWithKey = true): Promise<AccountAnswer> {
    const { apiKey, clock, mostCalls, watch } = this.#options;
    const { path: template } = operation;
    this.#throwIfInterrupted();
    if (this.calls === mostCalls) throw new Stopped(`${mostCalls} calls were made: nothing more is asked.`);
    const now = clock.now().getTime();
    if (this.#nextCallAt > now) await clock.sleep(this.#nextCallAt - now);
    this.#nextCallAt = Math.max(now, this.#nextCallAt) + 1000 / callsPerSecond;
    this.calls += 1;
    try {
      const askedAt = clock.now().getTime();
      const answer = await this.#sendToAzumuta(request, isWithKey ? apiKey : '');
      watch?.({ operation, request, answer, ms: clock.now().getTime() - askedAt });
      if (!isWithKey) return { status: answer.status, json: answer.json, isPage: isPage(answer) };
      return this.#understand(answer, `${request.method} ${template}`);
    } catch (error) {
      if (!(error instanceof RetryLater || error instanceof Rejected)) throw error;
      this.#throwIfInterrupted();
      return this.#countFailure(error.message.replace(request.path, () => template));
    }
  }

  #throwIfInterrupted(): void {
    if (this.#options.signal.aborted) throw new Stopped('Stopped by you: nothing was written.');
  }

  /** What an answer says, unless the account refuses, fails or is none. */
  #understand({ status, json, text, headers }: HttpResponse, call: string): AccountAnswer {
    const { contract, apiKey, goesOnAfterRefusals = false } = this.#options;
    const refused = refusalSentences(contract.apiKeyHeader)[status];
    const isEnd = refused !== undefined && !(goesOnAfterRefusals && status === 403);
    if (isEnd) throw new Stopped(`Azumuta answered ${call} with ${status}: ${refused}`);
    if (status >= 500) return this.#countFailure(`Azumuta failed (${status}) at ${call}.`);
    this.#hasAnsweredJson ||= json !== undefined;
    const needsNoJson = status === 204 || status >= 400;
    if (json !== undefined || needsNoJson)
      return {
        status,
        json: text.includes(apiKey) ? jsonOf(withoutSecrets(text, [apiKey])) : json,
        isPage: isPage({ json, text, headers }),
      };
    // Some servers answer a page for an address that is not there.
    if (this.#hasAnsweredJson) return unusableAnswer;
    const found = /^\s*</.test(text) ? 'a page (HTML), perhaps of a login' : 'something that is no JSON';
    throw new Stopped(
      `Azumuta answered ${call} with ${found}: check azumuta.baseUrl in the configuration, and the paths in azumuta.contract.operations.`,
    );
  }

  #countFailure(sentence: string): AccountAnswer {
    this.#failures += 1;
    if (this.calls > 1 && this.#failures < mostAccountFailures) return unusableAnswer;
    const after = this.calls === 1 ? '' : ` after ${this.#failures} failures`;
    throw new Stopped(`${sentence} Nothing more was asked${after}.`);
  }
}

function refusalSentences(header: string): Readonly<Record<number, string>> {
  return {
    401: `it does not take the key. Check the key, and that it belongs into the header ${header} as it is (azumuta.contract.apiKeyHeader, and apiKeyFormat for Bearer).`,
    403: 'the key may not read this, or there is no such address. Give it the right to read in Azumuta, or write the address into azumuta.contract.operations.',
    429: 'it asks to slow down. Try again in some minutes.',
  };
}
