import { duration } from './time.ts';

/** What a stack does with what it has decided: writes it to the partners, or only notes it. */
export const modes = ['live', 'shadow'] as const;
export type Mode = (typeof modes)[number];

/** Above all that is shown of a stack in shadow: its words are those of a live one. */
export const inShadowSays =
  'In shadow: nothing is written to Azumuta or the ERP. What is said here to be created, linked or booked would have been.';

/** From when on a live stack books, and what becomes of what Azumuta completed before. @param liveFrom ISO time with zone. */
export function liveFromInWords(
  liveFrom: string,
  now: Date,
): { readonly says: string; readonly aheadMs: number } {
  const aheadMs = Date.parse(liveFrom) - now.getTime();
  const peoples = "is people's, and booked by nobody here";
  const says =
    aheadMs > 0
      ? `books nothing for ${duration(aheadMs / 1000)} yet: what is completed before ${liveFrom} ${peoples}`
      : `books what Azumuta completed since ${liveFrom}: what it completed before ${peoples}`;
  return { says, aheadMs };
}
