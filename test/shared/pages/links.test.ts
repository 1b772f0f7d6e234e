import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { problemOfText } from '../../../shared/model/text.ts';
import {
  claimedLink,
  isSigned,
  type SignedLink,
  type Signer,
  signedLink,
} from '../../../shared/pages/links.ts';

const signer: Signer = { key: 'a key of the pages, never told', plant: 'ghent', stage: 'production' };
const until = 1_790_000_000;

/** Numbers that the ledger may hold. */
const numbers = fc
  .oneof(fc.string({ unit: 'grapheme', maxLength: 40 }), fc.stringMatching(/^[A-Z%2F/ +&=?#]{1,12}$/))
  .filter((text) => problemOfText(text) === undefined);
const links: fc.Arbitrary<SignedLink> = fc.oneof(
  fc.constant<SignedLink>({ page: 'today', until }),
  numbers.map((number): SignedLink => ({ page: 'order', number, until })),
);

/** What the link opens; undefined when it is refused. */
function opened(text: string): SignedLink | undefined {
  const [page = '', query = ''] = text.split(/\?(.*)/s);
  const link = claimedLink(page, query);
  return link && isSigned(link, query, signer) ? link : undefined;
}

describe('a signed link', () => {
  it('opens exactly what it was signed for, whatever the number is', () => {
    fc.assert(
      fc.property(links, (link) => {
        expect(opened(signedLink(link, signer))).toEqual(link);
      }),
    );
  });

  it('opens the same number in another percent-encoding', () => {
    const link = signedLink({ page: 'order', number: 'MO/1', until }, signer);
    expect(opened(link.replace('MO%2F1', '%4d%4f/%31'))).toMatchObject({ number: 'MO/1' });
  });

  it('is refused with any other page, number, time or key, and with one of another link', () => {
    const keyIn = (link: string) => /key=([\w-]+)/.exec(link)?.[1] ?? '';
    fc.assert(
      fc.property(links, links, fc.integer({ min: 1, max: 9_999_999_999 }), (ours, theirs, time) => {
        fc.pre(JSON.stringify(ours) !== JSON.stringify(theirs) && time !== until);
        const key = keyIn(signedLink(ours, signer));
        for (const other of [theirs, { ...ours, until: time }]) {
          const link = signedLink(other, signer);
          expect(opened(link)).toEqual(other);
          expect(opened(link.replace(keyIn(link), key))).toBeUndefined();
        }
      }),
    );
  });

  it('is refused once any of its characters is another one', () => {
    fc.assert(
      fc.property(links, fc.nat(), fc.stringMatching(/^[\w/%.+-]$/), (link, at, character) => {
        const text = signedLink(link, signer);
        const place = at % text.length;
        const altered = text.slice(0, place) + character + text.slice(place + 1);
        const found = opened(altered);
        // What decodes to the same link is the same link.
        if (found) expect(found).toEqual(link);
        if (found)
          expect(new URLSearchParams(altered.split('?')[1])).toEqual(new URLSearchParams(text.split('?')[1]));
      }),
      { numRuns: 500 },
    );
  });
});
