import { counted, linesOf, styled, tableOf } from '../cli/output.ts';
import type { Preview } from './preview.ts';

/** Showing more parts of a split order adds nothing. */
const maxParts = 3;

/** A sample, and below it what it becomes. */
export function previewLines({ at, from, becomes, mistakes, leftOut }: Preview): string[] {
  const shown = becomes.slice(0, maxParts);
  const tables = [from, ...shown.map(({ title, rows }) => ({ title: `→ ${title}`, rows }))];
  return linesOf(
    at !== '$' && styled('dim', at),
    tables
      .filter(({ rows }) => rows.length > 0)
      .flatMap(({ title, rows }) => [...tableOf([{ title }, { title: '', most: 70 }], rows), '']),
    becomes.length > shown.length && `… and ${becomes.length - shown.length} more`,
    mistakes.length > 0 && styled('red', `${counted(mistakes.length, 'mistake')}: nothing would be sent.`),
    mistakes.map((mistake) => `  ✗ ${mistake}`),
    leftOut !== undefined && `Nothing would be sent: ${leftOut}.`,
  );
}
