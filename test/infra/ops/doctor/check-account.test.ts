import { expect, it } from 'vitest';
import { accountChecks } from '../../../../infra/ops/doctor/check-stack.ts';
import { startServer } from '../../../support/server.ts';
import { onThisMachine } from '../cli/targets.ts';

/** What doctor finds of an account in which so many functions may run at once. */
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

it('a new account, which runs ten functions at once, is told of, with what to type', async () => {
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

it('an account with the usual thousand is fine, and the platform on this machine is no account', async () => {
  expect((await accountWith(1000)).found).toMatchObject([{ result: 'fine' }]);
  expect(accountChecks(onThisMachine({}))).toEqual([]);
});
