import * as z from 'zod/mini';
import type { BookingKey, Completion } from '../../model/completions.ts';
import { RetryLater } from '../../model/errors.ts';
import type { Reader, Writer } from './desk.ts';
import type { Production } from './production.ts';

/** A note with a booking key, and on which record it is. */
export interface KeyNote {
  readonly id: number;
  /** `production,17` or `stock.move,230`. */
  readonly resource: string;
  /** As it is written: compare it with `written(key)`. */
  readonly key: string;
}

const noteSchema = z.object({ id: z.int(), resource: z.string(), message: z.nullable(z.string()) });
/** The last line only: what stands before it is free text, and may look like anything. */
const keyLine = /(?:^|\n)Azumuta booking (\S+)\s*$/;

/** The line that ends a note of ours. */
export function markOf(key: BookingKey): string {
  return `Azumuta booking ${written(key)}`;
}

/**
 * A key without white space, which would end it: a percent sign and four digits stand for each character beyond
 * printable ASCII, and for the percent sign itself. No two keys look alike, and most stay as they are.
 */
function written(key: BookingKey): string {
  return key.replace(/[^!-$&-~]/g, (one) => `%${one.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** Keys on a production and its output moves, oldest note first. */
export async function readKeyNotes(desk: Reader, production: Production): Promise<KeyNote[]> {
  const resources = [resourceOf(production), ...production.outputs.map(({ id }) => moveResource(id))];
  const notes = await desk.read(
    'ir.note',
    'search_read',
    [[['resource', 'in', resources]], 0, null, [['id', 'ASC']], ['resource', 'message']],
    {
      what: `reading the notes of production ${production.number}`,
      answer: z.array(noteSchema),
      mayVanish: true,
    },
  );
  return notes.flatMap(({ id, resource, message }) => {
    const key = keyLine.exec(message ?? '')?.[1];
    return key === undefined ? [] : [{ id, resource, key }];
  });
}

/**
 * Claims a production for a booking, by a note that people can read and that bears the key. Of several
 * claims with one key the oldest counts; who comes second takes its own back.
 * @throws RetryLater scope `order`, `wrote: perhaps` when another attempt at the same booking holds it.
 */
export async function claim(
  desk: Writer,
  production: Production,
  key: BookingKey,
  message: string,
): Promise<void> {
  const { number } = production;
  const [mine] = await desk.write(
    'ir.note',
    'create',
    [[{ resource: resourceOf(production), message: `${message}\n${markOf(key)}` }]],
    { what: `writing a note on production ${number}`, answer: z.array(z.int()) },
  );
  const [oldest] = claimsOf(await readKeyNotes(desk, production), production, key);
  if (mine === undefined || oldest?.id === mine) return;
  await desk.write('ir.note', 'delete', [[mine]], {
    what: `taking back a note on production ${number}`,
    answer: z.unknown(),
  });
  throw heldByAnother(production);
}

/** Another attempt at the same booking has claimed the production and did not end yet, or never will. */
export function heldByAnother({ number }: Production): RetryLater {
  return new RetryLater(
    `Tryton: another attempt is under way to book production ${number}. If it does not end, the next one takes over.`,
    { scope: 'order', wrote: 'perhaps', afterSeconds: 60 },
  );
}

export function claimsOf(notes: readonly KeyNote[], production: Production, key: BookingKey): KeyNote[] {
  return notes.filter((note) => note.key === written(key) && note.resource === resourceOf(production));
}

/** Ids of the moves that bear a key, by whether it is this one. */
export function boundMoves(notes: readonly KeyNote[], key: BookingKey): { own: number[]; foreign: number[] } {
  const onMoves = notes.filter(({ resource }) => resource.startsWith(movePrefix));
  const idsOf = (some: readonly KeyNote[]) =>
    some.map(({ resource }) => Number(resource.slice(movePrefix.length)));
  const isOwn = (note: KeyNote) => note.key === written(key);
  return { own: idsOf(onMoves.filter(isOwn)), foreign: idsOf(onMoves.filter((note) => !isOwn(note))) };
}

/** Writes the key on the moves that the booking is about to complete. */
export async function bindMoves(
  desk: Writer,
  production: Production,
  moves: readonly number[],
  key: BookingKey,
): Promise<void> {
  if (moves.length === 0) return;
  const notes = moves.map((id) => ({ resource: moveResource(id), message: markOf(key) }));
  await desk.write('ir.note', 'create', [notes], {
    what: `writing a note on the moves of production ${production.number}`,
    answer: z.unknown(),
  });
}

/** What the note says to people; `extra` are lines that the connector adds. */
export function noteText(completion: Completion, extra: readonly string[]): string {
  const { kind, productOrder, notes, completedAt } = completion;
  const first =
    kind === 'amendment'
      ? `Later recording of Azumuta product order ${productOrder.number}`
      : `Azumuta product order ${productOrder.number}, completed ${completedAt}`;
  return [first, ...notes, ...extra].join('\n');
}

export function resourceOf({ id }: Production): string {
  return `production,${id}`;
}

const movePrefix = 'stock.move,';

function moveResource(id: number): string {
  return `${movePrefix}${id}`;
}
