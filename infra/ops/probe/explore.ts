import { type AzumutaContract, defaultContract } from '../../../shared/azumuta/contract.ts';
import type { FindOperation } from '../../../shared/azumuta/requests.ts';
import { isRecord, leavesOf } from '../../../shared/platform/json.ts';
import { valueAt } from '../../../shared/platform/places.ts';
import type { AskAccount } from './account.ts';
import { isIdPath, isNamed, rankByName } from './recognise/field-names.ts';
import {
  type FieldFinding,
  findFieldByName,
  findResourcePlace,
  notFound,
  sure,
  toConfirm,
} from './recognise/findings.ts';
import {
  identifierOf,
  type JsonNode,
  type Located,
  listsIn,
  locateResource,
  namesIn,
  nodesIn,
  readsAs,
} from './recognise/json-nodes.ts';
import type { ScreenValues } from './screen-values.ts';

type IdOperation = 'readProductOrder' | 'readRecording' | 'readWorkInstruction';

export interface FoundResource extends Located {
  /** The id that was asked for, and its path where it was found. */
  readonly id?: string | undefined;
  readonly field?: string;
}

/** The resources that were found, by the operation that answered them. */
export type FoundResources = { readonly [Name in FindOperation | IdOperation]?: FoundResource | undefined };

/** The product order as it was read by its id, else as a list has it. */
export function orderIn({ readProductOrder, findProductOrder }: FoundResources): FoundResource | undefined {
  return readProductOrder ?? findProductOrder;
}

/** So many values are tried as an id. */
const mostIdsTried = 4;
/** Of one order, at most so many recordings are read. */
const mostRecordingsTried = 5;
/** Deeper than anything that an operator records. */
const mostRecordedDepth = 12;

const addressAnswers404 = 'its address is answered with 404. Check azumuta.baseUrl first. If that is right';

const isSuccessStatus = (status: number) => status >= 200 && status < 300;

/** Looks for what was seen, at the addresses of the contract, and keeps what it finds out, until its `ask` throws. */
export class Explorer {
  readonly #ask: AskAccount;
  readonly #contract: AzumutaContract;
  readonly #seen: ScreenValues;
  readonly resources: { -readonly [Name in keyof FoundResources]: FoundResources[Name] } = {};
  readonly findings: FieldFinding[] = [];

  constructor(ask: AskAccount, contract: AzumutaContract, seen: ScreenValues) {
    this.#ask = ask;
    this.#contract = contract;
    this.#seen = seen;
  }

  async follow(): Promise<void> {
    const { number, article } = this.#seen;
    const { path } = this.#contract.operations.findProductOrder;
    // The only path that Azumuta documents, unless the configuration has paths of its own.
    if (path === defaultContract.operations.findProductOrder.path)
      await this.#ask({ method: 'GET', path: '/workinstructions', query: {} }, {});
    const entry = await this.#find('findProductOrder', number);
    if (!entry) return;
    const orderIds = [...rankedIdsIn('productOrder.id', entry.resource), { path: '', value: number }];
    const order = await this.#read('readProductOrder', orderIds, {}, number);
    const { resource } = order ?? entry;
    const orderValues = { productOrder: { id: order?.id ?? '', number } };
    const recording = await this.#readRecording(resource, orderValues);
    if (recording)
      await this.#read('readWorkInstruction', rankedIdsIn('recording.workInstructionId', recording.resource));
    if (article !== undefined) await this.#find('findArticle', article);
    for (const name of ['readProductOrder', 'readRecording', 'readWorkInstruction'] as const)
      await this.#findAbsence(name, orderValues);
  }

