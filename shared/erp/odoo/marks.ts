import * as z from 'zod/mini';
import type { Link } from '../../model/completions.ts';
import type { OdooClient } from './client.ts';

/**
 * Our messages in the chatter of manufacturing orders. Each bears a mark, `[azumuta booking <key>]`, by which
 * we recognise our own work: one message is one transaction, so the mark and its text are there together.
 */
export type MarkKind = 'booking' | 'note' | 'product-order';

export interface Mark {
  readonly kind: MarkKind;
  readonly key: string;
}

/** A mark found in the chatter, and the order it is on. */
export interface FoundMark extends Mark {
  readonly production: number;
  /** Id of the message: a later message has a greater one. */
  readonly message: number;
}

export interface ChatterText {
  readonly paragraphs: readonly string[];
  readonly links: readonly Link[];
}

const messageSchema = z.object({ id: z.number(), res_id: z.number(), body: z.string() });
const markPattern = /\[azumuta (booking|note|product-order) ([^\]\s]+)\]/g;
const markKinds: readonly MarkKind[] = ['booking', 'note', 'product-order'];

/** All our marks on these orders, oldest first. */
export async function readMarks(
  client: OdooClient,
  productions: readonly number[],
  signal: AbortSignal,
): Promise<FoundMark[]> {
  const messages = await client.call({
    model: 'mail.message',
    method: 'search_read',
    named: {
      domain: [
        ['model', '=', 'mrp.production'],
        ['res_id', 'in', productions],
        ['body', 'ilike', '[azumuta '],
      ],
      fields: ['res_id', 'body'],
      order: 'id asc',
    },
    answer: z.array(messageSchema),
    writes: false,
    signal,
  });
  return messages.flatMap(({ id, res_id, body }) =>
    [...body.matchAll(markPattern)].flatMap(([, name, key]) => {
      const kind = markKinds.find((one) => one === name);
      return kind && key ? [{ kind, key: unescapeHtml(key), production: res_id, message: id }] : [];
    }),
  );
}

/** Posts one internal note. The external API takes HTML only with `body_is_html` (mail_thread.py, 17 to 19). */
export async function postMarked(
  client: OdooClient,
  production: { readonly id: number; readonly name: string },
  mark: Mark,
  text: ChatterText,
  signal: AbortSignal,
): Promise<void> {
  const lines = [
    ...text.paragraphs.map((paragraph) => `<p>${escapeHtml(paragraph).replaceAll('\n', '<br>')}</p>`),
    ...text.links.map(({ name, url }) => `<p><a href="${escapeHtml(url)}">${escapeHtml(name)}</a></p>`),
    `<p><small>[azumuta ${mark.kind} ${escapeHtml(mark.key)}]</small></p>`,
  ];
  await client.call({
    model: 'mrp.production',
    method: 'message_post',
    ids: [production.id],
    named: {
      body: lines.join(''),
      body_is_html: true,
      message_type: 'comment',
      subtype_xmlid: 'mail.mt_note',
    },
    answer: z.unknown(),
    writes: true,
    order: production.name,
    signal,
  });
}

function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

function unescapeHtml(text: string): string {
  return text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#34;', '"')
    .replaceAll('&amp;', '&');
}
