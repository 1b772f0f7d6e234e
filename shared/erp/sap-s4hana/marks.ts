import { createHash } from 'node:crypto';
import type { Completion } from '../../model/completions.ts';
import { Rejected } from '../../model/errors.ts';
import type { ProductOrderRef } from '../../model/orders.ts';
import type { SapOrder } from './records.ts';

/** What is added to an order's long text. */
export interface Note {
  readonly lines: readonly string[];
  /** Its last line. */
  readonly mark: string;
}

/**
 * The mark of a booking in a text is its key's GUID, as in its confirmation: of one length for any key, and short enough
 * for a line of a long text (132 characters).
 */
export function markOf(key: string): string {
  return `[azumuta ${guidOf(key)}]`;
}

/** Everything that a completion says beside its quantities. */
export function noteOfCompletion({ productOrder, notes, links, lots }: Completion, key: string): Note {
  const scrapped = lots.filter((lot) => lot.scrapped).map(({ number }) => number);
  return noteOf(key, [
    `Azumuta product order ${productOrder.number}`,
    ...notes,
    // Scrap is received nowhere, so no receipt names its lots.
    ...(scrapped.length > 0 ? [`Scrap: ${scrapped.join(', ')}`] : []),
    ...links.map(({ name, url }) => `${name}: ${url}`),
  ]);
}

export function noteOfLink({ id, number, url }: ProductOrderRef): Note {
  return noteOf(`product-order ${id}`, [
    `Azumuta product order ${number}${url === undefined ? '' : `: ${url}`}`,
  ]);
}

const lineEnd = /\r\n|[\n\v\f\r\u0085\u2028\u2029]/;

/** Texts of others are changed so that none looks like a mark, wherever SAP breaks its lines. */
function noteOf(key: string, texts: readonly string[]): Note {
  const lines = texts.flatMap((text) => text.split(lineEnd));
  return { lines: lines.map((line) => line.replaceAll(/\[(?=azumuta)/gi, '[ ')), mark: markOf(key) };
}

/**
 * The order's text with the note at its end; undefined when the text has the note already.
 * @throws Rejected when the order has no such text field.
 */
export function textWith(note: Note, field: string, order: SapOrder): string | undefined {
  const present = order[field] ?? '';
  if (order[field] === undefined || typeof present !== 'string') {
    throw new Rejected(
      `SAP shows no text ${field} of order ${order.ManufacturingOrder}: choose another field of A_ProductionOrder_2 for notesField.`,
      { code: 'configuration' },
    );
  }
  if (present.split(lineEnd).some((line) => line.trim() === note.mark)) return undefined;
  return [...(present === '' ? [] : [present]), ...note.lines, note.mark].join('\n');
}

/** Namespace of our confirmation ids, so that no other system makes the same. */
const namespace = Buffer.from('6e0f7a3c5b1d4d0a9a5e2f8c7d416b90', 'hex');

/** The booking key as a GUID (RFC 9562 §5.5, name-based): the same key is always the same GUID. */
export function guidOf(key: string): string {
  const hash = createHash('sha1').update(namespace).update(key).digest();
  hash[6] = ((hash[6] ?? 0) & 0x0f) | 0x50;
  hash[8] = ((hash[8] ?? 0) & 0x3f) | 0x80;
  const hex = hash.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join(
    '-',
  );
}
