import * as z from 'zod/mini';
import { Rejected, RetryLater } from '../../model/errors.ts';
import type { ErpOrderRef, ProductOrderRef } from '../../model/orders.ts';
import type { OdooBooking } from './context.ts';
import { isMark, postMarked, readMarks, requirePosting } from './marks.ts';
import { readOrder } from './order.ts';
import type { BookedProduction } from './records.ts';

/** Whoever still misses an entry then leaves it to the queue. */
const maxWrites = 2;
/** No URL and no number holds one. */
const separator = '\n';

/**
 * Writes the product order into the manufacturing order: into the configured field (beside others, when an
 * order became several product orders), or as a note in the chatter.
 */
export async function linkProductOrder(
  booking: OdooBooking,
  order: ErpOrderRef,
  productOrder: ProductOrderRef,
): Promise<void> {
  const own = await readOrder(booking, order);
  const { linkField } = booking.options;
  const { id: key, number, url } = productOrder;
  if (linkField !== undefined) return writeEntry(booking, own, linkField, url ?? number);
  const marks = await readMarks(booking, [own]);
  if (marks.some((mark) => isMark(mark, 'product-order', key))) return;
  requirePosting(booking, own.name);
  const text = {
    paragraphs: [`Azumuta product order ${number}`],
    links: url === undefined ? [] : [{ name: number, url }],
  };
  await postMarked(booking, own, { kind: 'product-order', key }, text);
}

/**
 * Adds a line to the field. Odoo has no conditional write, and the ledger locks no order for linking, so two parts that
 * are linked at the same moment may write over each other: what was written is read back, and whoever misses an entry,
 * his own or another, writes all that he knows of again. What remains: a part whose whole link, reading back included,
 * falls between another's read and write is lost unseen. The chatter, without `linkField`, has no such gap.
 */
async function writeEntry(
  { client, signal }: OdooBooking,
  own: BookedProduction,
  field: string,
  text: string,
): Promise<void> {
  let entries = await readEntries();
  if (entries.includes(text)) return;
  for (let tries = 0; tries < maxWrites; tries += 1) {
    const wanted = [...new Set([...entries, text])];
    await client.write({
      model: 'mrp.production',
      method: 'write',
      ids: [own.id],
      named: { vals: { [field]: wanted.join(separator) } },
      answer: z.unknown(),
      order: own.name,
      signal,
    });
    const now = await readEntries();
    if (wanted.every((entry) => now.includes(entry))) return;
    // Theirs and ours, and what both of us had read.
    entries = [...wanted, ...now];
  }
  throw new RetryLater(`Odoo: somebody else keeps writing ${field} of ${own.name} at this moment.`, {
    scope: 'order',
    wrote: 'known',
  });

  async function readEntries(): Promise<string[]> {
    const [found] = await client.read({
      model: 'mrp.production',
      method: 'search_read',
      named: { domain: [['id', '=', own.id]], fields: [field] },
      answer: z.array(z.catchall(z.object({ id: z.number() }), z.unknown())),
      order: own.name,
      signal,
    });
    const present = found?.[field];
    if (present !== false && typeof present !== 'string') {
      throw new Rejected(
        `Odoo's field ${field} of mrp.production is no text field: choose another one for linkField.`,
        { code: 'configuration' },
      );
    }
    return present ? present.split(separator) : [];
  }
}
