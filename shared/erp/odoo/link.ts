import * as z from 'zod/mini';
import type { ErpOrderRef, ProductOrderRef } from '../../model/orders.ts';
import { orderWaits, rejected } from '../failures.ts';
import type { Writer } from './connection.ts';
import { isMark, postMarked, readMarks, requirePosting } from './marks.ts';
import { readOrder } from './order.ts';
import type { BookedProduction } from './records.ts';

/** If an entry is still missing then, the queue tries again. */
const maxWrites = 2;
/** Neither a URL nor a number holds one. */
const separator = '\n';

/**
 * Writes the product order into the manufacturing order: into the configured field (next to others, when an
 * order became several product orders), or as a note in the chatter.
 */
export async function linkProductOrder(
  writer: Writer,
  order: ErpOrderRef,
  { id: key, number, url }: ProductOrderRef,
): Promise<void> {
  const own = await readOrder(writer, order);
  const { linkField } = writer.options;
  if (linkField !== undefined) return writeEntry(writer, own, linkField, url ?? number);
  const marks = await readMarks(writer, [own]);
  if (marks.some((mark) => isMark(mark, 'product-order', key))) return;
  requirePosting(writer, own.name);
  const links = url === undefined ? [] : [{ name: number, url }];
  const text = { paragraphs: [`Azumuta product order ${number}`], links };
  await postMarked(writer, own, { kind: 'product-order', key }, text);
}

/**
 * Adds a line to the field. Odoo has no conditional write, and the ledger locks no order for linking, so two parts that
 * are linked at the same moment may overwrite each other. So the field is read back, and who misses an entry writes all
 * entries that it knows of again. One gap remains: a part whose whole link, reading back included, falls between
 * another's read and write is lost unseen. The chatter, without `linkField`, has no such gap.
 */
async function writeEntry(
  { write, search }: Writer,
  { id, name }: BookedProduction,
  field: string,
  text: string,
): Promise<void> {
  const model = 'mrp.production';
  let entries = await readEntries();
  if (entries.includes(text)) return;
  for (let tries = 0; tries < maxWrites; tries += 1) {
    const wanted = [...new Set([...entries, text])];
    const vals = { [field]: wanted.join(separator) };
    await write({ model, method: 'write', ids: [id], named: { vals }, order: name });
    const now = await readEntries();
    if (wanted.every((entry) => now.includes(entry))) return;
    // Merge our entries with those written concurrently.
    entries = [...wanted, ...now];
  }
  throw orderWaits(`Odoo: somebody else keeps writing ${field} of ${name} at this moment.`, {
    wrote: 'known',
  });

  async function readEntries(): Promise<string[]> {
    const row = z.catchall(z.object({ id: z.number() }), z.unknown());
    const [found] = await search(model, { domain: [['id', '=', id]], fields: [field], row, order: name });
    const present = found?.[field];
    if (present !== false && typeof present !== 'string') {
      throw rejected(
        'configuration',
        `Odoo's field ${field} of mrp.production is no text field: choose another one for linkField.`,
      );
    }
    return present ? present.split(separator) : [];
  }
}
