import * as z from 'zod/mini';
import type { Link } from '../../model/completions.ts';
import { rejected } from '../failures.ts';
import { keyAsText } from '../marks.ts';
import type { Reader, Writer } from './connection.ts';
import type { Sibling } from './records.ts';

const markKinds = ['booking', 'note', 'product-order'] as const;

/**
 * Our messages in the chatter of manufacturing orders. Each ends with a mark, `[azumuta booking <key>]`, by which
 * we recognise our own work: one message is one transaction, so the mark and its text are there together.
 */
export interface Mark {
  readonly kind: (typeof markKinds)[number];
  readonly key: string;
}

/** A mark found in the chatter, and the order it is on. */
export interface FoundMark extends Pick<Mark, 'kind'> {
  /** As it is written: compare with `isMark`. */
  readonly written: string;
  readonly production: number;
  /** When it was posted, by the database's clock: `2026-11-24 10:00:00`, UTC. */
  readonly postedAt: string;
}

export interface ChatterText {
  readonly paragraphs: readonly string[];
  readonly links: readonly Link[];
}

type Order = Pick<Sibling, 'id' | 'name'>;

const messageSchema = z.object({ res_id: z.number(), body: z.string(), create_date: z.string() });
/** A mark has an element of its own, followed only by closing tags: escaped text cannot make one. */
const ownElement = '<small';
const ownMark =
  /^<small[^>]*>\s*\[azumuta (booking|note|product-order) ([^\]\s<]+)\]\s*<\/small>(?:\s*<\/\w+>)*\s*$/;

/** All our marks on these orders, oldest first: only those in messages of our own user, as people can copy one of ours. */
export async function readMarks(
  { search, user }: Pick<Reader, 'search' | 'user'>,
  productions: readonly Order[],
): Promise<FoundMark[]> {
  const messages = await search('mail.message', {
    domain: [
      ['model', '=', 'mrp.production'],
      ['res_id', 'in', productions.map(({ id }) => id)],
      ['author_id', '=', user.partner],
      ['body', 'ilike', '[azumuta '],
    ],
    sort: 'id asc',
    row: messageSchema,
    order: productions[0]?.name,
  });
  return messages.flatMap(({ res_id, body, create_date }) => {
    const [, name, written] = ownMark.exec(body.slice(body.lastIndexOf(ownElement))) ?? [];
    const kind = markKinds.find((one) => one === name);
    return kind && written ? [{ kind, written, production: res_id, postedAt: create_date }] : [];
  });
}

/** Whether there is a mark, and it has this kind and key. */
export function isMark(found: FoundMark | undefined, kind: Mark['kind'], key: string): boolean {
  return found?.kind === kind && found.written === keyAsText(key);
}

/** The mark of the booking that was last begun on this order. */
export function lastBooking(marks: readonly FoundMark[], { id }: Pick<Order, 'id'>): FoundMark | undefined {
  return marks.findLast(({ kind, production }) => kind === 'booking' && production === id);
}

/**
 * Posts one internal note, before anything else of a booking is written. The external API takes HTML only with
 * `body_is_html` (mail_thread.py:2199 (17.0), :2215 (18.0), :2297 (19.0)).
 * @throws Rejected when Odoo would refuse it.
 */
export async function postMarked(
  { write, user }: Pick<Writer, 'write' | 'user'>,
  production: Order,
  mark: Mark,
  text: ChatterText,
): Promise<void> {
  if (!user.canPost) {
    throw rejected(
      'refused-by-erp',
      `Odoo lets our user ${user.name} post no note on order ${production.name}, as it has no e-mail address: give it one, then replay.`,
    );
  }
  const lines = [
    ...text.paragraphs.map((paragraph) => `<p>${escapeHtml(paragraph).replaceAll('\n', '<br>')}</p>`),
    ...text.links.map(({ name, url }) => `<p><a href="${escapeHtml(url)}">${escapeHtml(name)}</a></p>`),
    `<p><small>[azumuta ${mark.kind} ${keyAsText(mark.key)}]</small></p>`,
  ];
  await write({
    model: 'mrp.production',
    method: 'message_post',
    ids: [production.id],
    named: {
      body: lines.join(''),
      body_is_html: true,
      message_type: 'comment',
      subtype_xmlid: 'mail.mt_note',
    },
    order: production.name,
  });
}

function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
