import { stripVTControlCharacters, styleText } from 'node:util';
import { Help } from 'commander';
import { counted, withUnseen } from '../../../shared/model/text.ts';

export { counted };

/** A column of a table: its title and its cells stand together, so that neither is without the other. */
export interface Column<Row> {
  readonly title: string;
  readonly cell: (row: Row) => string;
  /** Aligned to the right, as numbers are. */
  readonly right?: boolean;
  /** Characters in a line, at most; longer cells continue in the next line. */
  readonly most?: number;
}

/** Colour on a terminal that wants it (NO_COLOR and FORCE_COLOR are heeded); plain text elsewhere. */
export function styled(style: Parameters<typeof styleText>[0], text: string): string {
  return styleText(style, text, { stream: process.stdout });
}

/** Prints a text, folded at the width of the terminal. */
export function say(text = ''): void {
  const lines = foldedProse(printable(text, styled('bold', 'x') !== 'x'), terminalWidth());
  process.stdout.write(`${lines.join('\n')}\n`);
}

/** A command remains in one piece, so that it can be copied. */
const isCommandLine = (line: string): boolean => /^\s*(npm run|npx|aws|node) /.test(line);

/** The lines of a text, none of them longer than that where a space allows it: an indented line goes on a bit further in. */
export function foldedProse(text: string, width: number): string[] {
  return text.split('\n').flatMap((line) => {
    if (stripVTControlCharacters(line).length <= width || isCommandLine(line)) return [line];
    const [indent = ''] = /^ */.exec(line) ?? [];
    const further = indent === '' ? '' : `${indent}  `;
    const [first = '', ...others] = wrap(line.slice(indent.length), width - further.length);
    return [`${indent}${first}`, ...others.map((other) => `${further}${other}`)];
  });
}

/** Columns of a help: what is explained, two spaces, and the beginning of its explanation. */
const explainedPattern = /^(\s*\S+(?: \S+)*?)(\s{2,})(\S.*)$/;

/**
 * A help text for a terminal of that width: its paragraphs are filled, and what stands in columns is folded within its
 * column, or under it where that is too narrow. It is unchanged where it fits.
 */
export function foldedHelp(text: string, width: number): string {
  const lines = text.split('\n');
  if (lines.every((line) => line.length <= width)) return text;
  const blocks: string[] = [];
  let column = 0;
  for (const line of lines) {
    const [, name = '', gap = ''] = explainedPattern.exec(line) ?? [];
    const goesOn = column > 0 && /^ */.exec(line)?.[0].length === column;
    const before = blocks.at(-1) ?? '';
    const isPlain = (one: string) => one !== '' && !one.startsWith(' ') && !explainedPattern.test(one);
    const isFilled = isPlain(line) && isPlain(before) && column === 0;
    if (goesOn || isFilled) blocks.push(`${blocks.pop()} ${line.trim()}`);
    else {
      blocks.push(line);
      column = name.length + gap.length;
    }
  }
  return blocks.flatMap((block) => foldedBlock(block, width)).join('\n');
}

/** An explanation has at least so many columns next to what it explains. */
const narrowestColumn = 36;

function foldedBlock(block: string, width: number): string[] {
  const [, name = '', gap = '', explanation = ''] = explainedPattern.exec(block) ?? [];
  if (block.length <= width || name === '') return foldedProse(block, width);
  const column = name.length + gap.length;
  const [indent = ''] = /^ */.exec(name) ?? [];
  const isWide = width - column >= narrowestColumn;
  const margin = isWide ? ' '.repeat(column) : `${indent}    `;
  const [first = '', ...others] = wrap(explanation, width - margin.length);
  const below = others.map((line) => `${margin}${line}`);
  return isWide ? [`${name}${gap}${first}`, ...below] : [name, `${margin}${first}`, ...below];
}

/** The lines of a text that are there: what is undefined or false is left out. */
export function definedLines(
  ...parts: readonly (string | readonly string[] | false | undefined)[]
): string[] {
  return parts.flatMap((part) => (part === undefined || part === false ? [] : part));
}

