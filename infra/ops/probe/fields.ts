import { instantForm } from '../../../shared/azumuta/forms.ts';
import { rankOf } from './candidates.ts';
import { byName, byValue, type Finding, seenThere } from './findings.ts';
import type { ProvedId } from './resources.ts';
import { isIdName, isScalar, lastOf, nameOf, type Spot, scalarsIn } from './spots.ts';

/** A number is the same only to the letter: `007` is not 7. */
export function named(spots: readonly Spot[], name: string): Spot[] {
  return spots.filter(({ value }) => nameOf(value) === name);
}

/** What bears an id. Only what was asked for, and answered, is sure: one value may stand in two answers by chance. */
export function provedBy(line: string, spots: readonly Spot[], { id, proof, wasAsked }: ProvedId): Finding {
  const found = byValue(line, spots, id, proof);
  return wasAsked || found.certainty === 'not found' ? found : { ...found, certainty: 'to confirm' };
}

/** An id that was asked with is proved; of others only the name speaks. */
export function idOf(line: string, spots: readonly Spot[], proved: ProvedId | undefined): Finding {
  if (proved) return provedBy(line, named(spots, proved.id), proved);
  const ids = spots.filter(({ path }) => isIdName(lastOf(path)));
  return byName(line, ids, 'no name tells an id');
}

/** A time as text, or since 1970 and within some decades of now. */
export function isTime(value: unknown): boolean {
  return timeOf(value) !== undefined;
}

export function timeOf(value: unknown): number | undefined {
  const instant = isScalar(value) && value !== '' ? instantForm.understand(value, []) : undefined;
  const ms = instant ? Date.parse(instant) : Number.NaN;
  return ms > Date.UTC(2005, 0) && ms < Date.UTC(2100, 0) ? ms : undefined;
}

export function urlOf(line: string, resource: object, page?: string): Finding {
  const urls = scalarsIn(resource).filter(({ value }) => /^(https?:\/)?\/./i.test(String(value)));
  const same = page === undefined ? [] : named(urls, page);
  if (page !== undefined && same.length > 0) return byValue(line, same, page, seenThere);
  // A path is mostly one of the API.
  const whole = urls.filter(({ value }) => /^https?:/i.test(String(value)));
  return byName(line, whole.length > 0 ? whole : urls, 'there is no address of a page');
}

/** Values may stand in a column for each type, of which one is filled: all of them are places then. */
export function withColumns(found: Finding, entries: readonly unknown[]): Finding {
  const { set: column, line, shown } = found;
  if (typeof column !== 'string' || !isScalar(shown)) return found;
  const rows = entries.map((row) => new Set(scalarsIn(row).map(({ path }) => path)));
  const around = column.slice(0, column.length - lastOf(column).length);
  const more = [...new Set(rows.flatMap((row) => [...row]))].filter(
    (path) =>
      path !== column &&
      path.startsWith(around) &&
      rankOf(line, path) < Number.POSITIVE_INFINITY &&
      rows.every((row) => row.has(path) !== row.has(column)),
  );
  if (more.length === 0) return found;
  return {
    ...found,
    set: [column, ...more],
    certainty: 'to confirm',
    why: `${found.why}; where it tells nothing, ${more.join(' or ')} does`,
  };
}
