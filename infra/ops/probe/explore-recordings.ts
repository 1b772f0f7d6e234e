import { type AzumutaContract, defaultContract } from '../../../shared/azumuta/contract.ts';
import type { Ask } from './account.ts';
import { rankOf, waysOfOrder } from './candidates.ts';
import { besides, idsOf, type ReadById, readById, saidOf, type Way } from './explore-ids.ts';
import { ranked } from './findings.ts';
import type { Seen } from './seen.ts';
import { entriesIn, isObject, listsIn, locate, nameOf, reads, type Spot } from './spots.ts';

interface Surroundings {
  readonly ask: Ask;
  readonly contract: AzumutaContract;
  readonly seen: Seen;
}

/** More recordings of one order than these are not read. */
const maxRecordings = 5;

/** One that has what was recorded, if it is among the last few. */
export async function readRecording(
  { ask, contract, seen }: Surroundings,
  order: object,
  base: string,
  read: ReadById | undefined,
): Promise<ReadById | undefined> {
  const values = { productOrder: { id: read?.id ?? '', number: seen.number } };
  const isSought = (json: unknown) => seen.recorded === undefined || tells(json, seen.recorded.value);
  for (const [at, list] of recordingLists(order, seen).slice(0, 3).entries()) {
    const entries = list.value.toReversed().slice(0, maxRecordings).map(idsInEntry);
    if (read && seen.recorded && isSought(list.value))
      return nestedIn(read, list.path, list.value.find(isSought));
    const beside = besides(base, list.path);
    const [collection = ''] = beside;
    const ways = [
      ...beside.map((path) => ({ path: `${path}/{id}` })),
      { path: `${base}/{productOrder.id}${collection.slice(collection.lastIndexOf('/'))}` },
      { path: defaultContract.operations.readRecording.path },
    ].map((way) => ({ ...way, tries: 2 }));
    const isNamed = rankOf('productOrder.recordings', list.path) < Number.POSITIVE_INFINITY;
    const found = await readById({
      ask,
      contract,
      name: 'readRecording',
      values,
      ids: entries[0] ?? [],
      // What is not called like recordings may be them all the same.
      ways: isNamed || at === 0 ? ways : ways.slice(0, 1),
    });
    if (!found) continue;
    for (const ids of entries) {
      const id = nameOf(ids.find(({ path }) => path === found.field)?.value);
      if (id === undefined) continue;
      const { json } = await ask(found.operation, { ...values, id });
      const located = locate(json, [id]);
      if (located && isSought(located.resource)) return { ...found, json, located, id };
    }
    return found;
  }
  const { readRecording: own } = contract.operations;
  const isOwn = own.path !== defaultContract.operations.readRecording.path;
  return readByOrder({ ask, seen }, isOwn ? [own] : waysOfOrder(base), values);
}

/** An order that names no recordings may have a list of its own, which is known by what was recorded. */
async function readByOrder(
  { ask, seen }: Pick<Surroundings, 'ask' | 'seen'>,
  ways: readonly Way[],
  values: Readonly<Record<string, unknown>>,
): Promise<ReadById | undefined> {
  const { recorded } = seen;
  if (!recorded) return undefined;
  for (const operation of ways) {
    const { json } = await ask(operation, { ...values });
    const entry = entriesIn(json).find((each) => tells(each, recorded.value));
    const [spot] = entry ? idsInEntry(entry) : [];
    const id = nameOf(spot?.value);
    const located = id === undefined ? undefined : locate(json, [id]);
    if (id === undefined || !located || !spot) continue;
    const findings = saidOf('readRecording', operation, 'it answers what was recorded');
    return { name: 'readRecording', id, json, located, operation, values, field: spot.path, findings };
  }
  return undefined;
}

function idsInEntry(entry: unknown): Spot[] {
  return isObject(entry) ? idsOf('recordingRef.id', entry) : [{ path: '', value: entry, inMap: false }];
}

/** Recordings may stand in the product order as a whole: then it is read once more for each of them. */
function nestedIn(read: ReadById, at: string, entry: unknown): ReadById | undefined {
  const [spot] = idsInEntry(entry);
  const id = nameOf(spot?.value);
  const located = id === undefined ? undefined : locate(read.json, [id]);
  if (id === undefined || !located || !spot) return undefined;
  const path = read.operation.path.replace('{id}', '{productOrder.id}');
  const why = `recordings stand in the product order, at ${at}`;
  return {
    ...{ name: 'readRecording', id, json: read.json, located, operation: { path }, field: spot.path },
    values: { productOrder: { id: read.id } },
    findings: [{ line: 'operations.readRecording.path', set: path, certainty: 'sure', why }],
  };
}

/** Lists that may name recordings: of ids, or of what has some, but for those of the parameter and the variant that were seen. */
function recordingLists(order: object, { parameter, variant }: Seen) {
  const others = [parameter?.name, variant].filter((each) => each !== undefined);
  const lists = listsIn(order).filter(
    ({ path, value }) =>
      value.length > 0 &&
      value.every((each) => nameOf(each) !== undefined || idsOf('recordingRef.id', each).length > 0) &&
      !others.some((each) => tells(value, each)) &&
      rankOf('productOrder.variants', path) === Number.POSITIVE_INFINITY,
  );
  return ranked('productOrder.recordings', lists);
}

/** Deeper than anything that an operator records. */
const maxDepth = 12;

/** Whether something reads so anywhere in an answer, lists included. */
function tells(json: unknown, text: string, depth = 0): boolean {
  if (reads(json, text)) return true;
  if (json === null || typeof json !== 'object' || depth >= maxDepth) return false;
  return Object.values(json).some((each) => tells(each, text, depth + 1));
}
