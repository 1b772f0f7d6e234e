import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { printable, say, sayJson, tableOf } from '../../../../infra/ops/cli/output.ts';

/** Escape sequences are for terminals only, and a test has none. */
describe('a table', () => {
  it('aligns cells with their titles, numbers at the right, without colour outside a terminal', () => {
    const columns = [{ title: 'Letters', right: true }, { title: 'Reason' }];
    const lines = tableOf(columns, [
      ['3', 'No article.'],
      ['12', ''],
    ]);
    expect(lines).toEqual(['Letters  Reason', '      3  No article.', '     12']);
  });

  it('wraps a cell that is wider than its column', () => {
    expect(tableOf([{ title: 'A', most: 8 }, { title: 'B' }], [['one two three', 'x']])).toEqual([
      'A        B',
      'one two  x',
      'three',
    ]);
  });

  it('keeps a word whole that is wider than its column', () => {
    expect(tableOf([{ title: 'A', most: 3 }], [['a-long-word b']]).slice(1)).toEqual(['a-long-word', 'b']);
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
