import { defaultContract } from '../../../../shared/azumuta/contract.ts';
import { isRecord } from '../../../../shared/platform/json.ts';
import { fitsName, ranked } from '../recognise/field-names.ts';
import { entriesIn, type JsonList, type JsonNode, listsIn, locate } from '../recognise/json-nodes.ts';
import { nameOf, reads } from '../recognise/values.ts';
import type { ScreenValues } from '../screen-values.ts';
import { type IdAnswer, idsOf, questionFindings, readById, type Search } from './find.ts';
import { recordingsOfOrder, siblings } from './guesses.ts';

/** Of one order, at most so many recordings are read. */
const maxRecordings = 5;
const maxLists = 3;

const name = 'readRecording' as const;
const assumed = defaultContract.operations[name].path;

/**
 * Finds a recording of an order, if possible the one that has the value that was seen.
 * @param base The collection of the product orders.
 * @param read The order as it was read by its id.
 */
export async function findRecording(search: Search, order: object, base: string, read?: IdAnswer) {
  const { seen } = search;
  const values = { productOrder: { id: read?.id ?? '', number: seen.number } };
  for (const [at, list] of recordingLists(order, seen).slice(0, maxLists).entries()) {
    if (read && seen.recorded && isSought(list.value, seen)) return withinOrder(read, list, seen);
    const entries = list.value.toReversed().slice(0, maxRecordings).map(idsInEntry);
    // A list with another name may have recordings as well, but is worth fewer calls.
    const isLikely = at === 0 || fitsName('productOrder.recordings', list.path);
    const ways = waysBeside(base, list.path).slice(0, isLikely ? undefined : 1);
    const found = await readById(search, { name, values, ids: entries[0] ?? [], ways });
    if (found) return (await readSought(search, found, entries)) ?? found;
  }
  return readByOrder(search, base, values);
}

function isSought(json: unknown, { recorded }: ScreenValues): boolean {
  return recorded === undefined || contains(json, recorded.value);
}

/** Reads the recordings of a list in the way that has worked, until one has the value that was seen. */
async function readSought({ ask, seen }: Search, found: IdAnswer, entries: readonly JsonNode[][]) {
  for (const ids of entries) {
    const id = nameOf(ids.find(({ path }) => path === found.field)?.value);
    if (id === undefined) continue;
    const { json } = await ask(found.question, { ...found.values, id });
    const located = locate(json, [id]);
    if (located && isSought(located.resource, seen)) return { ...found, json, located, id };
  }
  return undefined;
}

/** An order that names no recordings may have a list of them, which is known by the value that was seen. */
async function readByOrder({ ask, contract, seen }: Search, base: string, values: IdAnswer['values']) {
  if (!seen.recorded) return undefined;
  const own = contract.operations[name];
  for (const question of own.path === assumed ? recordingsOfOrder(base) : [own]) {
    const { json } = await ask(question, values);
    const recording = soughtIn(json, entriesIn(json), seen);
    const findings = questionFindings(name, question, 'it answers what was recorded');
    if (recording) return { name, question, values, json, findings, ...recording };
  }
  return undefined;
}

/** Recordings may be in the product order as a whole: then it is read once more for each of them. */
function withinOrder({ question, json, id }: IdAnswer, list: JsonList, seen: ScreenValues) {
  const recording = soughtIn(json, list.value, seen);
  const path = question.path.replace('{id}', '{productOrder.id}');
  const values = { productOrder: { id } };
  const findings = questionFindings(name, { path }, `recordings are in the product order, at ${list.path}`);
  return recording && { name, question: { path }, values, json, findings, ...recording };
}

/** Where an answer has the entry with the value that was seen, by the id of that. */
function soughtIn(json: unknown, entries: readonly unknown[], seen: ScreenValues) {
  const entry = entries.find((each) => isSought(each, seen));
  const [node] = entry === undefined ? [] : idsInEntry(entry);
  const id = nameOf(node?.value);
  const located = id === undefined ? undefined : locate(json, [id]);
  return id === undefined || !located || !node ? undefined : { id, located, field: node.path };
}

/** Questions that may be answered with a recording whose id is in this field of an order. */
function waysBeside(base: string, field: string) {
  const collections = siblings(base, field);
  const [first = ''] = collections;
  const ofOrder = `${base}/{productOrder.id}${first.slice(first.lastIndexOf('/'))}`;
  const paths = [...collections.map((path) => `${path}/{id}`), ofOrder, assumed];
  return paths.map((path) => ({ path, tries: 2 }));
}

function idsInEntry(entry: unknown): JsonNode[] {
  return isRecord(entry) ? idsOf('recordingRef.id', entry) : [{ path: '', value: entry }];
}

/** Lists of ids, or of objects with an id, that may be recordings: not those of the parameter and the variant that were seen. */
function recordingLists(order: object, { parameter, variant }: ScreenValues) {
  const others = [parameter?.name, variant].filter((each) => each !== undefined);
  const hasId = (each: unknown) => nameOf(each) !== undefined || idsOf('recordingRef.id', each).length > 0;
  const lists = listsIn(order, hasId)
    .filter(({ value }) => value.length > 0 && !others.some((each) => contains(value, each)))
    .filter(({ path }) => !fitsName('productOrder.variants', path));
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
