import { callConfigured, Rejected, RetryLater } from '../model/errors.ts';
import { problemOfText } from '../model/text.ts';
import type { Clock } from '../platform/clock.ts';
import { isError, sentenceOf } from '../platform/error-message.ts';
import { createHttp, type HttpRequest, type HttpResponse, partnerFailure } from '../platform/http.ts';
import { type Place, readerOf } from '../platform/places.ts';
import type { Resource } from './answer-readers.ts';
import type { AzumutaContract } from './contract.ts';
import { fieldsOf, type Misfit, nameForm, type Read, resourceReader, sentencesOf } from './fields.ts';
import type { Operation, OperationName } from './operations.ts';
import { type MakeRequest, requestMaker } from './requests.ts';

export interface AzumutaOptions {
  readonly baseUrl: string;
  readonly contract: AzumutaContract;
  /** The API key; `refresh` reads the secret again after Azumuta refused it. */
  readonly apiKey: (options?: { readonly refresh?: boolean }) => Promise<string>;
  readonly clock: Clock;
}

/** What is being done, for messages, and until when. */
interface Call {
  readonly what: string;
  readonly signal: AbortSignal;
}

/** What Azumuta answered. */
interface Answer extends HttpResponse {
  /** `: The number is taken`: its own sentence, should it hold one, without our key. */
  readonly said: () => string;
}

const partner = 'Azumuta';
/** A listing by number has one entry; more pages than this is not one. */
const maxPages = 5;

/** Calls to Azumuta, and what its answers mean, by the contract. */
export function createSession({ baseUrl, contract, apiKey, clock }: AzumutaOptions) {
  const http = createHttp({ partner, baseUrl, clock });
  // Of these names exactly.
  const operations = Object.fromEntries(
    Object.entries(contract.operations).map(([name, operation]) => [name, compiled(name, operation)]),
  ) as Readonly<Record<OperationName, Compiled>>;
  const readPage = pageReader(contract);
  const readError = configured('error.at', contract.error.at);
  const holdsError = ({ json }: HttpResponse) => isError(readError(json));

  /** One call with the key; a refused key is read again once: it may have been rotated, and a 401 has done nothing. */
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

  /** Whether Azumuta says that there is no such thing; it may do so without a body, but not with a proxy's page. */
  function isAbsent(name: OperationName, { status, json, text }: Answer, what: string): boolean {
    if (!operations[name].none?.includes(status)) return false;
    if (json !== undefined || text.trim() === '') return true;
    throw new RetryLater(`Azumuta answered ${what} with something that is no JSON (${status}).`, {
      scope: 'partner',
    });
  }

  /** What was read. An error in a 200, or no JSON at all (a page of a proxy), says nothing of the order: it may be gone soon. */
  function understood<T>(read: Read<T>, answer: Answer, what: string): T {
    if (read.ok) return read.value;
    if (answer.json === undefined)
      throw new RetryLater(`Azumuta answered ${what} with something that is no JSON.`, { scope: 'partner' });
    const unread = unclear(read.misfits, answer, what);
    throw holdsError(answer) ? unread : new Rejected(unread.message, { code: 'refused-by-azumuta' });
  }

  /** What an answer that cannot be understood tells: its error, or what is missing in it. */
  function unclear(misfits: readonly Misfit[], answer: Answer, what: string): RetryLater {
    if (holdsError(answer)) return errorIn(answer, what);
    const sentence = `Azumuta's answer when ${what} cannot be understood. ${sentencesOf(misfits).join(' ')}`;
    return new RetryLater(sentence, { scope: 'order' });
  }

  /** What was asked for, in an answer that says that it was done. */
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
    for (let page = 0; request && page < maxPages; page++) {
      const answer = await send(name, request, what);
      if (isAbsent(name, answer, what)) return undefined;
      const { entries, next } = understood(readPage(requireDone(name, answer, what).json), answer, what);
      // Nothing beside an error is not "not there".
      if (entries.length === 0 && holdsError(answer)) throw errorIn(answer, what);
      for (const entry of entries)
        if (understood(keyOf(entry), answer, what) === number) return understood(read(entry), answer, what);
      const ends = entries.length === 0 || next === undefined;
      request = ends ? undefined : nextPage(baseUrl, first, next, contract.list.cursor);
    }
    if (!request) return undefined;
    // It may stand on a later page, and "not there" would create it a second time.
    throw new Rejected(
      `Azumuta does not filter by number when ${what}: ${maxPages} pages, and more to come. Set azumuta.contract.operations.${name}.query to its filter.`,
      { code: 'configuration' },
    );
  }

  /** What has the id, or undefined. */
  async function read<T>(
    name: 'readProductOrder' | 'readRecording' | 'readWorkInstruction',
    { keyOf, read }: Resource<T>,
    values: { readonly id: string; readonly productOrder?: object | undefined },
    { what, signal }: Call,
  ): Promise<T | undefined> {
    // It may come from a trigger: `..` would ask for another resource.
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

/** An operation whose templates and paths are taken apart. */
interface Compiled extends Operation {
  readonly request: MakeRequest;
  readonly resourceIn: (json: unknown) => unknown;
}

function compiled(name: string, operation: Operation): Compiled {
  return {
    ...operation,
    request: requestMaker(operation),
    resourceIn: configured(`operations.${name}.answer`, operation.answer ?? ''),
  };
}

/** What stands at a place of the contract, which may be a function that fails. @throws Rejected then. */
function configured(line: string, place: Place): (json: unknown) => unknown {
  const read = readerOf(place);
  return (json) => callConfigured(`azumuta.contract.${line} failed`, () => read(json));
}

function errorIn({ said }: Answer, what: string): RetryLater {
  return new RetryLater(`Azumuta answered ${what} with an error${said()}.`, { scope: 'order' });
}

/** Reads a list; where the contract names a place with one object, that is a list of one. */
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
  const nextOf = field('next', nameForm);
  return resourceReader((json, misfits) => ({
    entries: entriesOf(json, misfits) ?? [],
    next: nextOf(json, misfits),
  }));
}

/** `next` may be a path, an absolute URL or a cursor: which one is unknown. Other origins are refused by http. */
function nextPage(baseUrl: string, first: HttpRequest, next: string, cursor: string): HttpRequest {
  if (!next.startsWith('/') && !/^https?:/i.test(next))
    return { ...first, query: { ...first.query, [cursor]: next } };
  if (!next.startsWith('/')) return { ...first, path: next, query: {} };
  const fromRoot = new URL(next, baseUrl);
  const underBase = fromRoot.pathname.startsWith(`${new URL(baseUrl).pathname.replace(/\/$/, '')}/`);
  return { ...first, path: underBase ? fromRoot.href : next, query: {} };
}
