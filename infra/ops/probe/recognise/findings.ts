import { isRecord } from '../../../../shared/platform/json.ts';
import { isIdPath, isNamed, rankByName } from './field-names.ts';
import {
  identifierOf,
  type JsonNode,
  type Located,
  namesIn,
  nodesReadingAs,
  type PlacedList,
  valuesIn,
  wordsIn,
} from './json-nodes.ts';

export interface FieldFinding {
  /** `productOrder.number`. */
  readonly line: string;
  /** What the contract gets there; undefined leaves it unchanged. */
  readonly set?: unknown;
  readonly certainty: 'sure' | 'to confirm' | 'not found';
  /** Names and places, never a value. */
  readonly why: string;
  /** The value that was found there, shown with `--values` only. */
  readonly shown?: unknown;
  /** The configuration has it already: nobody needs to write it. */
  readonly isOwn?: true;
}

const findingOf =
  (certainty: FieldFinding['certainty']) =>
  (line: string, set: unknown, why: string): FieldFinding => ({ line, set, certainty, why });
export const sure = findingOf('sure');
export const toConfirm = findingOf('to confirm');

export const notFound = (line: string, why: string): FieldFinding => ({ line, certainty: 'not found', why });

export const notSeen = (...lines: readonly string[]) =>
  lines.map((line) => notFound(line, 'its value was not seen'));

/** A list or a map, and the fields within, which are at most as sure as that is. */
export function asSureAsContainer(container: FieldFinding, fields: readonly FieldFinding[]): FieldFinding[] {
  if (container.certainty === 'sure') return [...fields];
  const why = `it is in ${container.line}, which is to confirm`;
  return fields.map((field) =>
    field.certainty === 'sure' ? { ...field, certainty: 'to confirm', why } : field,
  );
}

const joinNodePaths = (nodes: readonly JsonNode[]) =>
  nodes.map(({ path }) => path || 'the answer itself').join(', ');

const seenThere = 'has the value that was seen';

/**
 * The place of a field, by its value. It is sure only where a single place reads as what was seen, in any writing, and
 * the whole path is a name of the field.
 * @param nodes Those that have the value.
 * @param proof Why a node with this value is the right one, to follow "it".
 * @param alike Those that a person may take for it: the nodes, and perhaps others.
 */
export function findFieldByValue(
  line: string,
  nodes: readonly JsonNode[],
  proof = seenThere,
  alike: readonly JsonNode[] = nodes,
): FieldFinding {
  const [best] = rankByName(line, nodes);
  if (!best) return notFound(line, 'nothing has the value that was seen');
  const { path, value: shown } = best;
  const more = alike.filter((each) => each.path !== path);
  if (more.length > 0)
    return {
      ...toConfirm(line, path, `it ${proof}, and so does ${joinNodePaths(rankByName(line, more))}`),
      shown,
    };
  if (isNamed(line, path)) return { ...sure(line, path, `it alone ${proof}`), shown };
  return { ...toConfirm(line, path, `it alone ${proof}, but under its own name`), shown };
}

/** The place of a field by its name alone, which is never sure. */
export function findFieldByName(
  line: string,
  nodes: readonly JsonNode[],
  missing = 'no field has such a name',
): FieldFinding {
  const [best, ...more] = rankByName(line, nodes).filter(({ path }) => isNamed(line, path));
  if (!best) return notFound(line, missing);
  const like = more.length > 0 ? `; such a name fits ${joinNodePaths(more)}, too` : '';
  return { ...toConfirm(line, best.path, `by its name${like}`), shown: best.value };
}

/** The place of a resource that was asked for, or of the list that has it. */
export function findResourcePlace(line: string, { place, places, own }: Located): FieldFinding {
  const isOwn = own !== undefined;
  if (isOwn)
    return { ...sure(line, own, 'the configuration says so, and it has what was looked for'), isOwn };
  const here = places.filter(({ path }) => path === place);
  const { shown: _, ...found } = findFieldByValue(line, here, 'has what was looked for', places);
  return found;
}

export function findListField(
  line: string,
  lists: readonly PlacedList[],
  isMeant: (entry: unknown) => boolean,
  proof: string,
): [FieldFinding, object?] {
  const having = lists.filter(({ value }) => value.some(isMeant));
  const found = findFieldByValue(line, having, proof);
  const best = having.find(({ path }) => path === found.set);
  if (best === undefined) return [found];
  const placed = { ...found, set: best.place };
  const entry = best.value.find(isMeant);
  return isRecord(entry) ? [placed, entry] : [placed];
}

/** The place of a number, to the letter (`007` is not 7, but looks like it). */
export function findNumberField(line: string, resource: object, number: string | undefined): FieldFinding {
  const names = namesIn(resource);
  if (number === undefined) return notFound(line, 'its value was not seen');
  const alike = nodesReadingAs(names, number);
  const same = alike.filter(({ value }) => identifierOf(value) === number);
  return findFieldByValue(line, same, seenThere, alike);
}

export function findFieldByWords(line: string, resource: object, text: string): FieldFinding {
  return findFieldByValue(line, nodesReadingAs(wordsIn(resource), text), seenThere, valuesIn(resource, text));
}

/** Proves an id that was asked for. */
export const wasAnswered = 'was answered with what was looked for';

/** The place of an id that was asked for, and answered; of any other id by its name. */
export function findIdField(line: string, resource: object, id: string | undefined): FieldFinding {
  const names = namesIn(resource);
  const having = names.filter(({ path, value }) =>
    id === undefined ? isIdPath(path) : identifierOf(value) === id,
  );
  return id === undefined ? findFieldByName(line, having) : findFieldByValue(line, having, wasAnswered);
}

/** The address of a page, by its name. */
export function findPageUrlField(line: string, resource: object): FieldFinding {
  return findFieldByName(
    line,
    wordsIn(resource).filter(({ value }) => /^https?:/i.test(String(value))),
  );
}
