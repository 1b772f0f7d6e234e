import { slotKey, slotLineKey } from '../ledger/keys.ts';
import { Lease } from '../ledger/lease.ts';
import { reasonOf } from '../model/errors.ts';
import type { Partner, PartnerLimit } from '../model/partner.ts';
import type { Table } from '../platform/aws/dynamodb-table.ts';
import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/log.ts';
import { Pacer } from './pace.ts';
import { type Line, lineOf, mayTry, slotsToTry, withoutPlace, withPlace } from './waiting-line.ts';

export interface SlotsDependencies {
  readonly table: Table;
  readonly clock: Clock;
  /** The function: it has one place in a partner's line, whatever the number of its containers. */
  readonly name: string;
  /** The longest that a partner may take to finish what was sent to it before an attempt died. */
  readonly settlingSeconds: number;
  readonly random: () => number;
  readonly log: Logger;
}

/** Which slot is wanted, by which invocation, and until when it is theirs at the longest (epoch milliseconds). */
export interface WantedSlot {
  readonly partner: Partner;
  readonly limit: PartnerLimit & { readonly atOnce: number };
  readonly requestId: string;
  readonly untilMs: number;
  readonly isBacklog: boolean;
}

export type TakenSlot = NonNullable<Awaited<ReturnType<typeof freeSlot>>>;
/** `shared`: the function's backlog has a slot already. `none`: others hold all slots, or have waited for long. */
export type NoSlot = 'shared' | 'none';

/**
 * Takes one of a partner's slots in the ledger, or a place in its line: a read and a write when one is free. A backlog
 * looks at the slots first, and mostly leaves it at one read: it asks often, and must cost little.
 */
export async function takeSlot(from: SlotsDependencies, wanted: WantedSlot): Promise<TakenSlot | NoSlot> {
  const { partner, limit, isBacklog } = wanted;
  const name = nameOf(from, isBacklog);
  const numbers = slotsToTry(limit.atOnce, from.random(), isBacklog);
  const worthTrying = isBacklog ? await freeForBacklog(from, partner, numbers) : numbers;
  if (!worthTrying) return 'shared';
  const line = await readLine(from, partner);
  const isOurTurn = mayTry(line, { name, isBacklog }, nowOf(from));
  const taken = isOurTurn ? await freeSlot(from, wanted, worthTrying) : undefined;
  const places = taken ? withoutPlace(line, name) : withPlace(line, name, nowOf(from));
  if (places) await writeLine(from, partner, { places, revision: line.revision });
  return taken ?? 'none';
}

/** Whether somebody waits for a slot to whom this function's backlog gives way. */
export async function isAwaited(from: SlotsDependencies, partner: Partner): Promise<boolean> {
  const line = await readLine(from, partner);
  return !mayTry(line, { name: nameOf(from, true), isBacklog: true }, nowOf(from));
}

/** The first slot that is free, or none; undefined as soon as one is seen that the same backlog holds. */
async function freeForBacklog(from: SlotsDependencies, partner: Partner, numbers: readonly number[]) {
  for (const number of numbers) {
    const held = await from.table.get(slotKey(partner, number));
    if (!(Number(held?.leaseUntil ?? 0) > nowOf(from))) return [number];
    if (String(held?.owner).startsWith(`${nameOf(from, true)} `)) return undefined;
  }
  return [];
}

async function freeSlot(from: SlotsDependencies, wanted: WantedSlot, numbers: readonly number[]) {
  const { partner, limit, requestId, untilMs, isBacklog } = wanted;
  const owner = `${nameOf(from, isBacklog)} ${requestId}`;
  for (const number of numbers) {
    const lease = new Lease(from.table, from.clock, slotKey(partner, number));
    const before = await lease.take(owner, (untilMs - nowOf(from)) / 1000);
    if (before) return { lease, owner, pacer: pacerOf(limit, before.nextCallAt, from.clock) };
  }
  return undefined;
}

/** @param nextCallAt As the holder before wrote it down, if anybody has paced the slot. */
function pacerOf({ atOnce, perSecond }: WantedSlot['limit'], nextCallAt: unknown, clock: Clock) {
  if (perSecond === undefined) return undefined;
  return new Pacer(
    (atOnce / perSecond) * 1000,
    nextCallAt === undefined ? undefined : Number(nextCallAt),
    clock,
  );
}

async function readLine(from: SlotsDependencies, partner: Partner): Promise<Line> {
  return lineOf(await from.table.get(slotLineKey(partner)), nowOf(from));
}

/** When another change was faster, or the write failed, nothing is repeated: the next try writes what is missing. */
async function writeLine({ table, log }: SlotsDependencies, partner: Partner, { places, revision }: Line) {
  const written = table.update(slotLineKey(partner), {
    set: { places, revision: revision + 1 },
    condition: 'attribute_not_exists(#revision) OR #revision = :seen',
    values: { seen: revision },
  });
  await written.catch((error: unknown) =>
    log.warn('The line for a slot could not be written', { Partner: partner, reason: reasonOf(error) }),
  );
}

function nameOf({ name }: SlotsDependencies, isBacklog: boolean): string {
  return isBacklog ? `${name} (backlog)` : name;
}

function nowOf({ clock }: SlotsDependencies): number {
  return clock.now().getTime();
}
