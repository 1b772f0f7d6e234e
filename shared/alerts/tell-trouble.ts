import type { AlertLedger } from '../ledger/ledger.ts';
import { oneLine } from '../model/text.ts';
import { nextOf } from '../situation/told.ts';
import type { SeenTrouble } from './decide-alerts.ts';
import { headlineOf } from './words.ts';

/** Characters of a number or an article (ours have 200 at most), and of a reason: ten troubles fit into every channel. */
export const maxName = 200;
export const maxReason = 400;

/** What people are told of one trouble, in every view: its order (empty when it is unknown), why, and what to do. */
export async function tellTrouble(
  { concerns }: Pick<AlertLedger, 'concerns'>,
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
