import { expect, it } from 'vitest';
import { accountChecks } from '../../../../infra/ops/doctor/check-stack.ts';
import { startServer } from '../../../support/server.ts';
import { onThisMachine } from '../cli/targets.ts';

/** What doctor finds in an account that runs so many functions at once. */
async function accountWith(containers: number) {
  const { url, calls } = await startServer(() => ({
    body: { AccountLimit: { ConcurrentExecutions: containers, UnreservedConcurrentExecutions: containers } },
  }));
  const [check] = accountChecks({ ...onThisMachine({}, url), local: false });
  return {
    found: await check?.look(),
    asked: calls.map(({ method, url: { pathname } }) => `${method} ${pathname}`),
  };
}

it('names the command that raises the limit of a new account, which runs ten functions at once', async () => {
  const { found, asked } = await accountWith(10);

  expect(asked).toEqual(['GET /2016-08-19/account-settings']);
  expect(found).toEqual([
    {
      about: 'Account',
      result: 'notice',
      says: expect.stringContaining('no more than 10 containers'),
      next: expect.stringContaining('ask AWS'),
      command: expect.stringContaining('request-service-quota-increase --service-code lambda'),
    },
  ]);
});

it('accepts the usual limit of a thousand, and does not check the platform on this machine', async () => {
  expect((await accountWith(1000)).found).toMatchObject([{ result: 'fine' }]);
  expect(accountChecks(onThisMachine({}))).toEqual([]);
});
