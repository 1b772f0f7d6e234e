import { callConfigured } from '../model/configured.ts';
import { OrderNotReady, PartnerDown, Rejected } from '../model/errors.ts';
import { problemOfText } from '../model/text.ts';
import type { Clock } from '../platform/clock.ts';
import { isError, isPage, sentenceOf } from '../platform/error-message.ts';
import {
  type HttpRequest,
  type HttpResponse,
  type MayWrite,
  type PartnerCall,
  partnerFailure,
} from '../platform/http.ts';
import { isRecord } from '../platform/json.ts';
import { type Place, valueAt } from '../platform/places.ts';
import { requiredName } from './answer-readers.ts';
import { createAzumutaHttp, type SendToAzumuta } from './azumuta-http.ts';
import type { AzumutaContract } from './contract.ts';
import {
  createFieldReader,
  describeInvalidFields,
  type FieldForm,
  type ReadResource,
  type ReadResult,
  readByContract,
} from './field-readers.ts';
import { type AzumutaOperation, assumedNone, type OperationName } from './operations.ts';
import {
  type FindOperation,
  type ListOperation,
  mostPagesOfRecordings,
  mostPagesSearched,
  nextPage,
  requestForOperation,
  whyNotWhole,
} from './requests.ts';
import { nameForm } from './value-forms.ts';

export interface AzumutaOptions {
  readonly baseUrl: string;
  readonly contract: AzumutaContract;
  /** The API key; `refresh` reads the secret again after Azumuta refused it. */
  readonly apiKey: (options?: { readonly refresh?: boolean }) => Promise<string>;
  readonly clock: Clock;
  readonly mayWrite: MayWrite;
}

interface AzumutaCall extends PartnerCall {
  readonly what: string;
}

interface AzumutaAnswer extends HttpResponse {
  /** `: The number is taken`: the answer's own sentence without our key; empty when it has none. */
  readonly said: () => string;
}

/** One page of a list, and what its answer says about a further one. */
interface ListPage {
  readonly entries: readonly unknown[];
  readonly answer: AzumutaAnswer;
  readonly follows: 'a page' | 'none' | 'unsaid';
}

/** What the placeholders of a reading operation are filled in with. */
interface ReadValues {
  readonly id: string;
  readonly productOrder?: object | undefined;
  readonly version?: number | undefined;
}

const azumutaName = 'Azumuta';

/** What each call asks for: by its number or id an entry of a list is recognised. */
const resourceOf = {
  findArticle: 'article',
  findProductOrder: 'productOrder',
  readProductOrder: 'productOrder',
  readRecording: 'recording',
  readWorkInstruction: 'workInstruction',
} as const;

/** Calls Azumuta, and interprets its answers, by the contract. */
export class AzumutaSession {
  readonly #options: AzumutaOptions;
  readonly #sendToAzumuta: SendToAzumuta;

  constructor(options: AzumutaOptions) {
    this.#options = options;
    this.#sendToAzumuta = createAzumutaHttp(options);
  }

