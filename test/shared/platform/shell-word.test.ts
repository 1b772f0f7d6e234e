import { expect, it } from 'vitest';
import { shellWord } from '../../../shared/platform/shell-word.ts';

it.each([
  ['linux', 'MO/0042', 'MO/0042'],
  ['linux', "MO 1's", "'MO 1'\\''s'"],
  ['linux', 'C:\\erp', "'C:\\erp'"],
  ['win32', 'C:\\ERP~1', 'C:\\ERP~1'],
  ['win32', 'C:\\My Plant', '"C:\\My Plant"'],
  ['win32', "MO 1's", '"MO 1\'s"'],
  ['win32', '{"count":1}', '"{\\"count\\":1}"'],
] as const)('on %s, %s is typed as %s', (platform, text, typed) => {
  expect(shellWord(text, platform)).toBe(typed);
});
