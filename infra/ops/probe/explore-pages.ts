import { type AzumutaContract, defaultContract } from '../../../shared/azumuta/contract.ts';
import type { Ask } from './account.ts';
import { cursorNames, nextNames } from './candidates.ts';
import { type Finding, notFound } from './findings.ts';
import { entriesIn, nameOf, type Spot, spotsIn } from './spots.ts';

/**
 * Where a list tells its next page, proved by following it.
 * @param path The list; undefined when it cannot be asked for as a whole.
 * @param single An answer with one entry: what it tells there is no next page.
 */
export async function findNextPage(
  { ask, contract }: { readonly ask: Ask; readonly contract: AzumutaContract },
  path: string | undefined,
  single: unknown,
): Promise<Finding[]> {
  const { next, cursor } = contract.list;
  if (next !== defaultContract.list.next || cursor !== defaultContract.list.cursor) return [];
  const silent = nextIn(single);
  const told: Spot[] = [];
  if (path !== undefined) {
    const { json } = await ask({ path });
    const isNews = ({ path: at, value }: Spot) =>
      !silent.some((one) => one.path === at && one.value === value);
    told.push(...nextIn(json).filter((spot) => spot.value !== null && isNews(spot)));
    for (const spot of told) {
      const found = await followed(ask, path, json, spot);
      if (found) return found;
    }
  }
  const [unproved] = [...told, ...silent.filter(({ value }) => value === null)];
  const line = 'list.next';
  if (!unproved) return [notFound(line, 'no list told a next page')];
  const why = 'by its name: there is no second page to try it with';
  return [{ line, set: unproved.path, certainty: 'to confirm', why }];
}

/** A link is followed as it is; a cursor is a parameter, whose name is tried. */
async function followed(
  ask: Ask,
  path: string,
  page: unknown,
  { path: at, value }: Spot,
): Promise<Finding[] | undefined> {
  const next = String(value);
  const why = 'what it tells is answered with other entries';
  const found = { line: 'list.next', set: at, shown: value, certainty: 'sure', why } as const;
  if (/^(https?:\/)?\//i.test(next)) {
    const { json } = await ask({ path: linkOf(next, path), query: {} });
    return isOther(page, json) ? [found] : undefined;
  }
  const names = [...at.split('.').toReversed(), ...cursorNames].filter((name) => name !== 'next');
  for (const name of [...new Set(names)].slice(0, maxNames)) {
    const { json } = await ask({ path, query: { [name]: next } });
    if (isOther(page, json))
      return [found, { ...found, line: 'list.cursor', set: name, why: 'with it, other entries come' }];
  }
  return undefined;
}

/** Parameters that are tried with a cursor, at most. */
const maxNames = 5;

/** Outside the entries. */
function nextIn(json: unknown): Spot[] {
  return spotsIn(json).filter(
    ({ path, value }) =>
      nextNames.test(path.replace(/[_-]/g, '').toLowerCase()) &&
      (value === null || nameOf(value) !== undefined),
  );
}

/** A link from the root of the server, or below the base URL: the same page, asked as Azumuta's client would. */
function linkOf(next: string, path: string): string {
  const at = next.indexOf(`${path}?`);
  return next.startsWith('/') && at > 0 ? next.slice(at) : next;
}

function isOther(page: unknown, next: unknown): boolean {
  const [first] = entriesIn(page);
  const [other] = entriesIn(next);
  return other !== undefined && JSON.stringify(first) !== JSON.stringify(other);
}
