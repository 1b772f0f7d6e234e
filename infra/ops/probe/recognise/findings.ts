import { untold } from '../../../../shared/azumuta/field-readers.ts';
import { instantForm } from '../../../../shared/azumuta/value-forms.ts';
import type { ProvedId } from './answers.ts';
import { fitsName, misleading, ranked } from './field-names.ts';
import { isId, isScalar, type JsonNode, lastOf, named, namesIn, reads, scalarsIn } from './json-nodes.ts';

type Certainty = 'sure' | 'to confirm' | 'not found';

/** What was found out about one line of the contract. */
export interface Finding {
  /** `productOrder.number`. */
  readonly line: string;
  /** What the contract gets there; undefined leaves it as it is. */
  readonly set?: unknown;
  readonly certainty: Certainty;
  /** Names and places, never a value. */
  readonly why: string;
  /** The value that was found there, shown with `--values` only. */
  readonly shown?: unknown;
}

export function sure(line: string, set: unknown, why: string): Finding {
  return { line, set, certainty: 'sure', why };
}

export function toConfirm(line: string, set: unknown, why: string): Finding {
  return { line, set, certainty: 'to confirm', why };
}

export function notFound(line: string, why: string): Finding {
  return { line, certainty: 'not found', why };
}

/** Listing more alternatives does not help the person who decides. */
const maxOthers = 4;

function others(nodes: readonly JsonNode[]): string {
  const paths = nodes.slice(0, maxOthers).map(({ path }) => path || 'the answer itself');
  return `${paths.join(', ')}${nodes.length > maxOthers ? ', …' : ''}`;
}

/** A short text, or a yes, may be anywhere by chance. */
function isTelling(seen: string): boolean {
  return (
    seen.length >= 4 || (seen.length >= 2 && /\D/.test(seen) && !/^(yes|no|true|false|ok|nok)$/i.test(seen))
  );
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
  const isMisleading = /number|article$/i.test(line) && misleading.test(best.path.toLowerCase());
  const doubt =
    more.length > 0
      ? `, and so does ${others(more)}`
      : !fitsName(line, best.path) && !isTelling(value)
        ? ', which may be chance: the value is short'
        : isMisleading && ', but its name is that of something else';
  const found = doubt
    ? toConfirm(line, best.path, `it ${proof}${doubt}`)
    : sure(line, best.path, `it alone ${proof}`);
  return { ...found, shown: best.value };
}

const noName = 'no field has such a name';
/** Where a value that nobody gave would have been better than a name. */
export const notSeen = 'its value was not seen, and no field has such a name';

/** The place of a field by its name alone, which is never sure. */
export function byName(line: string, nodes: readonly JsonNode[], missing = noName): Finding {
  const [best, ...more] = ranked(line, nodes).filter(({ path }) => fitsName(line, path));
  if (!best) return notFound(line, missing);
  const like =
    more.length > 0 ? `; ${others(more)} ${more.length > 1 ? 'have' : 'has'} such a name, too` : '';
  return { ...toConfirm(line, best.path, `by its name${like}`), shown: best.value };
}

/** The place of a number, to the letter; of one that was not seen by its name. */
export function byNumber(line: string, resource: object, number: string | undefined): Finding {
  const names = namesIn(resource);
  return number === undefined ? byName(line, names, notSeen) : byValue(line, named(names, number), number);
}

/** The place of words that a person has read. Of several nodes, those count that have them to the letter. */
export function byWords(line: string, nodes: readonly JsonNode[], text: string): Finding {
  return byValue(line, reading(nodes, text), text);
}

export function reading(nodes: readonly JsonNode[], text: string): JsonNode[] {
  const same = nodes.filter(({ value }) => reads(value, text));
  const exact = same.filter(({ value }) => String(value) === text);
  return exact.length > 0 ? exact : same;
}

export const inAnotherAnswer = 'is in another answer, too';

export function proofOf({ wasAsked }: ProvedId): string {
  return wasAsked ? 'was answered with what was looked for' : inAnotherAnswer;
}

/** Only an id that was asked for, and answered, is sure: one value may be in two answers by chance. */
export function provedBy({ wasAsked }: ProvedId, found: Finding): Finding {
  return wasAsked || found.certainty === 'not found' ? found : { ...found, certainty: 'to confirm' };
}

/** The place of an id that answers have proved. */
export function byId(line: string, resource: object, proved: ProvedId, proof = proofOf(proved)): Finding {
  return provedBy(proved, byValue(line, named(namesIn(resource), proved.id), proved.id, proof));
}

/** The place of a resource's own id. */
export function ownId(line: string, resource: object, proved: ProvedId | undefined): Finding {
  const ids = namesIn(resource).filter(({ path }) => isId(path));
  return proved ? byId(line, resource, proved) : byName(line, ids);
}

/** @returns Milliseconds since 1970, if the value is a time that a plant may have recorded. */
export function timeOf(value: unknown): number | undefined {
  const instant = isScalar(value) && value !== '' ? instantForm.understand(value, untold()) : undefined;
  const ms = instant ? Date.parse(instant) : Number.NaN;
  return ms > Date.UTC(2005, 0) && ms < Date.UTC(2100, 0) ? ms : undefined;
}

/** Times that are over: nothing is completed in the future. */
export function pastTimesIn(resource: object, now: Date): JsonNode[] {
  return scalarsIn(resource).filter(({ value }) => (timeOf(value) ?? Infinity) <= now.getTime());
}

/** The address of a page: the one that was seen, else by its name. */
export function urlOf(line: string, resource: object, page?: string): Finding {
  const urls = scalarsIn(resource).filter(({ value }) => /^(https?:\/)?\/./i.test(String(value)));
  if (page !== undefined && urls.some(({ value }) => value === page)) return byNumber(line, resource, page);
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
  const more = [...new Set(filled.flatMap((row) => [...row]))].filter(
    (path) =>
      path !== column &&
      path.startsWith(around) &&
      fitsName(line, path) &&
      filled.every((row) => row.has(path) !== row.has(column)),
  );
  if (more.length === 0) return found;
  const why = `${found.why}; where it is empty, ${more.join(' or ')} has it`;
  return { ...toConfirm(line, [column, ...more], why), shown };
}

/** Fields within a list or a map are at most as sure as the list or the map. */
export function within(container: Finding, fields: readonly Finding[]): Finding[] {
  if (container.certainty === 'sure') return [...fields];
  const why = `it is in ${container.line}, which is to confirm`;
  return fields.map((field) =>
    field.certainty === 'sure' ? { ...field, certainty: 'to confirm', why } : field,
  );
}
