import * as z from 'zod/mini';
import type { HistoryEntry } from '../history.ts';

/** How 0.3.0 keeps an end: as flags of the order, so that a rollback books nothing that has ended. */
export const storedEndSchema = z.object({
  /** Rejected without a dead letter, as the ERP does not want it any more, or it was removed in Azumuta. */
  withdrawn: z._default(z.boolean(), false),
  /** A person has given it up. */
  givenUp: z._default(z.boolean(), false),
});

/** Taking an end back removes them. */
export const endFields = Object.keys(storedEndSchema.shape);

interface StoredEnd extends z.output<typeof storedEndSchema> {
  readonly reason?: string | undefined;
  readonly history: readonly HistoryEntry[];
}

/** The end of a product order: nothing is created, asked or booked for it until somebody undoes it. */
export interface OrderEnd {
  /**
   * `withdrawn`: it is made once the ERP wants it again. `given up`: only a person undoes it, with `remake` or the replay
   * of its creation; so ends, too, what was completed before the integration was live.
   */
  readonly how: 'withdrawn' | 'given up';
  /** ISO instant; undefined where its history has lost that entry. */
  readonly at: string | undefined;
  /** A sentence; of what was given up the person's own words, signed. */
  readonly because: string;
  readonly by: 'the ERP' | 'a person' | 'a look at Azumuta' | 'going live';
}

/** What ended a product order; undefined while it goes on. A person's end counts before any other. */
export function endOf({ withdrawn, givenUp, reason = '', history }: StoredEnd): OrderEnd | undefined {
  const last = (...events: readonly string[]) => history.findLast(({ event }) => events.includes(event));
  if (givenUp) {
    const given = last('given up', 'left to people');
    const endedBy = given?.event === 'left to people' ? 'going live' : 'a person';
    return { how: 'given up', at: given?.at, because: given?.note ?? '', by: endedBy };
  }
  if (!withdrawn) return undefined;
  const taken = last('withdrawn', 'cancelled in the ERP');
  const by = taken?.event === 'withdrawn' ? 'a look at Azumuta' : 'the ERP';
  return { how: 'withdrawn', at: taken?.at, because: reason, by };
}

/** Who has ended an order that nobody makes or books any more, in a sentence. */
export function endInWords({ by }: Pick<OrderEnd, 'by'>): string {
  if (by === 'going live')
    return 'Azumuta completed it before the integration was live, so people book it in the ERP.';
  return 'A person has given it up.';
}

/** Whether a person has given it up after this message was sent: a replay from before does not undo that. */
export function isGivenUpSince(end: OrderEnd | undefined, sentAt: Date): boolean {
  if (end?.how !== 'given up' || end.at === undefined) return false;
  return Date.parse(end.at) > sentAt.getTime();
}
