import sample from '../../../integration.config.ts';
import { type Deployment, defineIntegration } from '../../../shared/integration/index.ts';

const domain = {
  name: 'azumuta.plant.example',
  certificateArn: 'arn:aws:acm:eu-west-1:111122223333:certificate/4f0c1d2e',
};

/** Everything that a deployment can have. A test holds it, with those below, against the fields that there are. */
export const everyDeployment: Deployment = {
  liveFrom: '2026-01-05T06:00:00+01:00',
  account: '111122223333',
  region: 'eu-west-1',
  webhookConcurrency: 10,
  containers: { orders: 3, completions: 20 },
  alarmEmails: ['it@plant.example'],
  alarms: true,
  monthlyBudget: 60,
  alerts: {
    emails: ['planning@plant.example'],
    webhooks: ['teams', 'slack', 'webhook'],
    who: { planner: 'Renée Maes, ext. 23' },
  },
  pages: { validHours: 48, allowedSources: ['192.0.2.0/24'] },
  morningMail: {
    at: '06:30',
    workdays: ['monday', 'tuesday', 'wednesday', 'thursday', 'friday'],
    emails: ['planning@plant.example', 'foreman@plant.example'],
  },
  domain,
  allowedSources: { webhook: ['203.0.113.0/24'], orders: ['198.51.100.7'] },
  network: { fixedAddress: true, cidr: '10.90.0.0/24' },
  secrets: {
    erpCredentials: {
      arn: 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:erp/credentials-AbCdEf',
      keyArn: 'arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab',
    },
  },
};

/** What it cannot have at the same time. */
export const otherDeployments: readonly Deployment[] = [
  {
    mode: 'shadow',
    monthlyBudget: 'none',
    domain: { ...domain, alsoAwsAddress: true },
    network: { subnetIds: ['subnet-1'], securityGroupIds: ['sg-1'] },
    ledgerGeneration: 2,
  },
  { network: { fixedAddress: true, allocationId: 'eipalloc-1' } },
];

/** The sample plant with everything that a deployment can have. */
export default defineIntegration({
  ...sample,
  plant: 'everything',
  azumuta: { atOnce: 1 },
  erp: { ...sample.erp, atOnce: 7, settlingSeconds: 900 },
  schedule: {
    pull: { everyMinutes: 5, from: '2026-12-01T06:00:00Z' },
    reconcile: { everyHours: 24 },
  },
  deployment: everyDeployment,
});
