import { slotKey, slotLineKey } from '../ledger/keys.ts';
import { createLease, type Lease } from '../ledger/lease.ts';
import { reasonOf } from '../model/errors.ts';
import type { Partner } from '../model/partner.ts';
import type { Table } from '../platform/aws/dynamodb-table.ts';
import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/log.ts';
import {
  type Asker,
  type Line,
  lineOf,
  mayTry,
  slotsToTry,
  withoutPlace,
  withPlace,
} from './waiting-line.ts';

export interface TakeSlotDependencies {
  readonly table: Table;
  readonly clock: Clock;
  /** The function: it has one place in a partner's line, whatever the number of its containers. */
  readonly name: string;
  readonly random: () => number;
  readonly log: Logger;
}

/** Which slot is wanted, by which invocation, and until when it is theirs at the longest (epoch milliseconds). */
export interface WantedSlot {
  readonly partner: Partner;
  readonly atOnce: number;
  readonly requestId: string;
  readonly untilMs: number;
  readonly isBacklog: boolean;
}

export interface TakenSlot {
  readonly lease: Lease;
  readonly owner: string;
  /** When the next call may leave, by the clock of the holder before; undefined for a slot that nobody paced. */
  readonly nextCallAt: number | undefined;
}

/** `shared`: the function's backlog has a slot already. `none`: others hold all slots, or have waited for long. */
export type NoSlot = 'shared' | 'none';

/**
 * Takes one of a partner's slots in the ledger, or a place in its line: a read and a write when one is free. A backlog
 * looks at the slots first, and mostly leaves it at one read: it asks often, and must cost little.
 */
export function createSlotTaker({ table, clock, name, random, log }: TakeSlotDependencies) {
  const now = () => clock.now().getTime();
  const askers = { new: { name, isBacklog: false }, backlog: { name: `${name} (backlog)`, isBacklog: true } };
  const readLine = async (partner: Partner) => lineOf(await table.get(slotLineKey(partner)), now());

  async function takeSlot(wanted: WantedSlot): Promise<TakenSlot | NoSlot> {
    const { partner, atOnce, isBacklog } = wanted;
    const asker = isBacklog ? askers.backlog : askers.new;
    const numbers = slotsToTry(atOnce, random(), isBacklog);
    const worthTrying = isBacklog ? await freeForBacklog(partner, numbers, asker) : numbers;
    if (!worthTrying) return 'shared';
    const line = await readLine(partner);
    const taken = mayTry(line, asker, now()) ? await freeSlot(wanted, worthTrying, asker) : undefined;
    const places = taken ? withoutPlace(line, asker.name) : withPlace(line, asker.name, now());
    if (places) await writeLine(partner, { places, revision: line.revision });
    return taken ?? 'none';
  }

  /** The first slot that is free, or none; undefined as soon as one is seen that the same backlog holds. */
  async function freeForBacklog(
    partner: Partner,
    numbers: readonly number[],
    asker: Asker,
  ): Promise<readonly number[] | undefined> {
    for (const number of numbers) {
      const held = await table.get(slotKey(partner, number));
      if (!(Number(held?.leaseUntil ?? 0) > now())) return [number];
      if (String(held?.owner).startsWith(ownerOf(asker, ''))) return undefined;
    }
    return [];
  }

  async function freeSlot(
    { partner, requestId, untilMs }: WantedSlot,
    numbers: readonly number[],
    asker: Asker,
  ): Promise<TakenSlot | undefined> {
    const owner = ownerOf(asker, requestId);
    for (const number of numbers) {
      const lease = createLease(table, clock, slotKey(partner, number));
      const before = await lease.take(owner, (untilMs - now()) / 1000);
      if (!before) continue;
      const nextCallAt = before.nextCallAt === undefined ? undefined : Number(before.nextCallAt);
      return { lease, owner, nextCallAt };
    }
    return undefined;
  }

  /** When another change was faster, or the write failed, nothing is repeated: the next try writes what is missing. */
  async function writeLine(partner: Partner, { places, revision }: Line) {
    const written = table.update(slotLineKey(partner), {
      set: { places, revision: revision + 1 },
      condition: 'attribute_not_exists(#revision) OR #revision = :seen',
      values: { seen: revision },
    });
    await written.catch((error: unknown) =>
      log.warn('The line for a slot could not be written', { Partner: partner, reason: reasonOf(error) }),
    );
  }

  return {
    takeSlot,
    /** Whether somebody waits for a slot to whom this function's backlog gives way. */
    isAwaited: async (partner: Partner) => !mayTry(await readLine(partner), askers.backlog, now()),
  };
}

function ownerOf({ name }: Asker, requestId: string): string {
  return `${name} ${requestId}`;
}
