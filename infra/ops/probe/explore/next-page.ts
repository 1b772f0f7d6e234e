import { defaultContract } from '../../../../shared/azumuta/contract.ts';
import { type Finding, notFound, sure, toConfirm } from '../recognise/findings.ts';
import { entriesIn, type JsonNode, nodesIn } from '../recognise/json-nodes.ts';
import { nameOf } from '../recognise/values.ts';
import type { Ask } from './account.ts';
import type { Answered, Search } from './find.ts';
import { cursorNames, nextNames } from './guesses.ts';

/** Parameters that are tried with a cursor, at most. */
const maxNames = 5;

/**
 * Finds where a list names its next page, and proves it by asking for that page.
 * @param lists Answers with a filter, for one resource: what they name is no next page.
 */
export async function findNextPage(
  { ask, contract }: Search,
  lists: readonly Answered[],
): Promise<Finding[]> {
  const { next, cursor } = contract.list;
  if (next !== defaultContract.list.next || cursor !== defaultContract.list.cursor) return [];
  const unproved: JsonNode[] = [];
  for (const { question, json, form } of lists) {
    const { path } = question;
    const ofOne = nextIn(json);
    // A list that is asked by POST, or that applies no filter, is not asked for as a whole.
    const page = form && (await ask({ path })).json;
    const isNew = (node: JsonNode) =>
      !ofOne.some((one) => one.path === node.path && one.value === node.value);
    const ofMany = nextIn(page).filter((node) => node.value !== null && isNew(node));
    for (const node of ofMany) {
      const found = await followed(ask, path, page, node);
      if (found) return found;
    }
    unproved.push(...ofMany, ...ofOne.filter(({ value }) => value === null));
  }
  const [first] = unproved;
  const line = 'list.next';
  return first
    ? [toConfirm(line, first.path, 'by its name: there is no second page to try it with')]
    : [notFound(line, 'no list named a next page')];
}

/** Follows a link as it is. A cursor is a parameter, whose name is tried. */
async function followed(ask: Ask, path: string, page: unknown, { path: at, value: shown }: JsonNode) {
  const next = String(shown);
  const found = { ...sure('list.next', at, 'following it answers other entries'), shown };
  if (/^(https?:\/)?\//i.test(next)) {
    const { json } = await ask({ path: linkOf(next, path), query: {} });
    return hasOtherEntries(page, json) ? [found] : undefined;
  }
  const names = [...at.split('.').toReversed(), ...cursorNames].filter((name) => name !== 'next');
  for (const name of [...new Set(names)].slice(0, maxNames)) {
    const { json } = await ask({ path, query: { [name]: next } });
    if (hasOtherEntries(page, json))
      return [found, { ...sure('list.cursor', name, 'with it, other entries come'), shown }];
  }
  return undefined;
}

/** Nodes outside the entries whose names mean a next page. */
function nextIn(json: unknown): JsonNode[] {
  const isNext = (path: string) => nextNames.test(path.replace(/[_-]/g, '').toLowerCase());
  return nodesIn(json).filter(
    ({ path, value }) => isNext(path) && (value === null || nameOf(value) !== undefined),
  );
}

/** A link from the root of the server as a path below the base URL, which is what Azumuta's client would ask. */
function linkOf(next: string, path: string): string {
  const at = next.indexOf(`${path}?`);
  return next.startsWith('/') && at > 0 ? next.slice(at) : next;
}

function hasOtherEntries(page: unknown, next: unknown): boolean {
  const [first] = entriesIn(page);
  const [other] = entriesIn(next);
  return other !== undefined && JSON.stringify(first) !== JSON.stringify(other);
}
