import { callConfigured } from '../model/configured.ts';
import { Rejected, RetryLater } from '../model/errors.ts';
import { problemOfText } from '../model/text.ts';
import type { Clock } from '../platform/clock.ts';
import { isError, sentenceOf } from '../platform/error-message.ts';
import { createHttp, type HttpRequest, type HttpResponse, partnerFailure } from '../platform/http.ts';
import { type Place, readerOf } from '../platform/places.ts';
import type { Resource } from './answer-readers.ts';
import type { AzumutaContract } from './contract.ts';
import {
  fieldsOf,
  type Misfit,
  objectOf,
  orElse,
  type Read,
  resourceReader,
  sentencesOf,
} from './field-readers.ts';
import type { Operation, OperationName } from './operations.ts';
import { requestMaker } from './requests.ts';
import { nameForm } from './value-forms.ts';

export interface AzumutaOptions {
  readonly baseUrl: string;
  readonly contract: AzumutaContract;
  /** The API key; `refresh` reads the secret again after Azumuta refused it. */
  readonly apiKey: (options?: { readonly refresh?: boolean }) => Promise<string>;
  readonly clock: Clock;
}

/** A call: what it does, for messages, and the signal that ends it. */
interface Call {
  readonly what: string;
  readonly signal: AbortSignal;
}

/** An answer of Azumuta. */
interface Answer extends HttpResponse {
  /** `: The number is taken`: the answer's own sentence without our key; empty when it has none. */
  readonly said: () => string;
}

const partner = 'Azumuta';
/** A listing by number should have one entry, so it is not followed any further. */
const maxPages = 5;

/** Calls Azumuta, and interprets its answers, by the contract. */
export function createSession({ baseUrl, contract, apiKey, clock }: AzumutaOptions) {
  const http = createHttp({ partner, baseUrl, clock });
  // The keys of both objects are the same.
  const operations = Object.fromEntries(
    Object.entries(contract.operations).map(([name, operation]) => [name, compiled(name, operation)]),
  ) as Readonly<Record<OperationName, ReturnType<typeof compiled>>>;
  const readPage = pageReader(contract);
  const readError = configured('error.at', contract.error.at);
  const holdsError = ({ json }: HttpResponse) => isError(readError(json));

  /** One call with the key. A refused key is read again once, as it may have been rotated; a call refused with 401 did nothing. */
  async function send(name: OperationName, request: HttpRequest, what: string): Promise<Answer> {
    let answer = await sendWith(await apiKey());
    if (answer.status === 401) {
      const before = await apiKey();
      const after = await apiKey({ refresh: true });
      if (after !== before) answer = await sendWith(after);
    }
    const { done = [], none = [], exists = [] } = operations[name];
    const failure = partnerFailure(answer, {
      partner,
      what,
      wrote: request.writes ? 'perhaps' : 'nothing',
      now: clock.now(),
      except: [...done, ...none, ...exists],
    });
    if (failure) throw failure;
    return answer;

    async function sendWith(key: string): Promise<Answer> {
      const headers = { ...request.headers, [contract.apiKeyHeader]: key };
      const response = await http.send({ ...request, headers });
      const said = () => {
        const sentence = callConfigured('azumuta.contract.error.sentence failed', () =>
          sentenceOf(response, [key], contract.error.sentence),
        );
        return sentence === undefined ? '' : `: ${sentence}`;
      };
      return { ...response, said };
    }
  }

  function requireDone(name: OperationName, answer: Answer, what: string): Answer {
    const { done } = operations[name];
    if (done ? done.includes(answer.status) : answer.status < 300) return answer;
    throw new Rejected(`Azumuta refused ${what} (${answer.status})${answer.said()}.`, {
      code: 'refused-by-azumuta',
    });
  }

  /** Whether Azumuta says that there is none: without a body or with JSON, as a page of a proxy says nothing. */
  function isAbsent(name: OperationName, { status, json, text }: Answer, what: string): boolean {
    if (!operations[name].none?.includes(status)) return false;
    if (json !== undefined || text.trim() === '') return true;
    throw new RetryLater(`Azumuta answered ${what} with something that is no JSON (${status}).`, {
      scope: 'partner',
    });
  }

  /**
   * The value that was read.
   * @throws RetryLater for an error in a 200, and for a page of a proxy instead of JSON: both may be gone soon.
   */
  function understood<T>(read: Read<T>, answer: Answer, what: string): T {
    if (read.ok) return read.value;
    if (answer.json === undefined)
      throw new RetryLater(`Azumuta answered ${what} with something that is no JSON.`, { scope: 'partner' });
    const unread = unclear(read.misfits, answer, what);
    throw holdsError(answer) ? unread : new Rejected(unread.message, { code: 'refused-by-azumuta' });
  }

  /** Why an answer cannot be understood: the error in it, or what is missing. */
  function unclear(misfits: readonly Misfit[], answer: Answer, what: string): RetryLater {
    if (holdsError(answer)) return errorIn(answer, what);
    const sentence = `Azumuta's answer when ${what} cannot be understood. ${sentencesOf(misfits).join(' ')}`;
    return new RetryLater(sentence, { scope: 'order' });
  }

  /** The resource in a successful answer. */
  function resourceIn(name: OperationName, answer: Answer, what: string): unknown {
    return operations[name].resourceIn(requireDone(name, answer, what).json);
  }

  /** The one entry of a list that has the number: the filter is an assumption, and Azumuta may ignore it. */
  async function find<T>(
    name: 'findArticle' | 'findProductOrder',
    { keyOf, read }: Resource<T>,
    number: string,
    { what, signal }: Call,
  ): Promise<T | undefined> {
    const first = operations[name].request({ number }, signal);
    let request: HttpRequest | undefined = first;
    let unknown: (() => string) | undefined;
    for (let page = 0; request && page < maxPages; page++) {
      const answer = await send(name, request, what);
      if (isAbsent(name, answer, what)) return undefined;
      const { entries, next } = understood(readPage(requireDone(name, answer, what).json), answer, what);
      // An empty list together with an error does not mean that there is none.
      if (entries.length === 0 && holdsError(answer)) throw errorIn(answer, what);
      for (const entry of entries) {
        const key = keyOf(entry);
        if (key.ok && key.value === number) return understood(read(entry), answer, what);
        if (!key.ok) unknown ??= () => understood(key, answer, what);
      }
      const ends = entries.length === 0 || next === undefined;
      request = ends ? undefined : nextPage(baseUrl, first, next, contract.list.cursor);
    }
    // One of which the number cannot be understood may be ours.
    unknown?.();
    if (!request) return undefined;
    // It may be on a later page. To answer that there is none would create it a second time.
    throw new Rejected(
      `Azumuta does not filter by number when ${what}: ${maxPages} pages, and more to come. Set azumuta.contract.operations.${name}.query to its filter.`,
      { code: 'configuration' },
    );
  }

  /** The resource with this id; undefined when there is none. */
  async function read<T>(
    name: 'readProductOrder' | 'readRecording' | 'readWorkInstruction',
    { keyOf, read }: Resource<T>,
    values: { readonly id: string; readonly productOrder?: object | undefined },
    { what, signal }: Call,
  ): Promise<T | undefined> {
    // The id may come from a trigger: `..` would name another resource.
    if (problemOfText(values.id)) return undefined;
    const answer = await send(name, operations[name].request(values, signal), what);
    if (isAbsent(name, answer, what)) return undefined;
    const found = resourceIn(name, answer, what);
    if (!Array.isArray(found)) return understood(read(found), answer, what);
    const entry = found.find((each) => understood(keyOf(each), answer, what) === values.id);
    return entry === undefined ? undefined : understood(read(entry), answer, what);
  }

  return { send, resourceIn, unclear, find, read };
}

