import { expect, it } from 'vitest';
import { rest } from '../../../../shared/erp/rest/index.ts';
import { RetryLater } from '../../../../shared/model/errors.ts';
import { startServer } from '../../../support/server.ts';
import { failureOf, firstAttempt } from '../conformance/attempts.ts';
import { completionOf } from '../conformance/completions.ts';
import { connected } from './sandbox.ts';
import { apiKey, key, order, smallOptions, startSmallErp } from './small.ts';

it.each([
  ['even when the ERP repeats it', (key: string) => `do not like ${key}`, 'do not like •••'],
  ['in a long sentence that is cut, too', (key: string) => `${'x'.repeat(290)} ${key}`, 'xxx'],
])('keeps our key out of a message, %s', async (_, saying, shown) => {
  const erp = await startSmallErp(({ headers }) => ({
    status: 422,
    body: { message: saying(String(headers['x-api-key'])) },
  }));

  const message = String(await failureOf(erp.book()));

  expect(message).toContain(shown);
  expect(message).not.toContain(apiKey.slice(0, 6));
});

it('asks for a secret of the right shape, without repeating the wrong one', async () => {
  const server = await startServer(() => ({}));
  const connector = connected(rest(smallOptions(server.url)), { password: apiKey });

  const failure = await failureOf(connector.book(completionOf(order), key, firstAttempt()));

  expect(failure).toBeInstanceOf(RetryLater);
  expect(failure).toMatchObject({
    scope: 'partner',
    unauthorized: true,
    message: expect.stringContaining('$.apiKey'),
  });
  expect(String(failure)).not.toContain(apiKey);
  expect(server.calls).toEqual([]);
});
