import { expect, it } from 'vitest';
import { correctTestReport, mailChecks } from '../../../../infra/ops/doctor/check-alerts.ts';
import configured from '../../../../integration.config.ts';
import { defineIntegration } from '../../../../shared/integration/index.ts';
import { startServer } from '../../../support/server.ts';
import { onThisMachine } from '../cli/targets.ts';

const topic = 'arn:aws:sns:eu-west-1:111122223333:AzumutaErp-ghent-production-AlarmsTopic';
const integration = (...alarmEmails: readonly string[]) =>
  defineIntegration({
    plant: 'ghent',
    timeZone: 'Europe/Brussels',
    erp: configured.erp,
    completions: configured.completions,
    deployment: { alarmEmails },
  });

/** A stack where SNS knows these subscriptions, one a page. */
async function stackWith(subscriptions: Readonly<Record<string, string>>) {
  const members = Object.entries(subscriptions).map(
    ([address, arn]) =>
      `<member><Endpoint>${address}</Endpoint><SubscriptionArn>${arn}</SubscriptionArn></member>`,
  );
  const { url } = await startServer(({ body }) => {
    const page = Number(new URLSearchParams(body).get('NextToken') ?? 0);
    const next = page + 1 < members.length ? `<NextToken>${page + 1}</NextToken>` : '';
    return {
      headers: { 'content-type': 'text/xml' },
      body: `<ListSubscriptionsByTopicResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><ListSubscriptionsByTopicResult><Subscriptions>${members[page] ?? ''}</Subscriptions>${next}</ListSubscriptionsByTopicResult></ListSubscriptionsByTopicResponse>`,
    };
  });
  return { ...onThisMachine({ AlarmTopic: topic, AlertTopic: topic }, url), local: false };
}

/** What doctor finds there. */
async function found(subscriptions: Readonly<Record<string, string>>, ...wanted: readonly string[]) {
  const [check] = mailChecks(await stackWith(subscriptions), integration(...wanted));
  return check?.look();
}

const nobody = 'nobody gets it: no address is confirmed';
const [confirmed, waits] = ['a@plant.example', 'b@plant.example'];

it('accepts alarms that reach every address, and reports those that reach nobody', async () => {
  const about = 'Alarm mails';
  const all = { [confirmed]: `${topic}:1`, [waits]: `${topic}:2` };
  expect(await found(all, confirmed, waits)).toEqual([{ about, result: 'fine', says: 'go to 2 addresses' }]);
  const next = 'name an address in the configuration (deployment.alarmEmails), and deploy';
  expect(await found({})).toEqual([{ about, result: 'wrong', says: 'nobody gets them', next }]);
});

it('names addresses that have not confirmed, and those that SNS has removed meanwhile', async () => {
  const some = { [confirmed]: `${topic}:1`, [waits]: 'PendingConfirmation' };
  const wrong = { about: 'Alarm mails', result: 'wrong' };
  expect(await found(some, confirmed, waits, 'c@plant.example')).toEqual([
    {
      ...wrong,
      says: 'b@plant.example has not confirmed its subscription, and gets nothing',
      next: 'click the link in the mail of AWS Notifications, within two days of the deployment',
    },
    {
      ...wrong,
      says: 'c@plant.example is not subscribed any more: SNS removes addresses that were not confirmed for two days',
      next: 'subscribe it again, with the rights of an administrator, and click the link in the mail that comes',
      command: `aws sns subscribe --topic-arn ${topic} --protocol email --notification-endpoint c@plant.example`,
    },
  ]);
});

it.each([
  ['no address is subscribed', {}, { email: '' }, { email: nobody }],
  [
    'no address is confirmed',
    { [waits]: 'PendingConfirmation' },
    { email: '', teams: '' },
    { email: nobody, teams: '' },
  ],
  ['no address is named, as alerts go to a webhook', {}, { email: '', teams: 'gone' }, { teams: 'gone' }],
  ['one is confirmed', { [confirmed]: `${topic}:1` }, { email: '' }, { email: '' }],
  ['SNS refuses it', {}, { email: 'refused' }, { email: 'refused' }],
])('does not take a mail for delivered that SNS accepts for nobody: %s', async (...given) => {
  const [, subscriptions, sent, told] = given;
  expect(await correctTestReport(await stackWith(subscriptions), sent)).toEqual(told);
});

it('says that a stage for trying has no alarms, and how it gets them', async () => {
  const [check, ...others] = mailChecks({ ...onThisMachine({}), local: false }, undefined);
  const next = expect.stringContaining('deployment.alarms to true');
  expect([await check?.look(), others]).toMatchObject([[{ about: 'Alarms', result: 'notice', next }], []]);
});

it('checks the lists of alerts and of the morning mail, too, if the stack has them', async () => {
  const checks = mailChecks(
    { ...onThisMachine({ AlarmTopic: topic, AlertTopic: topic, MorningMailTopic: topic }), local: false },
    undefined,
  );
  expect(checks.map(({ about }) => about)).toEqual(['Alarm mails', 'Alert mails', 'Morning mail']);
});
