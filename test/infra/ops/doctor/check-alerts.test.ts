import { expect, it } from 'vitest';
import { alertChecks } from '../../../../infra/ops/doctor/check-alerts.ts';
import { startServer } from '../../../support/server.ts';
import { onThisMachine } from '../cli/targets.ts';

/** What doctor finds of a list to which these are subscribed, as SNS tells it. */
async function listOf(...subscribed: readonly { readonly email: string; readonly arn: string }[]) {
  const members = subscribed.map(
    ({ email, arn }) =>
      `<member><SubscriptionArn>${arn}</SubscriptionArn><Endpoint>${email}</Endpoint><Protocol>email</Protocol></member>`,
  );
  const action = 'ListSubscriptionsByTopic';
  const { url } = await startServer(() => ({
    headers: { 'content-type': 'text/xml' },
    body: `<${action}Response><${action}Result><Subscriptions>${members.join('')}</Subscriptions></${action}Result></${action}Response>`,
  }));
  const target = onThisMachine({ AlertTopic: 'arn:aws:sns:eu-west-1:1:alerts' }, url);
  const [list] = alertChecks(target);
  return list?.look();
}
const confirmed = { email: 'it@plant.example', arn: 'arn:aws:sns:eu-west-1:1:alerts:1' };

it('an address that never confirmed is wrong, and is told with what to do', async () => {
  const found = await listOf(confirmed, { email: 'shift@plant.example', arn: 'PendingConfirmation' });
  expect(found).toMatchObject([
    {
      about: 'Mails of alerts',
      result: 'wrong',
      says: expect.stringMatching(/^shift@plant\.example never confirmed/),
      next: expect.stringContaining('open the link'),
    },
  ]);
});

it('addresses that have all confirmed are fine; a list without any is to be known', async () => {
  expect(await listOf(confirmed)).toMatchObject([{ result: 'fine', says: 'go to it@plant.example' }]);
  expect(await listOf()).toMatchObject([{ result: 'notice', says: 'go to nobody by mail' }]);
});
