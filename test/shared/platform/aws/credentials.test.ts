import crypto from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';
import { expect, it, onTestFinished, vi } from 'vitest';
import { isValid, withoutSecrets } from '../../../../shared/platform/aws/credentials.ts';

const rotating = { current: 'current-0123456789abcdef', previous: 'previous-0123456789abcdef' };

it.each([
  ['nothing', '', false],
  ['a wrong one', 'x'.repeat(24), false],
  ['a very long one', 'x'.repeat(10_000), false],
  ['the current one', rotating.current, true],
  ['the one before', rotating.previous, true],
])('compares a key (%s) by digests of one length, with every valid value', (_, presented, valid) => {
  // Prepare
  const compare = vi.spyOn(crypto, 'timingSafeEqual');
  syncBuiltinESMExports();
  onTestFinished(() => {
    compare.mockRestore();
    syncBuiltinESMExports();
  });

  // Act and assess
  expect(isValid(presented, rotating)).toBe(valid);
  expect(compare.mock.calls.map((sides) => sides.map(({ byteLength }) => byteLength))).toEqual([
    [32, 32],
    [32, 32],
  ]);
});

it.each(['a', 'ab', 'abc'])('removes a secret in base64 with any padding: …%s', (end) => {
  const secret = `secret-of-many-letters-${end}`;
  const padded = Buffer.from(secret).toString('base64');
  expect(withoutSecrets(`${padded} ${padded.replaceAll('=', '')}`, [secret])).not.toContain(
    padded.slice(0, 20),
  );
});
