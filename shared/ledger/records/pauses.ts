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
  /** When it is planned to end. Nothing but a person ends it. */
  readonly until?: Date | undefined;
}

/** The pause of each flow that is paused. */
export type Paused = Readonly<Partial<Record<FlowName, Pause>>>;

/** What is said of a pause besides its beginning, which alone holds back. 0.3.0 does not read it. */
export const pauseWordsSchema = z.object({
  /** The beginning of the pause that it is about: 0.3.0 may have ended that one, and begun another. */
  at: z.string(),
  note: z.exactOptional(z.string()),
  until: z.exactOptional(z.coerce.date()),
});

/**
 * What a person holds back. All of it calls the ERP, so the marks are in the item of its breaker: every batch reads that
 * anyway.
 */
export class Pauses extends Records {
  async readPaused(): Promise<Paused> {
    return pausedIn(await this.table.get(breakerKey('erp')));
  }
}

/** Pauses, with how a person begins and ends one. */
export class PausesForPeople extends Pauses {
  /** @returns whether it was paused already: that pause goes on as it was begun. */
  pauseFlow(flow: FlowName, { note, until }: Omit<Pause, 'since'> = {}): Promise<boolean> {
    const name = pausedAtField(flow);
    const at = this.clock.now().toISOString();
    const words = definedFields({
      at,
      note: note === undefined ? undefined : shorten(note, maxNoteLength),
      until: until?.toISOString(),
    });
    return this.#isAlready(
      { set: { [name]: at, [pauseWordsField(flow)]: words } },
      `attribute_not_exists(#${name})`,
    );
  }

  /** @returns whether it ran already. */
  resumeFlow(flow: FlowName): Promise<boolean> {
    const name = pausedAtField(flow);
    return this.#isAlready({ remove: [name, pauseWordsField(flow)] }, `attribute_exists(#${name})`);
  }

  async #isAlready(changes: Update, condition: string): Promise<boolean> {
    return (await this.table.update(breakerKey('erp'), { ...changes, condition })) === undefined;
  }
}

/** @param item That of the ERP's breaker. */
export function pausedIn(item: StoredItem = {}): Paused {
  const pauses = flowNames.map((flow) => [flow, pauseIn(item, flow)] as const);
  return Object.fromEntries(pauses.filter(([, pause]) => pause !== undefined));
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
  });
}

const pausedAtField = (flow: FlowName) => `${flow}PausedAt`;
const pauseWordsField = (flow: FlowName) => `${flow}Pause`;