  async #find(name: FindOperation, number: string): Promise<FoundResource | undefined> {
    const operation = this.#contract.operations[name];
    const { status, json } = await this.#ask(operation, { number });
    const located = locateResource(json, [number]);
    const missing = `this list does not have the ${name === 'findArticle' ? 'article' : 'number'}`;
    if (!located) return this.#miss(name, status === 404 ? `${addressAnswers404}, ${missing}` : missing);
    const other = await this.#ask(operation, { number: unknownLike(number) });
    const isEmpty = !listsIn(other.json).some(({ value }) => value.some(isRecord));
    const isApplied = [204, 404, 410].includes(other.status) || (isSuccessStatus(other.status) && isEmpty);
    const filter = operation.body === undefined ? 'query' : 'body';
    const line = `operations.${name}.${filter}`;
    const why = 'the filter is not applied: ask Azumuta how one is found by its number';
    const applied = sure(line, operation[filter], 'a number that nothing has finds nothing');
    this.findings.push(
      sure(`operations.${name}.path`, operation.path, 'what was looked for is in this list'),
      isApplied ? applied : notFound(line, why),
    );
    const fields = nodesIn(json).filter(({ value }) => value === null || identifierOf(value));
    if (name === 'findProductOrder') this.findings.push(findFieldByName('list.next', fields));
    this.resources[name] = located;
    return located;
  }

  #miss(name: keyof FoundResources, missing: string): undefined {
    const why = `${missing}: ask Azumuta for its address, and write it there`;
    this.findings.push(notFound(`operations.${name}.path`, why));
  }

  /** Reads a recording of an order, if possible the one that has the value that was seen. */
  async #readRecording(order: object, values: object): Promise<FoundResource | undefined> {
    const { recorded } = this.#seen;
    let first: FoundResource | undefined;
    for (const entry of likeliestRecordings(order).toReversed().slice(0, mostRecordingsTried)) {
      // The others have their id where it has worked.
      const ids = idsInEntry(entry).filter(({ path }) => first === undefined || path === first.field);
      const found = await this.#read('readRecording', ids, values);
      first ??= found;
      const isSought = found && (!recorded || containsText(found.resource, recorded.value));
      if (isSought) return found;
    }
    this.resources.readRecording = first;
    if (first) return first;
    return this.#miss('readRecording', 'no recording is answered there');
  }

  /** By the first value that proves to be its id. @param number What it has at least, if it does not show its id. */
  async #read(name: IdOperation, ids: readonly JsonNode[], values = {}, number?: string) {
    const operation = this.#contract.operations[name];
    for (const { path: field, value } of ids.slice(0, mostIdsTried)) {
      const id = identifierOf(value) ?? '';
      const { json } = await this.#ask(operation, { ...values, id });
      // An envelope may have the number only, a product order has its id, too.
      const located =
        locateResource(json, number === undefined ? [id] : [number, id]) ??
        (number && locateResource(json, [number]));
      if (!located) continue;
      if (!this.resources[name]) {
        const why = 'an id was answered with the resource that has it';
        this.findings.push(sure(`operations.${name}.path`, operation.path, why));
        if (located.place !== '') this.findings.push(findResourcePlace(`operations.${name}.answer`, located));
      }
      const found: FoundResource = { ...located, id, field };
      this.resources[name] = found;
      return found;
    }
    return undefined;
  }

  async #findAbsence(name: IdOperation, values: object): Promise<void> {
    const { id, place } = this.resources[name] ?? {};
    if (id === undefined) return;
    const unknown = { ...values, id: unknownLike(id) };
    const { status, json } = await this.#ask(this.#contract.operations[name], unknown);
    const line = `operations.${name}.none`;
    const why = 'an id that does not exist is answered';
    // The flows understand null there, and a list in which the id is missing.
    const isUnderstood = listsIn(json).length > 0 || (place && valueAt(json, place) === null);
    const isAsAssumed = status === 404 || (isSuccessStatus(status) && isUnderstood);
    if (isAsAssumed || status === 0) return;
    if ([204, 410].includes(status)) this.findings.push(sure(line, [status], `${why} so`));
    else if (isSuccessStatus(status)) this.findings.push(notFound(line, `${why} with ${status}`));
    else this.findings.push(toConfirm(line, [404, status], `${why} so, or one of another form`));
  }
}

function rankedIdsIn(line: string, resource: unknown): JsonNode[] {
  const ids = namesIn(resource).filter(({ path, value }) => isIdPath(path) && identifierOf(value) !== '0');
  return rankByName(line, ids);
}

function idsInEntry(entry: unknown): JsonNode[] {
  return isRecord(entry) ? rankedIdsIn('recordingRef.id', entry) : [{ path: '', value: entry }];
}

/** The list of ids, or of objects with an id, that is most likely the one of recordings. */
function likeliestRecordings(order: object): readonly unknown[] {
  const hasId = (each: unknown) =>
    identifierOf(each) !== undefined || rankedIdsIn('recordingRef.id', each).length > 0;
  const lists = listsIn(order, hasId).filter(
    ({ path, value }) => value.length > 0 && !isNamed('productOrder.variants', path),
  );
  return rankByName('productOrder.recordings', lists)[0]?.value ?? [];
}

function containsText(json: unknown, text: string): boolean {
  return leavesOf(json, mostRecordedDepth).some((leaf) => readsAs(leaf, text));
}

/** A number or an id of the same form that nothing has. */
function unknownLike(name: string): string {
  if (/^\d+$/.test(name)) return '9'.repeat(Math.min(name.length + 1, 15));
  return name.replace(/[a-z]/gi, 'q').replace(/\d/g, '9');
}
