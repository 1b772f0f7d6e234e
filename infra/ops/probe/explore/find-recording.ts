import { type AzumutaContract, defaultContract } from '../../../../shared/azumuta/contract.ts';
import { fitsName, ranked } from '../recognise/field-names.ts';
import { sure } from '../recognise/findings.ts';
import {
  entriesIn,
  isObject,
  type JsonNode,
  listsIn,
  locate,
  nameOf,
  reads,
} from '../recognise/json-nodes.ts';
import type { ScreenValues } from '../screen-values.ts';
import type { Ask } from './account.ts';
import { type createSearch, type IdAnswer, idsOf, questionFindings } from './find.ts';
import { recordingsOfOrder, siblings } from './guesses.ts';

/** Of one order, at most so many recordings are read. */
const maxRecordings = 5;
const maxLists = 3;

const name = 'readRecording';
const assumed = defaultContract.operations[name].path;

/** Finds a recording of an order, if possible the one that has the value that was seen. */
export function createRecordingSearch(
  ask: Ask,
  contract: AzumutaContract,
  seen: ScreenValues,
  readById: ReturnType<typeof createSearch>['readById'],
) {
  const { recorded } = seen;
  const isSought = (json: unknown) => recorded === undefined || contains(json, recorded.value);

  /**
   * @param base The collection of the product orders.
   * @param read The order as it was read by its id.
   */
  return async function findRecording(
    order: object,
    base: string,
    read: IdAnswer | undefined,
  ): Promise<IdAnswer | undefined> {
    const values = { productOrder: { id: read?.id ?? '', number: seen.number } };
    for (const [at, list] of recordingLists(order, seen).slice(0, maxLists).entries()) {
      if (read && recorded && isSought(list.value))
        return withinOrder(read, list.path, list.value.find(isSought));
      const entries = list.value.toReversed().slice(0, maxRecordings).map(idsInEntry);
      // A list with another name may have recordings as well, but is worth fewer calls.
      const isLikely = at === 0 || fitsName('productOrder.recordings', list.path);
      const ways = waysBeside(base, list.path).slice(0, isLikely ? undefined : 1);
      const found = await readById({ name, values, ids: entries[0] ?? [], ways });
      if (found) return (await readSought(found, entries)) ?? found;
    }
    return readByOrder(base, values);
  };

  /** Reads the recordings of a list in the way that has worked, until one has the value that was seen. */
  async function readSought(found: IdAnswer, entries: readonly JsonNode[][]): Promise<IdAnswer | undefined> {
    for (const ids of entries) {
      const id = nameOf(ids.find(({ path }) => path === found.field)?.value);
      if (id === undefined) continue;
      const { json } = await ask(found.question, { ...found.values, id });
      const located = locate(json, [id]);
      if (located && isSought(located.resource)) return { ...found, json, located, id };
    }
    return undefined;
  }

  /** An order that names no recordings may have a list of them, which is known by the value that was seen. */
  async function readByOrder(base: string, values: IdAnswer['values']): Promise<IdAnswer | undefined> {
    if (!recorded) return undefined;
    const own = contract.operations[name];
    for (const question of own.path === assumed ? recordingsOfOrder(base) : [own]) {
      const { json } = await ask(question, values);
      const resource = identified(json, entriesIn(json).find(isSought));
      const findings = questionFindings(name, question, 'it answers what was recorded');
      if (resource) return { name, question, values, json, findings, ...resource };
    }
    return undefined;
  }
}

/** Questions that may be answered with a recording whose id is in this field of an order. */
function waysBeside(base: string, field: string) {
  const collections = siblings(base, field);
  const [first = ''] = collections;
  return [
    ...collections.map((path) => `${path}/{id}`),
    `${base}/{productOrder.id}${first.slice(first.lastIndexOf('/'))}`,
    assumed,
  ].map((path) => ({ path, tries: 2 }));
}

function idsInEntry(entry: unknown): JsonNode[] {
  return isObject(entry) ? idsOf('recordingRef.id', entry) : [{ path: '', value: entry }];
}

/** Where an answer has the entry of a list, by the id of that. */
function identified(json: unknown, entry: unknown) {
  const [node] = entry === undefined ? [] : idsInEntry(entry);
  const id = nameOf(node?.value);
  const located = id === undefined ? undefined : locate(json, [id]);
  return id === undefined || !located || !node ? undefined : { id, located, field: node.path };
}

/** Recordings may be in the product order as a whole: then it is read once more for each of them. */
function withinOrder(read: IdAnswer, at: string, entry: unknown): IdAnswer | undefined {
  const resource = identified(read.json, entry);
  const path = read.question.path.replace('{id}', '{productOrder.id}');
  const why = `recordings are in the product order, at ${at}`;
  const values = { productOrder: { id: read.id } };
  const findings = [sure(`operations.${name}.path`, path, why)];
  return resource && { name, question: { path }, values, json: read.json, findings, ...resource };
}

/** Lists of ids, or of objects with an id, that may be recordings: not those of the parameter and the variant that were seen. */
function recordingLists(order: object, { parameter, variant }: ScreenValues) {
  const others = [parameter?.name, variant].filter((each) => each !== undefined);
  const lists = listsIn(order).filter(
    ({ path, value }) =>
      value.length > 0 &&
      value.every((each) => nameOf(each) !== undefined || idsOf('recordingRef.id', each).length > 0) &&
      !others.some((each) => contains(value, each)) &&
      !fitsName('productOrder.variants', path),
  );
  return ranked('productOrder.recordings', lists);
}

/** Deeper than anything that an operator records. */
const maxDepth = 12;

/** Whether a person reads this text anywhere in an answer, lists included. */
function contains(json: unknown, text: string, depth = 0): boolean {
  if (reads(json, text)) return true;
  if (json === null || typeof json !== 'object' || depth >= maxDepth) return false;
  return Object.values(json).some((each) => contains(each, text, depth + 1));
}
