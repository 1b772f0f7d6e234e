import { misleading, rankOf } from './candidates.ts';
import { reads, type Spot } from './spots.ts';

export type Certainty = 'sure' | 'to confirm' | 'not found';

/** What was found out about one line of the contract. */
export interface Finding {
  /** `productOrder.number`. */
  readonly line: string;
  /** What the contract gets there; undefined leaves it as it is. */
  readonly set?: unknown;
  /** How that is written in TypeScript, if it is a function. */
  readonly source?: string;
  readonly certainty: Certainty;
  /** Names and places, never a value. */
  readonly why: string;
  /** The value that stands there, for who asks for values. */
  readonly shown?: unknown;
}

export function notFound(line: string, why: string): Finding {
  return { line, certainty: 'not found', why };
}

/** Those that are likelier first: by their names, then the less nested. */
export function ranked<S extends Spot>(line: string, spots: readonly S[]): S[] {
  const rankings = spots.map((spot, at) => ({
    spot,
    order: [rankOf(line, spot.path), spot.path.split('.').length, at],
  }));
  rankings.sort((a, b) => {
    const differing = a.order.findIndex((each, at) => each !== b.order[at]);
    return differing < 0 ? 0 : Number(a.order[differing]) > Number(b.order[differing]) ? 1 : -1;
  });
  return rankings.map(({ spot }) => spot);
}

/** More others than these do not help who decides. */
const maxOthers = 4;

function others(spots: readonly Spot[]): string {
  const paths = spots.slice(0, maxOthers).map(({ path }) => path || 'the answer itself');
  return `${paths.join(', ')}${spots.length > maxOthers ? ', …' : ''}`;
}

/** So short a text, or a yes, may stand anywhere by chance. */
export function isTelling(seen: string): boolean {
  return (
    seen.length >= 4 || (seen.length >= 2 && /\D/.test(seen) && !/^(yes|no|true|false|ok|nok)$/i.test(seen))
  );
}

/**
 * Where something stands that has the value that was seen, or that an answer proved.
 * @param proof Why a place with this value is the right one, to follow "it".
 */
export function byValue(line: string, spots: readonly Spot[], value: string, proof: string): Finding {
  const [best, ...more] = ranked(line, spots);
  if (!best) return notFound(line, 'nothing has the value that was seen');
  const found = { line, set: best.path, shown: best.value };
  if (more.length > 0)
    return { ...found, certainty: 'to confirm', why: `it ${proof}, and so does ${others(more)}` };
  const isNamed = rankOf(line, best.path) < Number.POSITIVE_INFINITY;
  if (!isNamed && !isTelling(value))
    return { ...found, certainty: 'to confirm', why: `it ${proof}, which may be chance: the value is short` };
  if (/number|article$/i.test(line) && misleading.test(best.path.toLowerCase()))
    return { ...found, certainty: 'to confirm', why: `it ${proof}, but its name is that of something else` };
  return { ...found, certainty: 'sure', why: `it alone ${proof}` };
}

export const seenThere = 'has the value that was seen';

/** Spots of which a person would read the value that was seen. */
export function reading(spots: readonly Spot[], seen: string): Spot[] {
  const same = spots.filter(({ value }) => reads(value, seen));
  const exact = same.filter(({ value }) => String(value) === seen);
  return exact.length > 0 ? exact : same;
}

/** Where something stands by its name alone, which is never sure. */
export function byName(line: string, spots: readonly Spot[], missing: string): Finding {
  const named = ranked(line, spots).filter(({ path }) => rankOf(line, path) < Number.POSITIVE_INFINITY);
  const [best, ...more] = named;
  if (!best) return notFound(line, missing);
  const like =
    more.length > 0 ? `; ${others(more)} ${more.length > 1 ? 'have' : 'has'} such a name, too` : '';
  return { line, set: best.path, shown: best.value, certainty: 'to confirm', why: `by its name${like}` };
}

/** What is in a list or a map is as sure as that itself, at most. */
export function within(container: Finding, fields: readonly Finding[]): Finding[] {
  if (container.certainty === 'sure') return [...fields];
  const why = `it is in ${container.line}, which is to confirm`;
  return fields.map((field) =>
    field.certainty === 'sure' ? { ...field, certainty: 'to confirm', why } : field,
  );
}
