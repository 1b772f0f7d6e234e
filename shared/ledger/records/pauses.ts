import * as z from 'zod/mini';
import { shorten } from '../../model/text.ts';
import { definedFields } from '../../model/unread.ts';
import type { StoredItem, Update } from '../../platform/aws/dynamodb-table.ts';
import { maxNoteLength } from '../history.ts';
import { breakerKey } from '../keys.ts';
import { Records } from './records.ts';

/** All that can be paused, as operators type it. */
export const flowNames = ['orders', 'completions', 'bookings', 'pull'] as const;
export type FlowName = (typeof flowNames)[number];

/** What a person has paused. */
export interface Pause {
  readonly since: Date;
  /** Why, signed. Unknown for one that was begun by 0.3.0. */
  readonly note?: string | undefined;
  /** When it is planned to end. */
  readonly until?: Date | undefined;
  /** Then it ends by itself; absent: only a person ends it. */
  readonly ends?: typeof byItself | undefined;
}

const byItself = 'by itself';

/** What became of a pause that somebody asked for. */
export type PauseOutcome = 'begun' | 'already' | 'end changed';

/** The pause of each flow that is paused. */
export type Paused = Readonly<Partial<Record<FlowName, Pause>>>;

/**
 * What is known of a pause besides its beginning. 0.3.0 does not read it, and holds back from the beginning on until a person
 * resumes: a pause that ends by itself does not end there.
 */
export const pauseWordsSchema = z.object({
  /** The beginning of the pause that it is about: 0.3.0 may have ended that one, and begun another. */
  at: z.string(),
  note: z.exactOptional(z.string()),
  until: z.exactOptional(z.coerce.date()),
  ends: z.exactOptional(z.literal(byItself)),
});

/**
 * What a person holds back. All of it calls the ERP, so the marks are in the item of its breaker: every batch reads that
 * anyway.
 */
export class Pauses extends Records {
  async readPaused(): Promise<Paused> {
    return pausedIn(await this.readMarks(), this.clock.now());
  }

  /** With the marks of pauses that have ended by themselves. */
  protected readMarks(): Promise<StoredItem | undefined> {
    return this.table.get(breakerKey('erp'));
  }
}

/** Pauses, with how a person begins and ends one. */
export class PausesForPeople extends Pauses {
  /** A pause that is on goes on as it was begun, unless it is said when it shall end by itself. */
  async pauseFlow(flow: FlowName, asked: Omit<Pause, 'since'> = {}): Promise<PauseOutcome> {
    const name = pausedAtField(flow);
    const now = this.clock.now();
    const item = await this.readMarks();
    const running = pausedIn(item, now)[flow];
    if (running !== undefined && asked.ends === undefined) return 'already';
    const seen = item?.[name];
    const at = running === undefined ? now.toISOString() : seen;
    const words = definedFields({
      at,
      note: asked.note === undefined ? undefined : shorten(asked.note, maxNoteLength),
      until: asked.until?.toISOString(),
      ends: asked.ends,
    });
    const unchanged =
      seen === undefined
        ? { condition: `attribute_not_exists(#${name})` }
        : { condition: `#${name} = :seen`, values: { seen } };
    const set = { [name]: at, [pauseWordsField(flow)]: words };
    const written = await this.table.update(breakerKey('erp'), { set, ...unchanged });
    // Somebody has paused or resumed it right then: that is looked at.
    if (written === undefined) return this.pauseFlow(flow, asked);
    return running === undefined ? 'begun' : 'end changed';
  }

  /** @returns whether it ran already. */
  async resumeFlow(flow: FlowName): Promise<boolean> {
    const name = pausedAtField(flow);
    const wasPaused = (await this.readPaused())[flow] !== undefined;
    const isRemoved = await this.#removeMark(flow, { condition: `attribute_exists(#${name})` });
    return !(wasPaused && isRemoved);
  }

  /** Removes the marks of pauses that ended by themselves before a time, on which 0.3.0 would hold back after a rollback. */
  async forgetEnded(before: Date): Promise<void> {
    const ended = endedIn(await this.readMarks(), before);
    for (const flow of flowNames) {
      const since = ended[flow]?.since.toISOString();
      if (since !== undefined)
        await this.#removeMark(flow, { condition: `#${pausedAtField(flow)} = :since`, values: { since } });
    }
  }

  async #removeMark(flow: FlowName, when: Update): Promise<boolean> {
    const remove = [pausedAtField(flow), pauseWordsField(flow)];
    return (await this.table.update(breakerKey('erp'), { remove, ...when })) !== undefined;
  }
}

/** What is paused at a moment: whatever holds back asks this. @param item That of the ERP's breaker. */
export function pausedIn(item: StoredItem | undefined, now: Date): Paused {
  return marksIn(item, (pause) => !hasEndedByItself(pause, now));
}

/** Pauses that have ended by themselves, until their mark is removed. @param item That of the ERP's breaker. */
export function endedIn(item: StoredItem | undefined, now: Date): Paused {
  return marksIn(item, (pause) => hasEndedByItself(pause, now));
}

function marksIn(item: StoredItem = {}, isMeant: (pause: Pause) => boolean): Paused {
  const pauses = flowNames.map((flow) => [flow, pauseIn(item, flow)] as const);
  return Object.fromEntries(pauses.filter(([, pause]) => pause !== undefined && isMeant(pause)));
}

function hasEndedByItself({ ends, until }: Pause, now: Date): boolean {
  return ends === byItself && until !== undefined && until.getTime() <= now.getTime();
}

function pauseIn(item: StoredItem, flow: FlowName): Pause | undefined {
  const at = item[pausedAtField(flow)];
  if (typeof at !== 'string') return undefined;
  const { data } = z.safeParse(pauseWordsSchema, item[pauseWordsField(flow)]);
  const words = data?.at === at ? data : undefined;
  return definedFields({
    since: new Date(at),
    note: words?.note,
    until: words?.until,
    ends: words?.ends,
  });
}

const pausedAtField = (flow: FlowName) => `${flow}PausedAt`;
const pauseWordsField = (flow: FlowName) => `${flow}Pause`;
