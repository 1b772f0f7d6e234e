import { expect, it } from 'vitest';
import { defineIntegration } from '../../../shared/integration/define.ts';
import type { Deployment } from '../../../shared/integration/deployment.ts';
import { noErp } from '../../support/no-erp.ts';

const configured = (deployment: Deployment) => () =>
  defineIntegration({ plant: 'ghent', timeZone: 'Europe/Brussels', erp: noErp, deployment });
const emails = ['planning@plant.example'];

it.each<[string, Deployment, string]>([
  [
    'an hour that is none',
    { morningMail: { at: '6:30', emails } },
    '$.deployment.morningMail.at: found "6:30", expected a time of the day such as 06:30',
  ],
  [
    'a mail to nobody',
    { morningMail: { at: '06:30', emails: [] } },
    '$.deployment.morningMail.emails: found an empty list, expected at least 1 entries',
  ],
  [
    'an address that is none',
    { alerts: { emails: ['planning at plant.example'] } },
    '$.deployment.alerts.emails[0]: found "planning at plant.example", expected an e-mail address',
  ],
])('refuses %s with its path', (_, deployment, sentence) => {
  expect(configured(deployment)).toThrow(sentence);
});

it('mails on weekdays, and sends alerts to the addresses of the alarms, by default', () => {
  const { deployment } = configured({ alarmEmails: emails, morningMail: { at: '06:30', emails } })();
  expect(deployment.morningMail?.workdays).toEqual(['monday', 'tuesday', 'wednesday', 'thursday', 'friday']);
  expect(deployment.alerts).toEqual({ webhooks: [] });
});
