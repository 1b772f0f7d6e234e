import { type AzumutaContract, defaultContract } from '../../../shared/azumuta/contract.ts';
import type { Ask } from './account.ts';
import { cursorNames, nextNames } from './candidates.ts';
import type { FoundInList } from './explore-lists.ts';
import { type Finding, notFound } from './findings.ts';
import { entriesIn, nameOf, type Spot, spotsIn } from './spots.ts';

/**
 * Where a list tells its next page, proved by following it.
 * @param lists Lists in which one thing was found: what they tell with a filter is no next page.
 */
export async function findNextPage(
  { ask, contract }: { readonly ask: Ask; readonly contract: AzumutaContract },
  lists: readonly FoundInList[],
): Promise<Finding[]> {
  const { next, cursor } = contract.list;
  if (next !== defaultContract.list.next || cursor !== defaultContract.list.cursor) return [];
  const candidates: Spot[] = [];
  for (const { path, json: filtered, form } of lists) {
    const silent = nextIn(filtered);
    // What is asked by POST, or heeds no filter, is not asked for as a whole.
    const { json: page } = form ? await ask({ path }) : { json: undefined };
    const told = nextIn(page).filter(
      ({ path: at, value }) =>
        value !== null && !silent.some((one) => one.path === at && one.value === value),
    );
    for (const spot of told) {
      const found = await followed(ask, path, page, spot);
      if (found) return found;
    }
    candidates.push(...told, ...silent.filter(({ value }) => value === null));
  }
  const [unproved] = candidates;
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
