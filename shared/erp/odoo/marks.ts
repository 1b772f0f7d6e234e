import * as z from 'zod/mini';
import type { Link } from '../../model/completions.ts';
import type { ErpOrderRef, ProductOrderRef } from '../../model/orders.ts';
import { keyAsText } from '../marks.ts';
import type { Reader, Writer } from './client.ts';
import { readOrder } from './order.ts';
import type { OdooProduction } from './records.ts';

/**
 * Each of our messages in the chatter of manufacturing orders ends with a mark, `[azumuta booking <key>]`, by which we
 * recognise our own work: one message is one transaction, so the mark and its text are there together.
 */
export function markOf(kind: 'booking' | 'note' | 'product-order', key: string): string {
  return `${kind} ${keyAsText(key)}`;
}

/** A mark found in the chatter, and the order it is on. */
export interface FoundMark {
  readonly mark: string;
  readonly production: number;
  /** When it was posted, by the database's clock: `2026-11-24 10:00:00`, UTC. */
  readonly postedAt: string;
}

export interface ChatterNote {
  readonly production: Pick<OdooProduction, 'id' | 'name'>;
  readonly mark: string;
  readonly paragraphs: readonly string[];
  readonly links: readonly Link[];
}

/** A mark has its own element, followed only by closing tags: escaped text cannot make one. */
const ownMark =
  /^<small[^>]*>\s*\[azumuta ((?:booking|note|product-order) [^\]\s<]+)\]\s*<\/small>(?:\s*<\/\w+>)*\s*$/;

/** All our marks on these orders, oldest first: only those in messages of our own user, as people can copy one of ours. */
export async function readMarks(
  { search, author }: Reader,
  productions: readonly OdooProduction[],
): Promise<FoundMark[]> {
  const messages = await search('mail.message', {
    domain: [
      ['model', '=', 'mrp.production'],
      ['res_id', 'in', productions.map(({ id }) => id)],
      ['author_id', '=', author],
      ['body', 'ilike', '[azumuta '],
    ],
    sort: 'id asc',
    row: z.object({ res_id: z.number(), body: z.string(), create_date: z.string() }),
  });
  return messages.flatMap(({ res_id, body, create_date }) => {
    const mark = ownMark.exec(body.slice(body.lastIndexOf('<small')))?.[1];
    return mark ? [{ mark, production: res_id, postedAt: create_date }] : [];
  });
}

/**
 * Posts one internal note, before anything else of a booking is written. The external API takes HTML only with
 * `body_is_html` (mail_thread.py:2199 (17.0), :2215 (18.0), :2297 (19.0)).
 * @throws Rejected up to 18 for a user without an e-mail address, in Odoo's words (:2857 (17.0), :2871 (18.0),
 * `_message_compute_author`; that of 19.0, :2947, refuses nobody).
 */
export async function postNote(
  { write }: Writer,
  { production, mark, paragraphs, links }: ChatterNote,
): Promise<void> {
  const lines = [
    ...paragraphs.map((paragraph) => `<p>${escapeHtml(paragraph).replaceAll('\n', '<br>')}</p>`),
    ...links.map(({ name, url }) => `<p><a href="${escapeHtml(url)}">${escapeHtml(name)}</a></p>`),
    `<p><small>[azumuta ${mark}]</small></p>`,
  ];
  const body = { body: lines.join(''), body_is_html: true };
  const named = { ...body, message_type: 'comment', subtype_xmlid: 'mail.mt_note' };
  await write('mrp.production', 'message_post', [production.id], { named });
}

/** Names the product order in a note of the manufacturing order's chatter, once. */
export async function linkProductOrder(
  writer: Writer,
  order: ErpOrderRef,
  { id, number, url }: ProductOrderRef,
): Promise<void> {
  const production = await readOrder(writer, order);
  const mark = markOf('product-order', id);
  const marks = await readMarks(writer, [production]);
  if (marks.some((found) => found.mark === mark)) return;
  const links = url === undefined ? [] : [{ name: number, url }];
  await postNote(writer, { production, mark, paragraphs: [`Azumuta product order ${number}`], links });
}

function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
