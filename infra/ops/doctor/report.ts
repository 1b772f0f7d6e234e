import { counted, styled, wrap } from '../cli/output.ts';
import type { Finding } from './finding.ts';

const marks = {
  fine: ['green', '✓'],
  notice: ['yellow', '!'],
  wrong: ['red', '✗'],
} as const;

/** A finding as lines: what is so, and what to do next. */
export function findingLines({ about, result, says, next, command }: Finding, width: number): string[] {
  const [colour, mark] = marks[result];
  const [first = '', ...others] = wrap(`${about}: ${says}.`, Math.max(40, width - 4));
  const todo = next === undefined ? [] : wrap(`→ ${next}`, Math.max(40, width - 6));
  return [
    `  ${styled(colour, mark)} ${first}`,
    ...others.map((line) => `    ${line}`),
    ...todo.map((line, at) => `    ${at === 0 ? line : `  ${line}`}`),
    // In one piece, however long: it is to be copied.
    ...(command === undefined ? [] : [`      ${command}`]),
  ];
}

/** The last line: whether all is well. */
export function verdict(findings: readonly Finding[]): string {
  const count = (result: Finding['result']) => findings.filter((finding) => finding.result === result).length;
  const [wrongs, notices] = [count('wrong'), count('notice')];
  if (wrongs > 0) return styled('red', `${counted(wrongs, 'thing')} to mend.`);
  if (notices > 0) return styled('yellow', `It works; ${counted(notices, 'thing')} to know.`);
  return styled('green', 'All is well.');
}
