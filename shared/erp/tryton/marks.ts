import * as z from 'zod/mini';
import { detailLines, lotLine } from '../../model/completion-lines.ts';
import type { BookingKey, Completion, WorkTime } from '../../model/completions.ts';
import type { RetryLater } from '../../model/errors.ts';
import { orderWaits } from '../failures.ts';
import { keyAsWord } from '../marks.ts';
import type { Reader, Writer } from './connection.ts';
import type { Production } from './production.ts';

/** A note with a booking key, and on which record it is. */
export interface KeyNote {
  readonly id: number;
  /** `production,17` or `stock.move,230`. */
  readonly resource: string;
  /** Encoded: compare it with `keyAsWord(key)`. */
  readonly key: string;
}

const noteSchema = z.object({ id: z.int(), resource: z.string(), message: z.nullable(z.string()) });
/** Only the last line counts, as the text before it is free and may look like anything. */
const keyLine = /(?:^|\n)Azumuta booking (\S+)\s*$/;

/** The line that ends a note of ours. */
export function markOf(key: BookingKey): string {
  return `Azumuta booking ${keyAsWord(key)}`;
}

/** Keys on a production, its output moves and these other records, oldest note first. */
export async function readKeyNotes(
  { search }: Reader,
  production: Production,
  others: readonly string[] = [],
): Promise<KeyNote[]> {
  const outputs = production.outputs.map(({ id }) => resourceIn('stock.move', id));
  const resources = [resourceOf(production), ...outputs, ...others];
  const notes = await search('ir.note', {
    domain: [['resource', 'in', resources]],
    sort: [['id', 'ASC']],
    row: noteSchema,
    what: `reading the notes of production ${production.number}`,
    mayVanish: true,
  });
  return notes.flatMap(({ id, resource, message }) => {
    const key = keyLine.exec(message ?? '')?.[1];
    return key === undefined ? [] : [{ id, resource, key }];
  });
}

/**
 * Claims a production for a booking, by a note that people can read and that holds the key. Of several
 * claims with one key the oldest counts; an attempt that comes second deletes its own.
 * @throws RetryLater scope `order`, `wrote: perhaps` when another attempt at the same booking holds it.
 */
export async function claim(
  writer: Writer,
  production: Production,
  key: BookingKey,
  message: string,
): Promise<void> {
  const note = { resource: resourceOf(production), message: `${message}\n${markOf(key)}` };
  const [mine] = await writer.create('ir.note', [note], `writing a note on production ${production.number}`);
  const [oldest] = claimsOf(await readKeyNotes(writer, production), production, key);
  if (mine === undefined || oldest?.id === mine) return;
  await writer.write('ir.note', 'delete', [[mine]], {
    what: `removing a note on production ${production.number}`,
  });
  throw heldByAnother(production);
}

/** Another attempt at the same booking has claimed the production, and is still running or has died. */
export function heldByAnother({ number }: Production): RetryLater {
  return orderWaits(
    `Tryton: another attempt is under way to book production ${number}. If it does not end, the next one takes over.`,
    { wrote: 'perhaps', afterSeconds: 60 },
  );
}

/** Notes with this key on the production itself, oldest first. */
export function claimsOf(notes: readonly KeyNote[], production: Production, key: BookingKey): KeyNote[] {
  return notes.filter((note) => note.key === keyAsWord(key) && note.resource === resourceOf(production));
}

/** Models of which a booking marks the records that it is about to complete. */
export type Bound = 'stock.move' | 'production.work.cycle';

/** Ids of the records of a model with a key: `bound` with this one, `foreign` with another. */
export interface Keys {
  readonly bound: readonly number[];
  readonly foreign: readonly number[];
}

export function keysOn(model: Bound, notes: readonly KeyNote[], key: BookingKey): Keys {
  const prefix = resourceIn(model, '');
  const on = notes.filter(({ resource }) => resource.startsWith(prefix));
  const idsOf = (some: readonly KeyNote[]) =>
    some.map(({ resource }) => Number(resource.slice(prefix.length)));
  const isOwn = (note: KeyNote) => note.key === keyAsWord(key);
  return { bound: idsOf(on.filter(isOwn)), foreign: idsOf(on.filter((note) => !isOwn(note))) };
}

/** Writes the key on the records that the booking is about to complete, `stock.move,230`. */
export async function bind(
  writer: Writer,
  { number }: Production,
  resources: readonly string[],
  key: BookingKey,
): Promise<void> {
  if (resources.length === 0) return;
  const notes = resources.map((resource) => ({ resource, message: markOf(key) }));
  await writer.create('ir.note', notes, `writing a note on the moves of production ${number}`);
}

/** The text of the note for people. What Tryton has no field for is told here. */
export function noteText(completion: Completion): string {
  const { kind, productOrder, notes, completedAt, work, lots, operations } = completion;
  const first =
    kind === 'amendment'
      ? `Later recording of Azumuta product order ${productOrder.number}`
      : `Azumuta product order ${productOrder.number}, completed ${completedAt}`;
  const details = detailLines(completion);
  const because = lots.filter(({ reason }) => reason !== undefined).map(lotLine);
  return [
    ...[first, ...notes],
    ...[...details.scrap, ...because].map((line) => `Scrap: ${line}`),
    ...details.operation.map((line) => `Operation ${line}`),
    ...details.check.map((line) => `Check ${line}`),
    ...(operations ? [] : work.map(timeText)),
  ].join('\n');
}

/** `Working time: 12 min 31 s, Assembly`. */
function timeText({ seconds, operation }: WorkTime): string {
  const whole = Math.round(seconds);
  const parts = [
    [Math.floor(whole / 3600), 'h'],
    [Math.floor(whole / 60) % 60, 'min'],
    [whole % 60, 's'],
  ] as const;
  const text = parts.flatMap(([amount, unit]) => (amount > 0 ? [`${amount} ${unit}`] : [])).join(' ');
  return `Working time: ${text || '0 s'}${operation ? `, ${operation}` : ''}`;
}

export function resourceOf({ id }: Production): string {
  return `production,${id}`;
}

export function resourceIn(model: Bound, id: number | ''): string {
  return `${model},${id}`;
}
