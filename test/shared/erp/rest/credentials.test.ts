import { expect, it } from 'vitest';
import { rest } from '../../../../shared/erp/rest/index.ts';
import { RetryLater } from '../../../../shared/model/errors.ts';
import { startServer } from '../../../support/server.ts';
import { failureOf, firstAttempt } from '../conformance/attempts.ts';
import { completionOf } from '../conformance/completions.ts';
import { connected } from './sandbox.ts';
import { apiKey, key, order, smallOptions, startSmallErp } from './small.ts';

it('keeps our key out of a message, even when the ERP repeats it', async () => {
  const erp = await startSmallErp(({ headers }) => ({
    status: 422,
    body: { message: `do not like ${headers['x-api-key']}` },
  }));

  const failure = await failureOf(erp.book());

  expect(failure).toMatchObject({ message: expect.stringContaining('do not like •••') });
});

it('keeps half of our key out of a message, where a long sentence is cut', async () => {
  let key = '';
  const erp = await startSmallErp(({ headers }) => {
    key = String(headers['x-api-key']);
    return { status: 422, body: { message: `${'x'.repeat(290)} ${key}` } };
  });

  const failure = await failureOf(erp.book());

  expect(key.length).toBeGreaterThan(8);
  expect(String(failure)).toContain('xxx');
  expect(String(failure)).not.toContain(key.slice(0, 6));
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
