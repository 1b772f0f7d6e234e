import * as z from 'zod/mini';
import { alertSchema } from '../../../shared/alerts/alert.ts';
import type { Item } from './finding.ts';

/** A mail about a group of troubles, and the concerns of that group that were open when it left, by their keys. */
interface Told extends z.output<typeof alertSchema> {
  readonly open: readonly string[];
}

/** The indexes lag by less, unless an event makes them; clocks of containers differ by less. */
export const lagMs = 5000;

export const sinceOf = ({ concernOf }: Item) => Date.parse(String(concernOf).split(' ').at(-1) ?? '');
export const isOfGroup = ({ concernOf }: Item, { kind, partner, cause }: z.output<typeof alertSchema>) =>
  String(concernOf).startsWith(`${kind} ${partner} ${cause} `);

/** Notes what people are told, and what the ledger shows at that moment: nothing shows it afterwards. */
export function createAlertWatch(items: () => readonly Item[]) {
  const told: Told[] = [];
  return {
    /** A mail leaves: it is the oldest one in the outbox. */
    mailed(): void {
      const all = items();
      const [oldest] = all
        .filter(({ channel }) => channel === 'email')
        .toSorted((one, other) => (String(one.id) < String(other.id) ? -1 : 1));
      const { data } = z.safeParse(alertSchema, JSON.parse(String(oldest?.body ?? 'null')));
      if (!data) return;
      const open = all.filter((one) => isOfGroup(one, data) && sinceOf(one) < Date.parse(data.at) - lagMs);
      told.push({ ...data, open: open.map(({ pk, sk }) => `${pk} ${sk}`) });
    },
    told: told as readonly Told[],
  };
}
