import { isRecord } from '../../../../shared/platform/json.ts';
import { fitsName, ranked } from '../recognise/field-names.ts';
import { type JsonNode, listsIn, locate } from '../recognise/json-nodes.ts';
import { nameOf, reads } from '../recognise/values.ts';
import type { ScreenValues } from '../screen-values.ts';
import { type IdAnswer, idsOf, readById, type Search } from './find.ts';

/** Of one order, at most so many recordings are read. */
const maxRecordings = 5;
const maxLists = 3;

/**
 * Finds a recording of an order, if possible the one that has the value that was seen.
 * @param read The order as it was read by its id.
 */
export async function findRecording(search: Search, order: object, read?: IdAnswer) {
  const { seen } = search;
  const values = { productOrder: { id: read?.id ?? '', number: seen.number } };
  for (const list of recordingLists(order, seen).slice(0, maxLists)) {
    const entries = list.value.toReversed().slice(0, maxRecordings).map(idsInEntry);
    const found = await readById(search, { name: 'readRecording', values, ids: entries[0] ?? [] });
    if (found) return (await readSought(search, found, entries)) ?? found;
  }
  return undefined;
}

/** Reads the recordings of a list by the field that has worked, until one has the value that was seen. */
async function readSought({ ask, seen }: Search, found: IdAnswer, entries: readonly JsonNode[][]) {
  for (const ids of entries) {
    const id = nameOf(ids.find(({ path }) => path === found.field)?.value);
    if (id === undefined) continue;
    const { json } = await ask(found.question, { ...found.values, id });
    const located = locate(json, [id]);
    const isSought = seen.recorded === undefined || contains(located?.resource, seen.recorded.value);
    if (located && isSought) return { ...found, json, located, id };
  }
  return undefined;
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
