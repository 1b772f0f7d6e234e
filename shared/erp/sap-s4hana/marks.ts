import type { Completion } from '../../model/completions.ts';
import { Rejected } from '../../model/errors.ts';
import type { ProductOrderRef } from '../../model/orders.ts';
import { guidOf, type SapOrder } from './records.ts';

/** What is added to an order's long text. */
export interface Note {
  readonly lines: readonly string[];
  /** Its last line. */
  readonly mark: string;
}

/**
 * A mark is the key's GUID: of one length for any key, short enough for a line of a long text (132 characters), and in
 * a booking the same as in its confirmation.
 */
export function markOf(key: string): string {
  return `[azumuta ${guidOf(key)}]`;
}

/** What a completion says beside its quantities. */
export function noteOfCompletion({ productOrder, notes, links, lots }: Completion, key: string): Note {
  const scrapped = lots.filter((lot) => lot.scrapped).map(({ number }) => number);
  return noteOf(key, [
    `Azumuta product order ${productOrder.number}`,
    ...notes,
    // No receipt bears them.
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

/** What others wrote can be no mark, wherever SAP breaks its lines. */
function noteOf(key: string, texts: readonly string[]): Note {
  const lines = texts.flatMap((text) => text.split(lineEnd));
  return { lines: lines.map((line) => line.replaceAll(/\[(?=azumuta)/gi, '[ ')), mark: markOf(key) };
}

/**
 * The order's text with the note at its end; undefined when it stands there already.
 * @throws Rejected when the field is none that could take it.
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
