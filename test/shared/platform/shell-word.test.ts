import { execSync } from 'node:child_process';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { shellWord, wordForAnyShell } from '../../../shared/platform/shell-word.ts';

it.each([
  ['linux', 'MO/0042', 'MO/0042'],
  ['linux', "MO 1's", '"MO 1\'s"'],
  ['linux', "A&B's", "'A&B'\\''s'"],
  ['linux', 'C:\\erp', "'C:\\erp'"],
  ['win32', 'C:\\ERP~1', 'C:\\ERP~1'],
  ['win32', 'C:\\My Plant', '"C:\\My Plant"'],
  ['win32', "MO 1's", '"MO 1\'s"'],
  ['win32', '{"count":1}', '"{\\"count\\":1}"'],
] as const)('on %s, %s is typed as %s', (platform, text, typed) => {
  expect(shellWord(text, platform)).toBe(typed);
});

it.each([
  // POSIX shells and PowerShell run what is in $(…); PowerShell reads typographic quotes as quotes.
  ...[
    '$(id)',
    '`id`',
    '$HOME',
    'MO“1”',
    'MO‘1’',
    '50%PATH%',
    'MO!1',
    'a;b',
    'a&b',
    'a|b',
    'a>b',
    '"',
    '\\',
    '*',
    'a\nb',
  ],
  ...['-0046', '--go', '/?', 'MO\u200b1', 'MO\u00a01', ''],
])('has no form for every shell of %j', (text) => {
  expect(wordForAnyShell(text)).toBeUndefined();
});

it('is read by the shell of this machine as it was, whatever the number', () => {
  // Prepare
  const unit = fc.constantFrom(...'ABz09éß№  _./:+,=@#~()\'-$`"\\!&;|<>*?[]{}%^'.split(''));
  const numbers = fc.sample(fc.string({ unit, minLength: 1, maxLength: 6 }), { numRuns: 3000, seed: 1 });
  const words = numbers.flatMap((number) => wordForAnyShell(number) ?? []);

  // Act
  const read = execSync(
    `"${process.execPath}" -p "JSON.stringify(process.argv.slice(1))" -- ${words.join(' ')}`,
  );

  // Assess
  expect(words.length).toBeGreaterThan(200);
  expect(JSON.parse(read.toString())).toEqual(
    numbers.filter((number) => wordForAnyShell(number) !== undefined),
  );
});
