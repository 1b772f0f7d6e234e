import * as z from 'zod/mini';
import { detailLines, lotLine } from '../../model/completion-lines.ts';
import type { BookingKey, Completion } from '../../model/completions.ts';
import type { RetryLater } from '../../model/errors.ts';
import { orderWaits } from '../failures.ts';
import { keyAsWord } from '../marks.ts';
import type { Reader, Writer } from './client.ts';
import { onCycle, onMove, onProduction, type Production, productionOf } from './production.ts';

const noteSchema = z.object({ id: z.int(), resource: z.string(), message: z.nullable(z.string()) });
/** Only the last line counts, as the text before it is free and may look like anything. */
const keyLine = /(?:^|\n)Azumuta booking (\S+)\s*$/;

function markOf(key: BookingKey): string {
  return `Azumuta booking ${keyAsWord(key)}`;
}

/** The same production with the marks of this booking and of others. */
export async function readMarks(reader: Reader, production: Production, key: BookingKey) {
  const { output, components, works, record } = production;
  const notes = await readKeyNotes(reader, production, [
    onProduction(production),
    ...[...(output ? [output] : []), ...components].flatMap(({ moves }) => moves.map(onMove)),
    ...works.flatMap(({ cycles }) => cycles.map(onCycle)),
  ]);
  const resources = (ofUs: boolean) =>
    new Set(notes.filter((note) => (note.key === keyAsWord(key)) === ofUs).map(({ resource }) => resource));
  return productionOf(record, { own: resources(true), foreign: resources(false) });
}

/** The notes with a key on these records, the oldest first. */
async function readKeyNotes({ search }: Reader, { number }: Production, resources: readonly string[]) {
  const notes = await search('ir.note', {
    domain: [['resource', 'in', resources]],
    sort: [['id', 'ASC']],
    row: noteSchema,
    what: `reading the notes of production ${number}`,
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
  const resource = onProduction(production);
  const what = `writing a note on production ${production.number}`;
  const [mine] = await writer.create('ir.note', [{ resource, message: `${message}\n${markOf(key)}` }], what);
  const notes = await readKeyNotes(writer, production, [resource]);
  const oldest = notes.find((note) => note.key === keyAsWord(key));
  if (mine === undefined || oldest?.id === mine) return;
  await writer.write('ir.note', 'delete', [[mine]], { what });
  throw heldByAnother(production);
}

/** Another attempt at the same booking has claimed the production, and is still running or has died. */
export function heldByAnother({ number }: Production): RetryLater {
  const why = `Tryton: another attempt is under way to book production ${number}. If it does not end, the next one takes over.`;
  return orderWaits(why, { wrote: 'perhaps', afterSeconds: 60 });
}

/**
 * Writes the key on the records that the booking is about to complete, as far as it is not there.
 * @returns the same production with these marks.
 */
export async function bind(
  writer: Writer,
  { number, record, marks: { own, foreign } }: Production,
  key: BookingKey,
  resources: readonly string[],
): Promise<Production> {
  const unbound = resources.filter((resource) => !own.has(resource));
  if (unbound.length > 0) {
    const notes = unbound.map((resource) => ({ resource, message: markOf(key) }));
    await writer.create('ir.note', notes, `writing a note on the moves of production ${number}`);
  }
  return productionOf(record, { own: new Set([...own, ...unbound]), foreign });
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
    ...(operations ? [] : work.map(workLine)),
  ].join('\n');
}

/** `Working time: 12.5 min, Assembly`. */
function workLine({ seconds, operation }: Completion['work'][number]): string {
  return [`Working time: ${Math.round(seconds / 6) / 10} min`, operation].filter(Boolean).join(', ');
}
