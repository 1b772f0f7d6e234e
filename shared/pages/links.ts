import { createHmac } from 'node:crypto';
import * as z from 'zod/mini';
import { isValid, rotatingSecretSchema } from '../platform/aws/credentials.ts';

/** The secret with the key: its current value alone counts, so that a rotation ends all links. */
export const pagesKeySchema = z.pipe(
  rotatingSecretSchema,
  z.transform(({ current }) => current),
);

/** A page, and of which order: its number as the ledger has it. */
export type AskedPage = { readonly page: 'today' } | { readonly page: 'order'; readonly number: string };

/** What signs links: the key, and whose pages it opens. */
export interface Signer {
  readonly key: string;
  readonly plant: string;
  readonly stage: string;
}

/** A link that was signed with our key. */
export type SignedLink = AskedPage & {
  /** Until when it opens its page (epoch seconds). */
  readonly until: number;
};

/** The only writing of a time: ten digits last until the year 2286. */
const until = z.string().check(z.regex(/^[1-9]\d{9}$/));
const key = z.string().check(z.regex(/^[\w-]{43}$/));
/** What stands in a query: nothing else, and nothing twice. */
const querySchemas = {
  today: z.strictObject({ key, until }),
  order: z.strictObject({ number: z.string(), key, until }),
};

/** The link to a page, relative to where all pages are: `order?number=MO%2F1&key=…&until=1790000000`. */
export function signedLink(link: SignedLink, signer: Signer): string {
  const number = link.page === 'order' ? { number: link.number } : {};
  const query = new URLSearchParams({ ...number, key: macOf(link, signer), until: String(link.until) });
  return `${link.page}?${query}`;
}

/**
 * What a link asks for, before anything is known of it: undefined for what was surely never signed, so that it costs
 * nothing.
 * @param page Last segment of the path. @param query As it came, percent-encoded in whatever way.
 */
export function parseLink(page: string, query: string): { link: SignedLink; presented: string } | undefined {
  if (page !== 'today' && page !== 'order') return undefined;
  const entries = [...new URLSearchParams(query)];
  const fields = Object.fromEntries(entries);
  const { data } = z.safeParse(querySchemas[page], fields);
  if (!data || Object.keys(fields).length < entries.length) return undefined;
  const asked: AskedPage = 'number' in data ? { page: 'order', number: data.number } : { page: 'today' };
  return { link: { ...asked, until: Number(data.until) }, presented: data.key };
}

/** Whether the link is ours; takes the same time whether and where it differs. */
export function isSigned(link: SignedLink, presented: string, signer: Signer): boolean {
  return isValid(presented, { current: macOf(link, signer) });
}

/** As a list in JSON, so that no two links read the same. */
function macOf(link: SignedLink, { key: secret, plant, stage }: Signer): string {
  const number = link.page === 'order' ? [link.number] : [];
  const signed = JSON.stringify([plant, stage, link.page, link.until, ...number]);
  return createHmac('sha256', secret).update(signed).digest('base64url');
}
