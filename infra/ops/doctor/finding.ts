import { sentenceForOperator } from '../cli/command.ts';
import { counted, definedLines, folded, styled } from '../cli/output.ts';

export interface DoctorFinding {
  /** What was looked at: `Azumuta`, `Queue of completions`. */
  readonly about: string;
  /** `fine`; `notice`: works, but somebody should know; `wrong`: must be corrected. */
  readonly result: 'fine' | 'notice' | 'wrong';
  /** A sentence without its full stop. */
  readonly says: string;
  readonly next?: string | undefined;
  readonly command?: string | undefined;
}

export interface DoctorCheck {
  readonly about: string;
  /** Never throws. */
  readonly look: () => Promise<readonly DoctorFinding[]>;
}

export type CheckOutcome = Omit<DoctorFinding, 'about'> & { readonly about?: string };

/** Makes a check. An error that its look throws becomes a finding, too. */
export function defineCheck(
  about: string,
  look: () => Promise<CheckOutcome | readonly CheckOutcome[]>,
): DoctorCheck {
  return {
    about,
    async look() {
      try {
        return [await look()].flat().map((found) => ({ about, ...found }));
      } catch (error) {
        return [{ about, ...wrong(sentenceForOperator(error)) }];
      }
    },
  };
}

export const fine = (says: string) => ({ result: 'fine', says }) as const;
export const notice = (says: string, next: string, command?: string) =>
  ({ result: 'notice', says, next, command }) as const;
export const wrong = (says: string, next?: string, command?: string) =>
  ({ result: 'wrong', says: says.replace(/\.$/, ''), next, command }) as const;

const marks = {
  fine: ['green', '✓'],
  notice: ['yellow', '!'],
  wrong: ['red', '✗'],
} as const;

export function findingLines(
  { about, result, says, next, command }: DoctorFinding,
  width = process.stdout.columns || 110,
): string[] {
  const [colour, mark] = marks[result];
  const [first = '', ...others] = folded(`${about}: ${says}.`, width - 4);
  const todo = next === undefined ? [] : folded(`→ ${next}`, width - 6);
  return definedLines(
    `  ${styled(colour, mark)} ${first}`,
    others.map((line) => `    ${line}`),
    todo.map((line, at) => `    ${at === 0 ? line : `  ${line}`}`),
    // A command remains in one piece, so that it can be copied.
    command && `      ${command}`,
  );
}

export function verdict(findings: readonly DoctorFinding[]): string {
  const count = (result: DoctorFinding['result']) =>
    findings.filter((finding) => finding.result === result).length;
  const [wrongs, notices] = [count('wrong'), count('notice')];
  if (wrongs > 0) return styled('red', `${counted(wrongs, 'thing')} to fix.`);
  if (notices > 0) return styled('yellow', `It works; ${counted(notices, 'thing')} to know.`);
  return styled('green', 'All is well.');
}
