import * as z from 'zod/mini';
import { quantitySchema } from '../../model/quantity.ts';
import type { DeepReadonly } from '../../platform/aws/dynamodb-table.ts';
import { jsonOf } from '../../platform/json.ts';
import { type HistoryEntry, heldSchema } from '../history.ts';
import { numberOf, partitionOf } from '../keys.ts';
import { Records } from './records.ts';

export const dayFiguresSchema = z.object({
  good: z.exactOptional(quantitySchema),
  scrap: z.exactOptional(quantitySchema),
  /** ISO date by which the ERP wanted it. */
  due: z.exactOptional(z.string()),
});
export type DayFigures = DeepReadonly<z.output<typeof dayFiguresSchema>>;

/** An event that is counted, and of which product order: `unknown` for a dead letter that names none. */
export interface DayEvent extends Pick<HistoryEntry, 'at' | 'event'>, DayFigures {
  readonly number: string;
}

/**
 * Puts an item into the index of its day: once, with its last event, and the figures of a booking, as the index holds
 * nothing else. A day is one partition, which takes a thousand writes a second (DynamoDB's limit): far more than needed.
 */
export function dayFields(at: Date, event: string, figures?: DayFigures) {
  const counted = figures ? ` ${JSON.stringify(figures)}` : '';
  return { day: utcDayOf(at), happened: `${at.toISOString()} ${event}${counted}` };
}

/** The UTC day. */
export function utcDayOf(at: Date): string {
  return at.toISOString().slice(0, 10);
}

export function dayEventOf(keys: Readonly<Record<string, unknown>>): DayEvent {
  const [, at = '', event = '', counted] = /^(\S+) ([^{]+?)(?: (\{.*))?$/.exec(String(keys.happened)) ?? [];
  const figures = z.safeParse(dayFiguresSchema, counted && jsonOf(counted));
  return { at, event, number: numberOf(keys), ...figures.data };
}

export interface JourneyEntry extends HistoryEntry {
  /** `order`, `booking …`, `dead letter`. */
  readonly of: string;
}

export class Journeys extends Records {
  async readJourney(number: string): Promise<JourneyEntry[]> {
    const stored = await this.table.query(partitionOf(number));
    return stored
      .flatMap((item) =>
        z.parse(heldSchema, item).history.map((entry) => ({ of: labelOfItem(String(item.sk)), ...entry })),
      )
      .sort((a, b) => a.at.localeCompare(b.at));
  }
}

/** `BOOKING#…` becomes `booking …`; questions to Azumuta belong to the order. */
function labelOfItem(sk: string): string {
  const [kind = '', ...name] = sk.split('#');
  const word = kind === 'QUESTION' ? 'order' : kind.toLowerCase().replaceAll('-', ' ');
  return [word, ...(name.length > 0 ? [name.join('#')] : [])].join(' ');
}
