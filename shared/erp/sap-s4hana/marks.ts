import { checkLine, lotLine } from '../../model/completion-lines.ts';
import type { BookingKey, Completion } from '../../model/completions.ts';
import type { ProductOrderRef } from '../../model/orders.ts';
import { rejected } from '../failures.ts';
import { keyAsGuid } from '../marks.ts';
import type { SapOptions } from './options.ts';
import type { SapConfirmation, SapOrder } from './records.ts';

/** What is added to an order's long text. */
export interface LongTextNote {
  /** The text. */
  readonly field: string;
  readonly lines: readonly string[];
  /** Its last line. */
  readonly mark: string;
}

/**
 * The mark of a booking in a text is its key's GUID, as in its confirmation: of one length for any key, and short enough
 * for a line of a long text (132 characters).
 */
export function markLineOf(key: string): string {
  return `[azumuta ${keyAsGuid(key)}]`;
}

/**
 * The GUID of one of the confirmations of a booking: the key's own for the one that closes it (0), and for the others
 * one that differs in its last four digits, so that SAP shows what belongs together.
 */
export function guidOf(key: BookingKey, part: number): string {
  const guid = keyAsGuid(key);
  const end = (Number.parseInt(guid.slice(-4), 16) ^ part).toString(16).padStart(4, '0');
  return guid.slice(0, -4) + end;
}

/** Whether a confirmation is one of this booking's, whichever. */
export function isConfirmationOfBooking(
  { ExternalSystemConfirmation: guid }: SapConfirmation,
  key: BookingKey,
): boolean {
  return guid?.toLowerCase().slice(0, -4) === keyAsGuid(key).slice(0, -4);
}

/** What a completion says besides what its confirmations hold; undefined where no text is configured. */
export function noteOfCompletion(
  { notesField }: SapOptions,
  { productOrder, notes, links, lots, checks = [] }: Completion,
  key: string,
): LongTextNote | undefined {
  if (notesField === undefined) return undefined;
  const scrapped = lots
    .filter((lot) => lot.scrapped)
    .map((lot) => (lot.reason === undefined ? lot.number : lotLine(lot)));
  return noteWithMark(notesField, key, [
    `Azumuta product order ${productOrder.number}`,
    ...notes,
    // Scrap is received nowhere, so no receipt names its lots.
    ...(scrapped.length > 0 ? [`Scrap: ${scrapped.join(', ')}`] : []),
    ...checks.map(checkLine),
    ...links.map(({ name, url }) => `${name}: ${url}`),
  ]);
}

export function noteOfLink(field: string, { id, number, url }: ProductOrderRef): LongTextNote {
  return noteWithMark(field, `product-order ${id}`, [
    `Azumuta product order ${number}${url === undefined ? '' : `: ${url}`}`,
  ]);
}

const lineEnd = /\r\n|[\n\v\f\r\u0085\u2028\u2029]/;

/** Texts of others are changed so that none looks like a mark, wherever SAP breaks its lines. */
function noteWithMark(field: string, key: string, texts: readonly string[]): LongTextNote {
  const lines = texts.flatMap((text) => text.split(lineEnd));
  return {
    field,
    lines: lines.map((line) => line.replaceAll(/\[(?=azumuta)/gi, '[ ')),
    mark: markLineOf(key),
  };
}

/**
 * The order's text with the note at its end; undefined when the text has the note already.
 * @throws Rejected when the order has no such text field.
 */
export function textWith({ field, lines, mark }: LongTextNote, order: SapOrder): string | undefined {
  const present = order[field] ?? '';
  if (order[field] === undefined || typeof present !== 'string') {
    throw rejected(
      'configuration',
      `SAP shows no text ${field} of order ${order.ManufacturingOrder}: choose another field of A_ProductionOrder_2 for notesField.`,
    );
  }
  if (present.split(lineEnd).some((line) => line.trim() === mark)) return undefined;
  return [...(present === '' ? [] : [present]), ...lines, mark].join('\n');
}
