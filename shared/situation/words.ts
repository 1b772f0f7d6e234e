import type { Ledger } from '../ledger/ledger.ts';
import type { OpenConcern } from '../ledger/records/concerns.ts';
import type { Partner } from '../model/partner.ts';
import { oneLine } from '../model/text.ts';
import { headlineOf, nextOf } from './kinds.ts';
import { groupOf, type SeenTrouble } from './read.ts';

/** Characters of a number or an article (ours have 200 at most), and of a reason: ten troubles fit into every channel. */
export const maxName = 200;
export const maxReason = 400;

/** Open concerns by what is told together, each with its headline. */
export function groupsOf(open: readonly OpenConcern[]) {
  const groups = Map.groupBy(open, groupOf);
  return [...groups.values()].flatMap((concerns) => {
    const [first] = concerns;
    return first ? [{ ...first, headline: headlineOf(first, concerns.length), concerns }] : [];
  });
}

/** What people are told of one trouble, in every view: its order (empty when it is unknown), why, and what to do. */
export async function tellTrouble(
  { concerns }: Pick<Ledger, 'concerns'>,
  { key, order, ...group }: Pick<SeenTrouble, 'key' | 'order' | 'kind' | 'partner' | 'cause'>,
) {
  const facts = key && (await concerns.facts(key));
  const number = order ?? facts?.order ?? '';
  const unknown = key ? 'It has ended meanwhile.' : headlineOf(group, 1);
  return {
    number,
    order: oneLine(number, maxName),
    why: oneLine(facts?.reason ?? unknown, maxReason),
    next: nextOf(group),
    about: facts?.about,
  };
}

/** Whether a partner is down because it refuses our credentials. */
export function isRefused(reason = ''): boolean {
  return /\b401\b|credential|api key|log ?in|password/i.test(reason);
}

/** What to type behind the command `secrets` then. */
export const setCredentials: Readonly<Record<Partner, string>> = {
  azumuta: 'set azumuta-api-key',
  erp: 'set erp-credentials',
};
