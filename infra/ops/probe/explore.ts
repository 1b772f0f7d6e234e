import { type AzumutaContract, defaultContract } from '../../../shared/azumuta/contract.ts';
import type { AzumutaOperation } from '../../../shared/azumuta/operations.ts';
import type { FindOperation } from '../../../shared/azumuta/requests.ts';
import { isRecord, leavesOf } from '../../../shared/platform/json.ts';
import { listAt, type Place, valueAt } from '../../../shared/platform/places.ts';
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
import type { FoundResource, FoundResources, IdOperation } from './recognise/found.ts';
import {
  hasLeaf,
  hasNames,
  identifierOf,
  type JsonNode,
  type Located,
  listsIn,
  locateNumber,
  locateResource,
  namesIn,
  nodesIn,
  timeOf,
  wordsIn,
} from './recognise/json-nodes.ts';
import { isByHand, valueAtOwn } from './recognise/own-lines.ts';
import { listsAtAnyPlace } from './recognise/placed-lists.ts';
import type { ScreenValues } from './screen-values.ts';

/** The only list that Azumuta documents. */
export const documentedList: AzumutaOperation = { method: 'GET', path: '/workinstructions', query: {} };

/** So many values are tried as an id. */
const mostIdsTried = 4;
/** Of one order, at most so many recordings are read. */
const mostRecordingsTried = 5;

/** As deep as an entry of a list has its number. */
const mostListDepth = 6;
const unasked = { json: undefined };

const addressAnswers404 = 'its address is answered with 404. Check azumuta.baseUrl first. If that is right';

type IdLine = 'productOrder.id' | 'recordingRef.id' | 'recording.workInstructionId';

const isSuccessStatus = (status: number) => status >= 200 && status < 300;

/** Looks for what was seen, at the addresses of the contract, and keeps what it finds out, until its `ask` throws. */
export class Explorer {
  readonly #ask: AskAccount;
  readonly #contract: AzumutaContract;
  readonly #readsAll: boolean;
  readonly #seen: ScreenValues;
  readonly resources: { -readonly [Name in keyof FoundResources]: FoundResources[Name] } = {};
  readonly #knownIds: readonly string[];
  readonly findings: FieldFinding[] = [];

  /**
   * @param readsAll Reads each recording of the order, not only the one that is recognised.
   * @param knownIds What the order is known to have as its id: it may be listed no more, or among others of its number.
   */
  constructor(
    ask: AskAccount,
    contract: AzumutaContract,
    seen: ScreenValues,
    readsAll = false,
    knownIds: readonly string[] = [],
  ) {
    this.#readsAll = readsAll;
    this.#knownIds = knownIds;
    this.#ask = ask;
    this.#contract = contract;
    this.#seen = seen;
  }

