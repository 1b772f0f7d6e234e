import * as z from 'zod/mini';
import type { Link } from '../../model/completions.ts';
import type { ErpOrderRef, ProductOrderRef } from '../../model/orders.ts';
import type { Reader, Writer } from './client.ts';
import { findProduction, onProduction, type Production } from './production.ts';

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
  production: Production,
  links: readonly Link[],
): Promise<Link[]> {
  if (links.length === 0) return [];
  const attached = await readLinks(reader, production);
  const isFirst = ({ name, url }: Link, at: number) =>
    links.findIndex((other) => other.name === name && other.url === url) === at;
  return links.filter((link, at) => isFirst(link, at) && !attached.some((one) => isSame(one, link)));
}

/** Attaches links (`ir.attachment` of type `link`) in one call; of two that were attached at once the oldest stays. */
export async function attachLinks(
  writer: Writer,
  production: Production,
  links: readonly Link[],
): Promise<void> {
  if (links.length === 0) return;
  const resource = onProduction(production);
  const what = `attaching a link to production ${production.number}`;
  const values = links.map(({ name, url }) => ({ resource, name, type: 'link', link: url || null }));
  await writer.create('ir.attachment', values, what);
  const attached = await readLinks(writer, production);
  const extra = links.flatMap((link) => attached.filter((one) => isSame(one, link)).slice(1));
  if (extra.length === 0) return;
  await writer.write('ir.attachment', 'delete', [extra.map(({ id }) => id)], { what });
}

const attachmentSchema = z.object({ id: z.int(), name: z.string(), link: z.nullable(z.string()) });
type Attachment = z.infer<typeof attachmentSchema>;

function readLinks({ search }: Reader, production: Production): Promise<Attachment[]> {
  return search('ir.attachment', {
    domain: [
      ['resource', '=', onProduction(production)],
      ['type', '=', 'link'],
    ],
    sort: [['id', 'ASC']],
    row: attachmentSchema,
    what: `reading the links of production ${production.number}`,
    mayVanish: true,
  });
}

/** Tryton strips white space off both texts (`fields.Char`, 7.0). */
function isSame(attached: Attachment, link: Link): boolean {
  return attached.name === link.name.trim() && (attached.link ?? '') === link.url.trim();
}