  /** One call with the key. A refused key is read again once, as it may have been rotated; a call refused with 401 did nothing. */
  async send(name: OperationName, request: HttpRequest, what: string): Promise<AzumutaAnswer> {
    const { apiKey, clock } = this.#options;
    const key = await apiKey();
    let answer = await this.#sendWith(key, request);
    if (answer.status === 401) {
      const renewed = await apiKey({ refresh: true });
      if (renewed !== key) answer = await this.#sendWith(renewed, request);
    }
    const { done = [], exists = [] } = this.#operation(name);
    if ([...done, ...this.#noneOf(name), ...exists].includes(answer.status)) return answer;
    const wrote = request.writes ? 'perhaps' : 'nothing';
    const failure = partnerFailure(answer, { partner: azumutaName, what, wrote, now: clock.now() });
    if (failure) throw failure;
    return answer;
  }

  resourceIn(name: OperationName, answer: AzumutaAnswer, what: string): unknown {
    const { answer: place = '' } = this.#operation(name);
    return readConfiguredPlace(
      `operations.${name}.answer`,
      place,
      this.#requireDone(name, answer, what).json,
    );
  }

  /** Why an answer cannot be understood: the error in it, or what is missing. */
  unclear(read: ReadResult<unknown>, answer: AzumutaAnswer, what: string): OrderNotReady {
    if (this.#holdsError(answer)) return answeredWithError(answer, what);
    const invalid = read.ok ? [] : read.invalid;
    const sentence = `Azumuta's answer when ${what} cannot be understood. ${describeInvalidFields(invalid).join(' ')}`;
    return new OrderNotReady(sentence);
  }

  /** The one entry of a list that has the number: the filter is an assumption, and Azumuta may ignore it. */
  async find<T>(
    name: FindOperation,
    read: ReadResource<T>,
    number: string,
    asked: AzumutaCall,
  ): Promise<T | undefined> {
    const { what } = asked;
    const numberIn: ReadResource<string> = (json, reading) =>
      requiredName(createFieldReader(json, resourceOf[name], reading), 'number');
    let unknown: (() => string) | undefined;
    let follows: ListPage['follows'] = 'none';
    for await (const { entries, answer, ...page } of this.#pages(
      name,
      { number },
      mostPagesSearched,
      asked,
    )) {
      for (const entry of entries) {
        const key = this.#read(numberIn, entry);
        if (key.ok && key.value === number) return this.#understood(this.#read(read, entry), answer, what);
        if (!key.ok) unknown ??= () => this.#understood(key, answer, what);
      }
      follows = page.follows;
    }
    // One of which the number cannot be understood may be ours.
    unknown?.();
    // It may be on a later page. To answer that there is none would create it a second time.
    requireWhole(name, follows, what);
    return undefined;
  }

  /** All entries of a list. What is left out would be booked without it, so a list that may go on is refused. */
  async list<T>(
    name: 'listRecordings',
    read: ReadResource<T>,
    values: object,
    asked: AzumutaCall,
  ): Promise<readonly T[]> {
    const { what } = asked;
    const all: T[] = [];
    let follows: ListPage['follows'] = 'none';
    for await (const { entries, answer, ...page } of this.#pages(
      name,
      values,
      mostPagesOfRecordings,
      asked,
    )) {
      for (const entry of entries) all.push(this.#understood(this.#read(read, entry), answer, what));
      follows = page.follows;
    }
    requireWhole(name, follows, what);
    return all;
  }

  /** None where Azumuta says that there is no such list. */
  async *#pages(
    name: ListOperation,
    values: object,
    most: number,
    { what, ...call }: AzumutaCall,
  ): AsyncGenerator<ListPage> {
    const operation = this.#operation(name);
    let following: HttpRequest | 'none' | 'unsaid' = requestForOperation(operation, values, call);
    for (let page = 0; typeof following === 'object' && page < most; page++) {
      const request: HttpRequest = following;
      const answer = await this.send(name, request, what);
      // A page that was announced must be there.
      if (page === 0 && this.#isAbsent(name, answer, what)) return;
      const { entries, next } = this.#pageIn(this.#requireDone(name, answer, what), what);
      // An empty list together with an error does not mean that there is none.
      if (entries.length === 0 && this.#holdsError(answer)) throw answeredWithError(answer, what);
      following = nextPage({ ...this.#options, operation, values, request, answer, entries, next });
      yield { entries, answer, follows: typeof following === 'object' ? 'a page' : following };
    }
  }

  async read<T>(
    name: 'readProductOrder' | 'readRecording' | 'readWorkInstruction',
    read: ReadResource<T>,
    values: ReadValues,
    { what, ...call }: AzumutaCall,
  ): Promise<T | undefined> {
    // The id may come from a trigger: `..` would name another resource.
    if (problemOfText(values.id)) return undefined;
    const answer = await this.send(name, requestForOperation(this.#operation(name), values, call), what);
    if (this.#isAbsent(name, answer, what)) return undefined;
    const found = this.resourceIn(name, answer, what);
    // So GraphQL says that there is none.
    const saysNone = found === null && this.#operation(name).answer !== '' && !this.#holdsError(answer);
    if (saysNone) return undefined;
    const understood = <V>(as: ReadResource<V>, json: unknown) =>
      this.#understood(this.#read(as, json), answer, what);
    if (!Array.isArray(found)) return understood(read, found);
    const idIn: ReadResource<string> = (json, reading) =>
      requiredName(createFieldReader(json, resourceOf[name], reading), 'id');
    const entry = found.find((each) => understood(idIn, each) === values.id);
    return entry === undefined ? undefined : understood(read, entry);
  }

  #read<T>(read: ReadResource<T>, json: unknown): ReadResult<T> {
    return readByContract(this.#options.contract, read, json);
  }

  /** @throws Error for one that the contract does not have: then nothing asks for it. */
  #operation(name: OperationName): AzumutaOperation {
    const operation = this.#options.contract.operations[name];
    if (operation) return operation;
    throw new Error(`The contract has no operation ${name}.`);
  }

  async #sendWith(key: string, request: HttpRequest): Promise<AzumutaAnswer> {
    const { error } = this.#options.contract;
    const response = await this.#sendToAzumuta(request, key);
    const said = () => {
      const sentence = callConfigured('azumuta.contract.error.sentence failed', () =>
        sentenceOf(response, [key], error.sentence),
      );
      return sentence === undefined ? '' : `: ${sentence}`;
    };
    return { ...response, said };
  }

  #requireDone(name: OperationName, answer: AzumutaAnswer, what: string): AzumutaAnswer {
    const { done } = this.#operation(name);
    if (done ? done.includes(answer.status) : answer.status < 300) return answer;
    throw new Rejected(`Azumuta refused ${what} (${answer.status})${answer.said()}.`, {
      causeCode: 'refused-by-azumuta',
    });
  }

  /** Whether Azumuta says that there is none. A page may be a proxy's, and says so only where somebody has written that it does. */
  #isAbsent(name: OperationName, answer: AzumutaAnswer, what: string): boolean {
    const { status } = answer;
    if (!this.#noneOf(name).includes(status)) return false;
    const isWritten = this.#operation(name).none !== undefined;
    if (isWritten || !isPage(answer)) return true;
    throw noJson(`${what} with something that is no JSON (${status})`);
  }

  /** What is created is there; and of a list of recordings, a 404 more likely means another address. */
  #noneOf(name: OperationName): readonly number[] {
    const isAssumed = name !== 'createProductOrder' && name !== 'listRecordings';
    return this.#operation(name).none ?? (isAssumed ? assumedNone : []);
  }

  /** An error, or a page of a proxy. */
  isFailure(answer: HttpResponse): boolean {
    return (answer.json === undefined && answer.text.trim() !== '') || this.#holdsError(answer);
  }

  #holdsError({ json }: HttpResponse): boolean {
    return isError(readConfiguredPlace('error.at', this.#options.contract.error.at, json));
  }

  /** @throws OrderNotReady for an error in a 200, PartnerDown for a page of a proxy instead of JSON: both may be gone soon. */
  #understood<T>(read: ReadResult<T>, answer: AzumutaAnswer, what: string): T {
    if (read.ok) return read.value;
    if (answer.json === undefined) throw noJson(`${what} with something that is no JSON`);
    const unread = this.unclear(read, answer, what);
    throw this.#holdsError(answer)
      ? unread
      : new Rejected(unread.message, { causeCode: 'refused-by-azumuta' });
  }

  #pageIn(answer: AzumutaAnswer, what: string) {
    const page = this.#read((json, reading) => {
      const field = createFieldReader(json, 'list', reading);
      return { entries: field('entries', entriesForm, 'required') ?? [], next: field('next', nameForm) };
    }, answer.json);
    return this.#understood(page, answer, what);
  }
}

/** A single object in the place of the list counts as a list of one. */
const entriesForm: FieldForm<readonly unknown[]> = {
  expected: 'a list',
  understand(value) {
    if (Array.isArray(value)) return value;
    return isRecord(value) ? [value] : undefined;
  },
};

function requireWhole(name: ListOperation, follows: ListPage['follows'], what: string): void {
  if (follows === 'none') return;
  throw new Rejected(whyNotWhole(name, what, follows === 'unsaid'), { causeCode: 'configuration' });
}

/** What is at a place of the contract. @throws Rejected when the place is a function that fails. */
function readConfiguredPlace(line: string, place: Place, json: unknown): unknown {
  return callConfigured(`azumuta.contract.${line} failed`, () => valueAt(json, place));
}

function noJson(answered: string): PartnerDown {
  return new PartnerDown(`Azumuta answered ${answered}.`);
}

function answeredWithError({ said }: AzumutaAnswer, what: string): OrderNotReady {
  return new OrderNotReady(`Azumuta answered ${what} with an error${said()}.`);
}
