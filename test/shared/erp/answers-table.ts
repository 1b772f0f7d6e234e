import { readFileSync } from 'node:fs';
import { isVerdict, Rejected, RetryLater, UnknownOrder } from '../../../shared/model/errors.ts';

/** A row of a page's table *What an answer means*: the answer, and what it is in each of its columns. */
export interface AnswerRow {
  readonly answer: string;
  readonly results: readonly string[];
}

/** The table on a page of a connector, below a heading. */
export function readAnswerRows(
  folder: string,
  { page = 'README.md', heading = '## What an answer means' } = {},
): readonly AnswerRow[] {
  const text = readFileSync(new URL(`../../../shared/erp/${folder}/${page}`, import.meta.url), 'utf8');
  const [, rest = ''] = text.split(heading);
  const [section = ''] = rest.split('\n## ');
  const lines = section.split('\n').filter((line) => line.startsWith('|'));
  return lines.slice(2).map((line) => {
    const [answer = '', ...results] = line
      .slice(1, -1)
      .split(/(?<!\\)\|/)
      .map((cell) => cell.trim());
    return { answer, results };
  });
}

/** The words of the pages for what an answer is, and the same of a failure. The longest comes first. */
const verdicts: readonly (readonly [words: RegExp, verdict: string])[] = [
  [/does not know the order|unknown order/i, 'unknown order'],
  [/^partner down|^partner:/i, 'partner down'],
  [/^wait for this order|^this order waits/i, 'wait for this order'],
  [/^for a person/i, 'for a person'],
  [/^taken for done|^booked/i, 'done'],
];

/** What a cell of the page says of an answer, in one word of all pages. */
export function verdictInCell(cell: string): string | undefined {
  return verdicts.find(([words]) => words.test(cell))?.[1];
}

/** What the code made of an answer, in the same words. */
export function verdictOfFailure(failure: unknown): string {
  if (failure === undefined) return 'done';
  if (failure instanceof UnknownOrder) return 'unknown order';
  if (failure instanceof Rejected) return 'for a person';
  if (!(failure instanceof RetryLater) || !isVerdict(failure)) return `no verdict: ${String(failure)}`;
  return failure.scope === 'partner' ? 'partner down' : 'wait for this order';
}

const firstOf: Readonly<Record<string, number>> = { '4xx': 400, '5xx': 500 };

/** Statuses that a row names: `408, 5xx`; of `any other 4xx` those that no other row names. */
export function statusesIn({ answer }: AnswerRow, rows: readonly AnswerRow[]): number[] {
  const named = statusesNamedIn(answer);
  if (!/any other/i.test(answer)) return named;
  const others = new Set(
    rows.filter((row) => row.answer !== answer).flatMap((row) => statusesNamedIn(row.answer)),
  );
  return named.filter((status) => !others.has(status));
}

function statusesNamedIn(answer: string): number[] {
  // What one of them says besides is no status.
  const plain = answer.replace(/any [45]xx with .*/, '');
  return Array.from(plain.matchAll(/\b([45]xx|[45]\d\d)\b/g), ([, text = '']) => {
    const first = firstOf[text];
    // Those that HTTP has are below 60 each; a few of proxies are above.
    return first === undefined ? [Number(text)] : [...Array(60).keys(), 99].map((more) => first + more);
  }).flat();
}
