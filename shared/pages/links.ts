import { createHmac } from 'node:crypto';
import { isValid } from '../platform/aws/credentials.ts';

export type AskedPage = { readonly page: 'today' } | { readonly page: 'order'; readonly number: string };

/** A page, and until when a link opens it (epoch seconds). */
export type SignedLink = AskedPage & { readonly until: number };

/** What signs links: the current key alone, so that a rotation ends all of them, and whose pages they open. */
export type Signer = Readonly<Record<'key' | 'plant' | 'stage', string>>;

/** The link to a page, relative to where all pages are: `order?number=MO%2F1&key=…&until=1790000000`. */
export function signedLink(link: SignedLink, { key: secret, plant, stage }: Signer): string {
  const number = link.page === 'order' ? { number: link.number } : {};
  // As a list in JSON, so that no two links read the same.
  const signed = JSON.stringify([plant, stage, link.page, link.until, ...Object.values(number)]);
  const key = createHmac('sha256', secret).update(signed).digest('base64url');
  return `${link.page}?${new URLSearchParams({ ...number, key, until: String(link.until) })}`;
}

/**
 * What a link claims to open; undefined for one that was surely never signed, so that it costs nothing.
 * @param page Last segment of the path. @param query As it came, percent-encoded in whatever way.
 */
export function claimedLink(page: string, query: string): SignedLink | undefined {
  const given = new URLSearchParams(query);
  const [number, until] = [given.get('number'), Number(given.get('until'))];
  // SHA-256 in base64.
  if (given.get('key')?.length !== 43 || !Number.isInteger(until)) return undefined;
  if (page === 'order' && number !== null) return { page, number, until };
  return page === 'today' ? { page, until } : undefined;
}

/** Whether we have signed the link, as it is but for its percent-encoding; takes the same time whether and where it differs. */
export function isSigned(link: SignedLink, query: string, signer: Signer): boolean {
  return isValid(`${link.page}?${new URLSearchParams(query)}`, { current: signedLink(link, signer) });
}