export function sayJson(value: unknown): void {
  process.stdout.write(`${printable(JSON.stringify(value, null, 2))}\n`);
}

/** Makes unseen characters visible, so that the terminal does not obey them. @param mayBeStyled Lets colours pass. */
export function printable(text: string, mayBeStyled = false): string {
  return withUnseen(text).replace(/\p{Cc}(?:\[[\d;]*m)?/gu, (found) => {
    const [character = ''] = found;
    const isLayout = character === '\n' || character === '\t';
    const isWantedStyle = mayBeStyled && character === '\u001b' && found.length > 1;
    if (isLayout || isWantedStyle) return found;
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}${found.slice(1)}`;
  });
}

/** Characters in a line of the terminal; no limit elsewhere. */
export const terminalWidth = (): number => process.stdout.columns || Number.POSITIVE_INFINITY;

/** What long cells get of their `most`, where the table is wider than the terminal. */
const shares = [1, 0.75, 0.5, 0.35];

/** Long cells wrap at spaces. In a terminal that is too narrow, each row becomes lines `Title: value`. */
export function tableLines<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  width = terminalWidth(),
): string[] {
  const shown = rows.map((row) => columns.map(({ cell }) => printable(cell(row))));
  for (const share of shares) {
    const [head = '', ...lines] = gridOf(columns, shown, share);
    if ([head, ...lines].every(({ length }) => length <= width)) return [styled('bold', head), ...lines];
  }
  const [fields, values] = columns;
  // Where the one title stands for all, each row has its own.
  if (fields && values?.title === '')
    return shown.flatMap(([title = '', ...row], at) =>
      definedLines(at === 0 && folded(fields.title, width), rowAsList([{ title }], row, width)),
    );
  return shown.flatMap((row, at) => definedLines(at > 0 && '', rowAsList(columns, row, width)));
}

type Heading = Omit<Column<never>, 'cell'>;

function gridOf(columns: readonly Heading[], rows: readonly (readonly string[])[], share: number): string[] {
  const wrapped = rows.map((row) => columns.map(({ most }, at) => wrap(row[at] ?? '', most && most * share)));
  const widths = columns.map(({ title }, at) =>
    Math.max(title.length, ...wrapped.flatMap((row) => (row[at] ?? []).map((line) => line.length))),
  );
  const line = (cells: readonly string[]) =>
    columns
      .map(({ right }, at) => {
        const cell = cells[at] ?? '';
        return right ? cell.padStart(widths[at] ?? 0) : cell.padEnd(widths[at] ?? 0);
      })
      .join('  ')
      .trimEnd();
  return [
    line(columns.map(({ title }) => title)),
    ...wrapped.flatMap((row) => {
      const height = Math.max(...row.map((lines) => lines.length));
      return Array.from({ length: height }, (_, at) => line(row.map((lines) => lines[at] ?? '')));
    }),
  ];
}

function rowAsList(columns: readonly Heading[], row: readonly string[], width: number): string[] {
  return columns.flatMap(({ title }, at) => {
    const name = title && `${title}: `;
    const lines = row[at] === '' ? [] : folded(`${name}${row[at]}`, width - 2);
    return lines.map((line, n) => (n > 0 ? `  ${line}` : line.replace(name, styled('bold', name))));
  });
}

/** The lines of a text, none of them longer than that (or than 20 characters): a longer word goes on in the next line. */
export function folded(text: string, width: number): string[] {
  const most = Math.max(20, width);
  return wrap(text, most).flatMap((line) => line.match(new RegExp(`.{1,${most}}`, 'gsu')) ?? line);
}

const wordWrapper = Object.assign(new Help(), { minWidthToWrap: 1 });

/** The lines of a text of at most so many characters, broken at spaces; a longer word remains whole. */
export function wrap(text: string, most = Number.POSITIVE_INFINITY): string[] {
  return wordWrapper.boxWrap(text, most).split('\n');
}