/** An operation whose templates and paths are parsed. */
function compiled(name: string, operation: Operation) {
  return {
    ...operation,
    request: requestMaker(operation),
    resourceIn: configured(`operations.${name}.answer`, operation.answer ?? ''),
  };
}

/** Reads a place of the contract. @throws Rejected when the place is a function that fails. */
function configured(line: string, place: Place): (json: unknown) => unknown {
  const read = readerOf(place);
  return (json) => callConfigured(`azumuta.contract.${line} failed`, () => read(json));
}

function errorIn({ said }: Answer, what: string): RetryLater {
  return new RetryLater(`Azumuta answered ${what} with an error${said()}.`, { scope: 'order' });
}

/** Reads a page of a list. A single object in the place of the list counts as a list of one. */
function pageReader({ list }: AzumutaContract) {
  const field = fieldsOf('list', list);
  const entriesOf = field(
    'entries',
    {
      expected: 'a list',
      understand: (value): readonly unknown[] | undefined =>
        Array.isArray(value) ? value : typeof value === 'object' ? [value] : undefined,
    },
    'required',
  );
  return resourceReader(objectOf({ entries: orElse(entriesOf, []), next: field('next', nameForm) }));
}

/** `next` may be a path, an absolute URL or a cursor; Azumuta does not document which. HTTP refuses other origins. */
function nextPage(baseUrl: string, first: HttpRequest, next: string, cursor: string): HttpRequest {
  if (!next.startsWith('/') && !/^https?:/i.test(next))
    return { ...first, query: { ...first.query, [cursor]: next } };
  if (!next.startsWith('/')) return { ...first, path: next, query: {} };
  const fromRoot = new URL(next, baseUrl);
  const underBase = fromRoot.pathname.startsWith(`${new URL(baseUrl).pathname.replace(/\/$/, '')}/`);
  return { ...first, path: underBase ? fromRoot.href : next, query: {} };
}
