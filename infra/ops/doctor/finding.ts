import { sentenceOf } from '../cli/command.ts';

/** What one check of `doctor` found. */
export interface Finding {
  /** What was looked at: `Azumuta`, `Queue of bookings`. */
  readonly about: string;
  /** `fine`; `notice`: works, but somebody should know; `wrong`: must be mended. */
  readonly result: 'fine' | 'notice' | 'wrong';
  /** A sentence without its full stop. */
  readonly says: string;
  /** What to do next. */
  readonly next?: string;
  /** What to type for it, ready to paste. */
  readonly command?: string;
}

/** One check: it looks, and never throws. */
export interface Check {
  readonly about: string;
  readonly look: () => Promise<readonly Finding[]>;
}

/** Looks at something; whatever is thrown is a finding, too. */
export function check(
  about: string,
  look: () => Promise<
    Omit<Finding, 'about'> | readonly (Omit<Finding, 'about'> & { readonly about?: string })[]
  >,
): Check {
  return {
    about,
    async look() {
      try {
        const found = await look();
        const all = 'result' in found ? [found] : found;
        return all.map((each) => ({ about, ...each }));
      } catch (error) {
        return [{ about, result: 'wrong', says: withoutStop(sentenceOf(error)) }];
      }
    },
  };
}

export const fine = (says: string) => ({ result: 'fine', says }) as const;
export const notice = (says: string, next: string, command?: string) =>
  ({ result: 'notice', says, next, ...(command === undefined ? {} : { command }) }) as const;
export const wrong = (says: string, next: string, command?: string) =>
  ({ ...notice(withoutStop(says), next, command), result: 'wrong' }) as const;

function withoutStop(sentence: string): string {
  return sentence.replace(/\.$/, '');
}
