import * as z from 'zod/mini';
import { Rejected } from '../../model/errors.ts';
import type { ErpOrderRef } from '../../model/orders.ts';
import { literal, orderService, type SapClient } from './client.ts';
import { readOrder } from './order.ts';
import { toWire } from './records.ts';

export interface NotesOfOrder {
  readonly client: SapClient;
  readonly field: string;
  readonly signal: AbortSignal;
}

/**
 * Appends lines to the order's long text under a mark, `[azumuta <mark>]`; false when the mark is there
 * already. If-Match keeps a text that somebody wrote in between: then the order waits (412).
 */
export async function appendNotes(
  { client, field, signal }: NotesOfOrder,
  order: ErpOrderRef,
  mark: string,
  lines: readonly string[],
): Promise<boolean> {
  const { order: read, etag } = await readOrder(client, order, signal);
  const present = read[field] ?? '';
  if (typeof present !== 'string') {
    throw new Rejected(
      `SAP's field ${field} of A_ProductionOrder_2 is no text: choose another one for notesField.`,
      { code: 'configuration' },
    );
  }
  const marked = `[azumuta ${mark}]`;
  if (present.includes(marked)) return false;
  await client.call({
    method: 'PATCH',
    service: orderService,
    path: `/A_ProductionOrder_2(${encodeURIComponent(literal(toWire(order.number)))})`,
    headers: etag === undefined ? {} : { 'if-match': etag },
    body: { [field]: [...(present === '' ? [] : [present]), ...lines, marked].join('\n') },
    answer: z.unknown(),
    what: `the ${field}`,
    order: order.number,
    signal,
  });
  return true;
}
