import type { ProvedId } from './answers.ts';
import { fitsName, isId, lastOf, misleading, ranked } from './field-names.ts';
import { type Finding, notFound, notSeen, sure, toConfirm } from './findings.ts';
import { type JsonNode, named, namesIn, scalarsIn, wordsIn } from './json-nodes.ts';
import { isScalar, nameOf, reads } from './values.ts';

/** Listing more alternatives does not help the person who decides. */
const maxOthers = 4;

function others(nodes: readonly JsonNode[]): string {
  const paths = nodes.slice(0, maxOthers).map(({ path }) => path || 'the answer itself');
  return `${paths.join(', ')}${nodes.length > maxOthers ? ', …' : ''}`;
}

/** A short text, or a yes, may be anywhere by chance. */
function isTelling(seen: string): boolean {
  if (seen.length >= 4) return true;
  return seen.length >= 2 && /\D/.test(seen) && !/^(yes|no|true|false|ok|nok)$/i.test(seen);
}

const seenThere = 'has the value that was seen';

/**
 * The place of a field, by its value. It is sure only where a single node has the value and chance is unlikely.
 * @param nodes Those that have the value.
 * @param proof Why a node with this value is the right one, to follow "it".
 */
export function byValue(line: string, nodes: readonly JsonNode[], value: string, proof = seenThere): Finding {
  const [best, ...more] = ranked(line, nodes);
  if (!best) return notFound(line, 'nothing has the value that was seen');
  const { path, value: shown } = best;
  const isMisleading = /number|article$/i.test(line) && misleading.test(path.toLowerCase());
  let doubt = isMisleading ? ', but its name is that of something else' : undefined;
  if (!fitsName(line, path) && !isTelling(value)) doubt = ', which may be chance: the value is short';
  if (more.length > 0) doubt = `, and so does ${others(more)}`;
  if (doubt === undefined) return { ...sure(line, path, `it alone ${proof}`), shown };
  return { ...toConfirm(line, path, `it ${proof}${doubt}`), shown };
}

const noName = 'no field has such a name';

/** The place of a field by its name alone, which is never sure. */
export function byName(line: string, nodes: readonly JsonNode[], missing = noName): Finding {
  const [best, ...more] = ranked(line, nodes).filter(({ path }) => fitsName(line, path));
  if (!best) return notFound(line, missing);
  const have = more.length > 1 ? 'have' : 'has';
  const like = more.length > 0 ? `; ${others(more)} ${have} such a name, too` : '';
  return { ...toConfirm(line, best.path, `by its name${like}`), shown: best.value };
}

/** The place of a number, to the letter; of one that was not seen by its name. */
export function byNumber(line: string, resource: object, number: string | undefined): Finding {
  const names = namesIn(resource);
  return number === undefined ? byName(line, names, notSeen) : byValue(line, named(names, number), number);
}

/** The place of words that a person has read. */
export function byWords(line: string, resource: object, text: string): Finding {
  return byValue(line, reading(wordsIn(resource), text), text);
}

/** Nodes that a person reads as this text; if some have it to the letter, those. */
export function reading(nodes: readonly JsonNode[], text: string): JsonNode[] {
  const same = nodes.filter(({ value }) => reads(value, text));
  const exact = same.filter(({ value }) => String(value) === text);
  return exact.length > 0 ? exact : same;
}

/**
 * The place of an id that answers have proved. Only one that was asked for, and answered, is sure: one value may be in
 * two answers by chance.
 * @param nodes Names, or lists that have it.
 * @param told How the proof is told.
 */
export function byId(line: string, nodes: JsonNode[], proved: ProvedId, told = (proof: string) => proof) {
  const { id, wasAsked } = proved;
  const proof = wasAsked ? 'was answered with what was looked for' : 'is in another answer, too';
  const having = nodes.filter(({ value }) => Array.isArray(value) || nameOf(value) === id);
  const found = byValue(line, having, id, told(proof));
  return wasAsked || found.certainty !== 'sure' ? found : { ...found, certainty: 'to confirm' as const };
}

/** The place of a resource's own id. */
export function ownId(line: string, resource: object, proved: ProvedId | undefined): Finding {
  const names = namesIn(resource);
  const ids = names.filter(({ path }) => isId(path));
  return proved ? byId(line, names, proved) : byName(line, ids);
}

/** The address of a page: the one that was seen, else by its name. */
export function urlOf(line: string, resource: object, page?: string): Finding {
  const urls = scalarsIn(resource).filter(({ value }) => /^(https?:\/)?\/./i.test(String(value)));
  if (urls.some(({ value }) => value === page)) return byNumber(line, resource, page);
  // A path without a host is mostly one of the API.
  const whole = urls.filter(({ value }) => /^https?:/i.test(String(value)));
  return byName(line, whole.length > 0 ? whole : urls);
}

/** Values may have a column for each type, of which one is filled. Then all columns are places of the value. */
export function withColumns(found: Finding, rows: readonly unknown[]): Finding {
  const { set: column, line, shown } = found;
  if (typeof column !== 'string' || !isScalar(shown)) return found;
  const filled = rows.map((row) => new Set(scalarsIn(row).map(({ path }) => path)));
  const around = column.slice(0, column.length - lastOf(column).length);
  const isOther = (path: string) => filled.every((row) => row.has(path) !== row.has(column));
  const more = [...new Set(filled.flatMap((row) => [...row]))].filter(
    (path) => path !== column && path.startsWith(around) && fitsName(line, path) && isOther(path),
  );
  if (more.length === 0) return found;
  const why = `${found.why}; where it is empty, ${more.join(' or ')} has it`;
  return { ...toConfirm(line, [column, ...more], why), shown };
}