  async follow(): Promise<void> {
    const { number, article } = this.#seen;
    const { path } = this.#contract.operations.findProductOrder;
    // The only path that Azumuta documents, unless the configuration has its own paths.
    if (path === defaultContract.operations.findProductOrder.path) await this.#ask(documentedList, {});
    const entry = await this.#find('findProductOrder', number);
    const order = await this.#readOrder(entry, number);
    const found = order ?? entry;
    const orderValues = { productOrder: { id: order?.id ?? '', number } };
    const recording = found && (await this.#readRecording(found.resource, orderValues));
    if (recording)
      await this.#read(
        'readWorkInstruction',
        this.#idsIn('recording.workInstructionId', recording.resource),
        { version: this.#versionIn(recording.resource) },
      );
    if (article !== undefined) await this.#find('findArticle', article);
    for (const name of ['readProductOrder', 'readRecording', 'readWorkInstruction'] as const)
      await this.#findAbsence(name, orderValues);
  }

  /** By its ids in the list, else by those that it is known to have. */
  async #readOrder(entry: FoundResource | undefined, number: string): Promise<FoundResource | undefined> {
    const listed = entry
      ? [...this.#idsIn('productOrder.id', entry.resource), { path: '', value: number }]
      : [];
    const known = this.#knownIds.map((value) => ({ path: '', value }));
    return this.#read('readProductOrder', entry ? listed : known, {}, number);
  }

  async #find(name: FindOperation, number: string): Promise<FoundResource | undefined> {
    const operation = this.#contract.operations[name];
    const { status, json } = await this.#ask(operation, { number });
    const located = this.#entryByContract(name, json, number) ?? locateNumber(json, number, this.#knownIds);
    const missing = `this list does not have the ${name === 'findArticle' ? 'article' : 'number'}`;
    if (!located) {
      const isOwn = isByHand(this.#contract, `operations.${name}.path`);
      return this.#miss(name, status === 404 && !isOwn ? `${addressAnswers404}, ${missing}` : missing);
    }
    const other = await this.#ask(operation, { number: unknownLike(number) });
    const isEmpty = !listsIn(other.json).some(({ value }) => value.some(isRecord));
    const isApplied = [204, 404, 410].includes(other.status) || (isSuccessStatus(other.status) && isEmpty);
    const filter = operation.body === undefined ? 'query' : 'body';
    const line = `operations.${name}.${filter}`;
    this.findings.push(
      sure(`operations.${name}.path`, operation.path, 'what was looked for is in this list'),
      isApplied
        ? await this.#findExactness(line, operation, filter, number)
        : notFound(line, 'the filter is not applied: ask Azumuta how one is found by its number'),
    );
    const fields = nodesIn(json).filter(({ value }) => value === null || identifierOf(value));
    if (name === 'findProductOrder') this.findings.push(this.#findNext(fields));
    this.resources[name] = located;
    return located;
  }

  /** Whether only the whole number finds it: a search by its beginning lists others of it, too. */
  async #findExactness(
    line: string,
    operation: AzumutaOperation,
    filter: 'query' | 'body',
    number: string,
  ): Promise<FieldFinding> {
    const start = number.slice(0, -1);
    const { json } = start === '' ? unasked : await this.#ask(operation, { number: start });
    const isFound = leavesOf(json, mostListDepth).some((leaf) => identifierOf(leaf) === number);
    if (isFound)
      return notFound(line, 'the beginning of a number finds it, too: a list may have others of it');
    return sure(line, operation[filter], 'a number that nothing has finds nothing');
  }

  #miss(name: keyof FoundResources, missing: string): undefined {
    const line = `operations.${name}.path`;
    const own = this.#contract.operations[name].path;
    const why = isByHand(this.#contract, line)
      ? `${missing}, at ${own} as the configuration says: check that with what Azumuta says about it`
      : `${missing}: ask Azumuta for its address, and write it there`;
    this.findings.push(notFound(line, why));
  }

  /** The entry with the number, where the configuration says that both are. */
  #entryByContract(name: FindOperation, json: unknown, number: string): Located | undefined {
    const { list, article, productOrder } = this.#contract;
    const part = name === 'findArticle' ? article : productOrder;
    if (!isByHand(this.#contract, 'list.entries')) return undefined;
    const entries = [valueAtOwn(json, list.entries)].flat().filter(isRecord);
    const alike = entries.filter((entry) => identifierOf(valueAtOwn(entry, part.number)) === number);
    const resource = alike.find((entry) => this.#knownIds.some((id) => hasNames(entry, [id]))) ?? alike[0];
    return resource && { place: '', resource, places: [], own: list.entries };
  }

  #idsInEntry(entry: unknown): JsonNode[] {
    if (!isRecord(entry)) return [{ path: '', value: entry }];
    const named = this.#idsIn('recordingRef.id', entry);
    return named.length > 0 ? named : namesIn(entry);
  }

  /** What an answer has where the configuration says that the resource is. */
  #resourceByContract(name: IdOperation, json: unknown, id: string): Located | undefined {
    const { answer } = this.#contract.operations[name];
    if (!isByHand(this.#contract, `operations.${name}.answer`)) return undefined;
    const all = [valueAtOwn(json, answer)].flat().filter(isRecord);
    const resource = all.find((one) => hasNames(one, [id]));
    return resource && { place: '', resource, places: [], own: answer };
  }

  #findNext(fields: readonly JsonNode[]): FieldFinding {
    const line = 'list.next';
    const { next } = this.#contract.list;
    const isOwn = true;
    const why = 'the configuration says so; a list of one page does not show it';
    if (isByHand(this.#contract, line)) return { ...toConfirm(line, next, why), isOwn };
    return findFieldByName(line, fields);
  }

  /** What may be the id of a line: where the configuration says that it is, else by its name. */
  #idsIn(line: IdLine, resource: unknown): JsonNode[] {
    const [part, name] = line.split('.');
    const place: Place = Object(Object(this.#contract)[part ?? ''])[name ?? ''];
    const own = isByHand(this.#contract, line) ? identifierOf(valueAtOwn(resource, place)) : undefined;
    const ranked = rankedIdsIn(line, resource);
    return own === undefined ? ranked : [{ path: `${place}`, value: own }, ...ranked];
  }

  /** Reads a recording of an order, if possible the one that has the value that was seen. */
  async #readRecording(order: object, values: object): Promise<FoundResource | undefined> {
    const { recorded } = this.#seen;
    let first: FoundResource | undefined;
    let sought: FoundResource | undefined;
    const isLater = (one: FoundResource) => latestIn(one.resource) > latestIn(sought?.resource);
    const listed = await this.#recordingsListed(order, values);
    for (const entry of listed.toReversed().slice(0, mostRecordingsTried)) {
      // The others have their id where it has worked.
      const ids = this.#idsInEntry(entry).filter(({ path }) => first === undefined || path === first.field);
      const found = await this.#read('readRecording', ids, values);
      first ??= found;
      const isSought = found && (!recorded || hasLeaf(found.resource, recorded.value));
      // Of several with that value, one may have been broken off and begun again.
      if (isSought && isLater(found)) sought = found;
      if (sought && !this.#readsAll) break;
    }
    const best = sought ?? first;
    this.resources.readRecording = best;
    if (best) return best;
    return this.#miss('readRecording', 'no recording is answered there');
  }

  /** Recordings where the configuration says that they are listed, else in the list that is most likely theirs. */
  async #recordingsListed(order: object, values: object): Promise<readonly unknown[]> {
    const { operations, productOrder } = this.#contract;
    if (operations.listRecordings) return this.#recordingsOnPages(operations.listRecordings, values);
    const own = isByHand(this.#contract, 'productOrder.recordings')
      ? valueAtOwn(order, productOrder.recordings)
      : undefined;
    return Array.isArray(own) && own.length > 0 ? own : likeliestRecordings(order);
  }

  /** Of a list of their own, as many pages as recordings are read at most. */
  async #recordingsOnPages(operation: AzumutaOperation, values: object): Promise<readonly unknown[]> {
    const { cursor } = this.#contract.list;
    const list = this.#placesOfList();
    const all: unknown[] = [];
    let asked: { readonly operation: AzumutaOperation; readonly values: object } = { operation, values };
    for (let page = 0; page < mostRecordingsTried; page++) {
      const { json } = await this.#ask(asked.operation, asked.values);
      all.push(...listAt(json, list.entries));
      const next = identifierOf(valueAtOwn(json, list.next));
      if (next === undefined) break;
      const takesCursor = JSON.stringify([operation.query, operation.body]).includes('{cursor}');
      const isLink = /^https?:/i.test(next);
      const query = isLink ? {} : { ...operation.query, [cursor]: next };
      const following = { ...operation, path: isLink ? next : operation.path, query };
      asked = takesCursor
        ? { operation, values: { ...values, cursor: next } }
        : { operation: following, values };
    }
    return all;
  }

  /** As the configuration says, else as they were recognised in the list that had the order. */
  #placesOfList(): { readonly entries: Place; readonly next: Place } {
    const { list } = this.#contract;
    const found = this.resources.findProductOrder?.place;
    const next = this.findings.find(({ line }) => line === 'list.next')?.set;
    return {
      entries: isByHand(this.#contract, 'list.entries') ? list.entries : (found ?? list.entries),
      next: isByHand(this.#contract, 'list.next') || typeof next !== 'string' ? list.next : next,
    };
  }

  /** Of the work instruction that was followed: where the contract says, else by its name. */
  #versionIn(recording: object): unknown {
    const own = valueAtOwn(recording, this.#contract.recording.workInstructionVersion);
    return own ?? findFieldByName('recording.workInstructionVersion', wordsIn(recording)).shown;
  }

  /** By the first value that proves to be its id. @param number What it has at least, if it does not show its id. */
  async #read(name: IdOperation, ids: readonly JsonNode[], values = {}, number?: string) {
    const operation = this.#contract.operations[name];
    for (const { path: field, value } of ids.slice(0, mostIdsTried)) {
      const id = identifierOf(value) ?? '';
      const { json } = await this.#ask(operation, { ...values, id });
      // An envelope may have the number only, a product order has its id, too.
      const located =
        this.#resourceByContract(name, json, id) ??
        locateResource(json, number === undefined ? [id] : [number, id]) ??
        (number && locateResource(json, [number]));
      if (!located) continue;
      if (!this.resources[name]) {
        const why = 'an id was answered with the resource that has it';
        this.findings.push(sure(`operations.${name}.path`, operation.path, why));
        const isElsewhere = located.own !== undefined || located.place !== '';
        if (isElsewhere) this.findings.push(findResourcePlace(`operations.${name}.answer`, located));
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
    const { status, json, isPage } = await this.#ask(this.#contract.operations[name], unknown);
    const line = `operations.${name}.none`;
    const why = 'an id that does not exist is answered';
    // The flows understand null there, and a list in which the id is missing.
    const isUnderstood = listsIn(json).length > 0 || (place && valueAt(json, place) === null);
    if (this.#contract.operations[name].none?.includes(status)) return;
    const needsLine = status === 404 && isPage;
    if (needsLine)
      this.findings.push(sure(line, [404], `${why} with a page, which only this line makes believable`));
    const isAsAssumed = status === 404 || (isSuccessStatus(status) && isUnderstood);
    if (isAsAssumed || status === 0) return;
    if ([204, 410].includes(status)) this.findings.push(sure(line, [status], `${why} so`));
    else if (isSuccessStatus(status)) this.findings.push(notFound(line, `${why} with ${status}`));
    else this.findings.push(toConfirm(line, [404, status], `${why} so, or one of another form`));
  }
}

/** The latest time in it; 0 where it has none, and less where there is nothing. */
function latestIn(resource: object | undefined): number {
  return Math.max(...(resource ? wordsIn(resource).map(({ value }) => timeOf(value) ?? 0) : [-1]));
}

/** What may be an id, the likelier ones first. */
export function rankedIdsIn(line: string, resource: unknown): JsonNode[] {
  const ids = namesIn(resource).filter(({ path, value }) => isIdPath(path) && identifierOf(value) !== '0');
  return rankByName(line, ids);
}

/** The list of ids, or of objects with an id, that is most likely the one of recordings. */
function likeliestRecordings(order: object): readonly unknown[] {
  const hasId = (each: unknown) =>
    identifierOf(each) !== undefined || rankedIdsIn('recordingRef.id', each).length > 0;
  const lists = listsAtAnyPlace(order).filter(
    ({ name, value }) => value.length > 0 && value.every(hasId) && !isNamed('productOrder.variants', name),
  );
  const byName = lists.map(({ name: path, value }) => ({ path, value }));
  return rankByName('productOrder.recordings', byName)[0]?.value ?? [];
}

/** A number or an id of the same form that nothing has. */
function unknownLike(name: string): string {
  if (/^\d+$/.test(name)) return '9'.repeat(Math.min(name.length + 1, 15));
  return name.replace(/[a-z]/gi, 'q').replace(/\d/g, '9');
}
