import { slotKey, slotLineKey } from '../ledger/keys.ts';
import { createLease, type Lease } from '../ledger/lease.ts';
import { reasonOf } from '../model/errors.ts';
import type { Partner } from '../model/partner.ts';
import type { Clock } from '../platform/clock.ts';
import type { Table } from '../platform/dynamodb-table.ts';
import type { Logger } from '../platform/log.ts';
import { type Line, lineOf, mayTry, type Place, slotsToTry, withoutPlace, withPlace } from './line.ts';

export interface TakeSlotDependencies {
  readonly table: Table;
  readonly clock: Clock;
  /** The function: it has one place in a partner's line, whatever the number of its containers. */
  readonly name: string;
  readonly random: () => number;
  readonly log: Logger;
}

/** Which slot is wanted, by whom, and until when it is theirs at the longest (epoch milliseconds). */
export interface WantedSlot {
  readonly partner: Partner;
  readonly atOnce: number;
  readonly owner: string;
  readonly untilMs: number;
}

/**
 * Takes one of a partner's slots in the ledger, or a place in its line: a read and a write when one is free.
 * @returns the slot's lease; undefined when all are taken, or another function has waited for long.
 */
export function createSlotTaker({ table, clock, name, random, log }: TakeSlotDependencies) {
  const now = () => clock.now().getTime();

  return async function takeSlot(wanted: WantedSlot): Promise<Lease | undefined> {
    const { partner } = wanted;
    const line = lineOf(await table.get(slotLineKey(partner)), now());
    const lease = mayTry(line, name, now()) ? await freeLease(wanted) : undefined;
    await writeLine(partner, line, lease ? withoutPlace(line, name) : withPlace(line, name, now()));
    return lease;
  };

  async function freeLease({ partner, atOnce, owner, untilMs }: WantedSlot): Promise<Lease | undefined> {
    for (const number of slotsToTry(atOnce, random())) {
      const lease = createLease(table, clock, slotKey(partner, number));
      if (await lease.take(owner, (untilMs - now()) / 1000)) return lease;
    }
    return undefined;
  }

  /** Overtaken by another change, or failed, it is left at that: the next try writes what is missing, or it lapses. */
  async function writeLine(partner: Partner, { revision }: Line, places: readonly Place[] | undefined) {
    if (!places) return;
    const written = table.update(slotLineKey(partner), {
      set: { places, revision: revision + 1 },
      condition: 'attribute_not_exists(#revision) OR #revision = :seen',
      values: { seen: revision },
    });
    await written.catch((error: unknown) =>
      log.warn('The line for a slot could not be written', { Partner: partner, reason: reasonOf(error) }),
    );
  }
}
