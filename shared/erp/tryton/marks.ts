import * as z from 'zod/mini';
import { detailLines, lotLine } from '../../model/completion-lines.ts';
import type { BookingKey, Completion, Link } from '../../model/completions.ts';
import type { RetryLater } from '../../model/errors.ts';
import type { ErpOrderRef, ProductOrderRef } from '../../model/orders.ts';
import { orderWaits } from '../failures.ts';
import { keyAsWord } from '../marks.ts';
import type { Reader, Writer } from './client.ts';
import { findProduction, type Marked, productionOf, type TrytonProduction } from './production.ts';

const noteSchema = z.object({ id: z.int(), resource: z.string(), message: z.nullable(z.string()) });
/** Only the last line counts, as the text before it is free and may look like anything. */
const keyLine = /(?:^|\n)Azumuta booking (\S+)\s*$/;

function keyLineOf(key: BookingKey): string {
  return `Azumuta booking ${keyAsWord(key)}`;
}

/** The same production with the marks of this booking and of others. */
export async function readWithMarks(reader: Reader, production: TrytonProduction, key: BookingKey) {
  const { output, components, works, record } = production;
  const marked = [
    ...[production, ...(output?.moves ?? []), ...components.flatMap(({ moves }) => moves)],
    ...works.flatMap(({ cycles }) => cycles),
  ];
  const notes = await readKeyNotes(reader, production, marked);
  const resources = (ofUs: boolean) =>
    new Set(notes.filter((note) => (note.key === keyAsWord(key)) === ofUs).map(({ resource }) => resource));
  return productionOf(record, { own: resources(true), foreign: resources(false) });
}

/** The notes with a key on these records, the oldest first. */
async function readKeyNotes({ search }: Reader, { number }: TrytonProduction, records: readonly Marked[]) {
  const notes = await search('ir.note', {
    domain: [['resource', 'in', records.map(({ resource }) => resource)]],
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
 * @throws OrderNotReady, `wrote: perhaps` when another attempt at the same booking holds it.
 */
export async function claimProduction(
  writer: Writer,
  production: TrytonProduction,
  key: BookingKey,
  message: string,
): Promise<void> {
  const { resource } = production;
  const what = `writing a note on production ${production.number}`;
  const [mine] = await writer.create(
    'ir.note',
    [{ resource, message: `${message}\n${keyLineOf(key)}` }],
    what,
  );
  const notes = await readKeyNotes(writer, production, [production]);
  const oldest = notes.find((note) => note.key === keyAsWord(key));
  if (mine === undefined || oldest?.id === mine) return;
  await writer.write('ir.note', 'delete', [[mine]], { what });
  throw heldByAnother(production);
}

/** Another attempt at the same booking has claimed the production, and is still running or has died. */
export function heldByAnother({ number }: TrytonProduction): RetryLater {
  const why = `Tryton: another attempt is under way to book production ${number}. If it does not end, the next one takes over.`;
  return orderWaits(why, { wrote: 'perhaps', afterSeconds: 60 });
}

/**
 * Writes the key on the records that the booking is about to complete, as far as it is not there.
 * @returns the same production with these marks.
 */
export async function bindRecords(
  writer: Writer,
  { number, record, marks: { own, foreign } }: TrytonProduction,
  key: BookingKey,
  records: readonly Marked[],
): Promise<TrytonProduction> {
  const unbound = records.flatMap(({ resource, isOwn }) => (isOwn ? [] : [resource]));
  if (unbound.length > 0) {
    const notes = unbound.map((resource) => ({ resource, message: keyLineOf(key) }));
    await writer.create('ir.note', notes, `writing a note on the moves of production ${number}`);
  }
  return productionOf(record, { own: new Set([...own, ...unbound]), foreign });
}

/** The text of the note for people. What Tryton has no field for stands here. */
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

/**
 * Attaches the product order to its production, as a link that a planner can follow. The production itself is
 * not written: its `reference` is the planner's, and its change time must not move.
 */
export async function linkProductOrder(
  writer: Writer,
  order: ErpOrderRef,
  { number, url = '' }: ProductOrderRef,
): Promise<void> {
  const production = await findProduction(writer, order);
  const attached = { name: `Azumuta product order ${number}`, url };
  await attachLinks(writer, production, await missingLinks(writer, production, [attached]));
}

export async function missingLinks(
  reader: Reader,
  production: TrytonProduction,
  links: readonly Link[],
): Promise<Link[]> {
  if (links.length === 0) return [];
  const attached = await readLinks(reader, production);
  const isFirst = ({ name, url }: Link, at: number) =>
    links.findIndex((other) => other.name === name && other.url === url) === at;
  return links.filter((link, at) => isFirst(link, at) && !attached.some((one) => isSameLink(one, link)));
}

/** Attaches links (`ir.attachment` of type `link`) in one call; of two that were attached at once the oldest is kept. */
export async function attachLinks(
  writer: Writer,
  production: TrytonProduction,
  links: readonly Link[],
): Promise<void> {
  if (links.length === 0) return;
  const { resource } = production;
  const what = `attaching a link to production ${production.number}`;
  const values = links.map(({ name, url }) => ({ resource, name, type: 'link', link: url || null }));
  await writer.create('ir.attachment', values, what);
  const attached = await readLinks(writer, production);
  const extra = links.flatMap((link) => attached.filter((one) => isSameLink(one, link)).slice(1));
  if (extra.length === 0) return;
  await writer.write('ir.attachment', 'delete', [extra.map(({ id }) => id)], { what });
}

const attachmentSchema = z.object({ id: z.int(), name: z.string(), link: z.nullable(z.string()) });
type Attachment = z.infer<typeof attachmentSchema>;

function readLinks({ search }: Reader, production: TrytonProduction): Promise<Attachment[]> {
  return search('ir.attachment', {
    domain: [
      ['resource', '=', production.resource],
      ['type', '=', 'link'],
    ],
    sort: [['id', 'ASC']],
    row: attachmentSchema,
    what: `reading the links of production ${production.number}`,
    mayVanish: true,
  });
}

/** Tryton strips white space off both texts (`fields.Char`, 7.0). */
function isSameLink(attached: Attachment, link: Link): boolean {
  return attached.name === link.name.trim() && (attached.link ?? '') === link.url.trim();
}
