import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import {
  type Column,
  foldedHelp,
  foldedProse,
  printable,
  say,
  sayJson,
  tableLines,
} from '../../../../infra/ops/cli/output.ts';
import { findingLines } from '../../../../infra/ops/doctor/finding.ts';

/** Columns of rows that are lists of cells. */
function columnsOf(...headings: readonly Omit<Column<never>, 'cell'>[]): Column<readonly string[]>[] {
  return headings.map((heading, at) => ({ ...heading, cell: (row) => row[at] ?? '' }));
}

/** Escape sequences are for terminals only, and a test has none. */
describe('a table', () => {
  it('aligns cells with their titles, numbers at the right, without colour outside a terminal', () => {
    const lines = tableLines(columnsOf({ title: 'Letters', right: true }, { title: 'Reason' }), [
      ['3', 'No article.'],
      ['12', ''],
    ]);
    expect(lines).toEqual(['Letters  Reason', '      3  No article.', '     12']);
  });

  it('wraps a cell that is wider than its column, and keeps a longer word whole', () => {
    const lines = tableLines(columnsOf({ title: 'A', most: 8 }, { title: 'B' }), [
      ['one two a-long-word b', 'x'],
    ]);
    expect(lines).toEqual(['A            B', 'one two      x', 'a-long-word', 'b']);
  });
});

describe('a terminal', () => {
  const columns = columnsOf(
    { title: 'Letters', right: true },
    { title: 'Order' },
    { title: 'Why', most: 60 },
  );
  const why = 'Azumuta has no article GEAR-99: create it there, or correct the mapping, then replay.';
  const rows = [
    ['3', 'MO/1', why],
    ['12', 'MO/2\u200b', ''],
  ];
  const plain = (lines: readonly string[]) => lines.map((line) => stripVTControlCharacters(line));

  it('gets narrower cells, and where even those are too wide, lines of title and value', () => {
    expect(tableLines(columns, rows, 60)).toEqual([
      'Letters  Order         Why',
      '      3  MO/1          Azumuta has no article',
      '                       GEAR-99: create it there, or',
      '                       correct the mapping, then',
      '                       replay.',
      '     12  MO/2[U+200B]',
    ]);
    expect(tableLines(columns, rows, 40)).toEqual([
      'Letters: 3',
      'Order: MO/1',
      'Why: Azumuta has no article GEAR-99:',
      '  create it there, or correct the',
      '  mapping, then replay.',
      '',
      'Letters: 12',
      'Order: MO/2[U+200B]',
    ]);
  });

  it('has each field of a table of fields with its value', () => {
    const fields = columnsOf({ title: 'ERP order' }, { title: '', most: 70 });
    const value = 'Müller & Söhne in Ghent, at the harbour';
    expect(tableLines(fields, [['attributes.customer', value]], 40)).toEqual([
      'ERP order',
      'attributes.customer: Müller & Söhne in',
      '  Ghent, at the harbour',
    ]);
  });

  it.each([40, 60, 80, 120, 200])(
    'of %d columns has no line of a table or a finding that is wider',
    (width) => {
      // Prepare
      const long = 'MO/'.padEnd(200, '0123456789');
      const finding = {
        about: 'Queue of completions',
        result: 'wrong',
        says: `${why} ${long}`,
        next: why,
      } as const;

      // Act
      const table = plain(tableLines(columns, [...rows, ['1', long, why]], width));
      const found = plain(findingLines(finding, width));

      // Assess
      for (const lines of [table, found]) {
        expect(lines.filter((line) => line.length > width)).toEqual([]);
        expect(lines.join('').replaceAll(' ', '')).toContain(long);
      }
    },
  );
});

describe('prose', () => {
  const said = [
    'Replayed 25 of 40 dead letters.',
    '  MO/0210, MO/0211: The posting period 11 is closed: open it, or move the date of the order, then replay.',
    '  npm run replay -- --reason "The posting period 11 is closed" --go --stack AzumutaErp-ghent-production',
    `${'MO/'.padEnd(90, '0123456789')} has a long number.`,
  ].join('\n');

  it.each([40, 60, 80, 120])(
    'is folded at %d columns, an indented line further in, and a command stays in one piece',
    (width) => {
      const lines = foldedProse(said, width);
      const tooLong = lines.filter((line) => line.length > width);
      const hasSpace = tooLong.filter((line) => line.trim().includes(' '));
      expect(hasSpace).toEqual(
        width < 120 ? [expect.stringMatching(/^ {2}npm run replay .*production$/)] : [],
      );
      expect(lines.join(' ').replace(/\s+/g, ' ')).toBe(said.replace(/\s+/g, ' '));
      expect(lines[2]).toMatch(width < 80 ? /^ {4}\S/ : /^ {2,4}\S/);
    },
  );

  it('is folded by what is seen of it', () => {
    const red = '\u001b[31mfour words in red\u001b[39m';
    expect(foldedProse(red, 17)).toEqual([red]);
    expect(foldedProse(red, 16)).toEqual(['\u001b[31mfour words in', 'red\u001b[39m']);
  });

  it('of a help is filled anew at the width of the terminal, and unchanged where it fits', () => {
    const help = [
      'Examples:',
      '  npm run pause -- bookings --because "stock-taking" --local      for stock-taking',
      '',
      'settle    what the concern says was put right, or does not matter. If its cause is seen,',
      '          it begins again.',
      'give-up   the end of an order.',
      '',
      'What is done is signed in the journey of the order, with your name and',
      'the reason.',
    ].join('\n');
    expect(foldedHelp(help, 120)).toBe(help);
    expect(foldedHelp(help, 60).split('\n')).toEqual([
      'Examples:',
      '  npm run pause -- bookings --because "stock-taking" --local',
      '      for stock-taking',
      '',
      'settle    what the concern says was put right, or does not',
      '          matter. If its cause is seen, it begins again.',
      'give-up   the end of an order.',
      '',
      'What is done is signed in the journey of the order, with',
      'your name and the reason.',
    ]);
  });
});

describe('printed text', () => {
  // A window title, a way back over what stands there, a colour, and a byte that some terminals take for ESC [.
  const forged = 'MO\u001b]0;owned\u0007\u001b[2A\r\u001b[31mred\u001b[39m\u009b2J';

  it('has no control characters except line ends and tabs', () => {
    const printed = printable(`${forged}\n\tnext`);
    expect(printed.replace(/[\n\t]/g, '')).not.toMatch(/\p{Cc}/u);
    expect(printed).toContain('\\u001b]0;owned\\u0007');
    expect(printed).toMatch(/\n\tnext$/);
  });

  it('is cleaned in every command, as text and as JSON', () => {
    // Prepare
    const written: string[] = [];
    const write = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
      written.push(String(text));
      return true;
    });
    onTestFinished(() => write.mockRestore());

    // Act
    say(forged);
    // JSON writes an escape character out by itself, and leaves the byte that some terminals take for ESC [.
    sayJson({ number: forged });

    // Assess
    expect(written).toHaveLength(2);
    expect(written.join('').replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
  });

  it('may be coloured where there are colours', () => {
    expect(printable(forged, true)).toContain('\u001b[31mred\u001b[39m\\u009b2J');
  });
});
