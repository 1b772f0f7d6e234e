import * as z from 'zod/mini';
import type { Link } from '../../../model/completions.ts';
import type { Reader, Writer } from '../desk.ts';
import { resourceOf } from '../marks.ts';
import type { Production } from '../production.ts';

const attachmentSchema = z.object({ id: z.int(), name: z.string(), link: z.nullable(z.string()) });

/** Links that are not attached to the production yet. */
export async function missingLinks(
  desk: Reader,
  production: Production,
  links: readonly Link[],
): Promise<Link[]> {
  if (links.length === 0) return [];
  const attached = await readLinks(desk, production);
  return links.filter(
    (link, at) =>
      !attached.some((one) => isSame(one, link)) && links.findIndex((other) => isEqual(other, link)) === at,
  );
}

/** Attaches links (`ir.attachment` of type `link`) in one call; of two that were attached at once the oldest stays. */
export async function attachLinks(
  desk: Writer,
  production: Production,
  links: readonly Link[],
): Promise<void> {
  if (links.length === 0) return;
  const resource = resourceOf(production);
  const what = `attaching a link to production ${production.number}`;
  const values = links.map(({ name, url }) => ({ resource, name, type: 'link', link: url || null }));
  await desk.write('ir.attachment', 'create', [values], { what, answer: z.unknown() });
  const attached = await readLinks(desk, production);
  const extra = links.flatMap((link) => attached.filter((one) => isSame(one, link)).slice(1));
  if (extra.length === 0) return;
  await desk.write('ir.attachment', 'delete', [extra.map(({ id }) => id)], { what, answer: z.unknown() });
}

function readLinks(desk: Reader, production: Production): Promise<z.infer<typeof attachmentSchema>[]> {
  const domain = [
    ['resource', '=', resourceOf(production)],
    ['type', '=', 'link'],
  ];
  return desk.read('ir.attachment', 'search_read', [domain, 0, null, [['id', 'ASC']], ['name', 'link']], {
    what: `reading the links of production ${production.number}`,
    answer: z.array(attachmentSchema),
    mayVanish: true,
  });
}

/** Tryton strips white space off both texts (`fields.Char`, 7.0). */
function isSame(attached: z.infer<typeof attachmentSchema>, link: Link): boolean {
  return attached.name === link.name.trim() && (attached.link ?? '') === link.url.trim();
}

function isEqual(a: Link, b: Link): boolean {
  return a.name === b.name && a.url === b.url;
}
