import { counted, linesOf, styled, wrap } from '../cli/output.ts';
import type { Preview, Row } from './preview.ts';

/** Showing more parts of a split order adds nothing. */
const maxParts = 3;

/** A sample and what it becomes, side by side; below each other when there is no room. */
export function previewLines(preview: Preview, width = process.stdout.columns ?? 110): string[] {
  const { at, from, becomes, mistakes, leftOut } = preview;
  const shown = becomes.slice(0, maxParts);
  const half = Math.max(30, Math.floor((width - 5) / 2));
  const left = block(from.title, from.rows, half);
  const right = shown.flatMap(({ title, rows }, index) => linesOf(index > 0 && '', block(title, rows, half)));
  if (becomes.length > shown.length) right.push('', `… and ${becomes.length - shown.length} more`);
  const columns =
    right.length === 0 ? left : width < 70 ? [...left, '', ...right] : sideBySide(left, right, half);
  return linesOf(
    at !== '$' && styled('dim', at),
    from.rows.length > 0 && columns,
    mistakes.length > 0 && from.rows.length > 0 && '',
    mistakes.length > 0 && styled('red', `${counted(mistakes.length, 'mistake')}: nothing would be sent.`),
    mistakes.map((mistake) => `  ✗ ${mistake}`),
    leftOut !== undefined && ['', `Nothing would be sent: ${leftOut}.`],
  );
}

/** A title and its rows, values wrapped within the width. */
function block(title: string, rows: readonly Row[], width: number): string[] {
  const names = Math.min(26, Math.max(0, ...rows.map(([field]) => field.length)));
  return [
    title,
    ...rows.flatMap(([field, value]) => {
      const name = field.padEnd(names);
      const lines = wrap(value, Math.max(12, width - name.length - 4));
      return lines.map((line, index) => `  ${index === 0 ? name : ' '.repeat(name.length)}  ${line}`);
    }),
  ];
}

function sideBySide(left: readonly string[], right: readonly string[], half: number): string[] {
  return Array.from({ length: Math.max(left.length, right.length) }, (_, at) => {
    const [from = '', to = ''] = [left[at], right[at]];
    const arrow = at === 0 ? '→' : ' ';
    const text = `${from.padEnd(half)} ${arrow} ${to}`.trimEnd();
    return at === 0 ? styled('bold', text) : text;
  });
}
