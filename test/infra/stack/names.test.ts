import { describe, expect, it } from 'vitest';
import type { CompleteIntegration } from '../../../shared/integration/define.ts';
import type { CompleteDeployment } from '../../../shared/integration/deployment.ts';
import { templateOf } from './assembled.ts';
import everything from './everything.config.ts';
import { clashesInAccount, clashesOf, parsedTemplate, renamedIn, type StackTemplate } from './updates.ts';

const templateWith = async (changes: Partial<CompleteIntegration>) =>
  parsedTemplate(await templateOf({ ...everything, ...changes }, 'production'));

const arnOf = (secret: string) => `arn:aws:secretsmanager:eu-west-1:111122223333:secret:${secret}`;
const { alarmEmails, alerts, secrets } = everything.deployment;
const inAnotherRegion = { region: 'eu-central-1', domain: undefined, secrets: {} };
const certificateArn = 'arn:aws:acm:eu-west-1:111122223333:certificate/5a1d2c3f';

/** What a plant may change. */
const deployments: Readonly<Record<keyof CompleteDeployment, readonly Partial<CompleteDeployment>[]>> = {
  mode: [{ mode: 'shadow' }],
  liveFrom: [{ liveFrom: '2027-01-11T05:00:00.000Z' }],
  account: [{ account: '444455556666' }],
  region: [inAnotherRegion],
  alarmEmails: [{ alarmEmails: [...alarmEmails, 'plant@plant.example'] }, { alarmEmails: [] }],
  alarms: [{ alarms: false }],
  monthlyBudget: [{ monthlyBudget: 100 }, { monthlyBudget: 'none' }],
  alerts: [
    { alerts: { ...alerts, emails: ['foreman@plant.example'] } },
    { alerts: { emails: [], webhooks: [], who: { planner: 'An Peeters' } } },
  ],
  morningMail: [
    { morningMail: { at: '07:15', workdays: ['sunday'], emails: ['it@plant.example'] } },
    { morningMail: undefined },
  ],
  pages: [{ pages: { validHours: 12, allowedSources: [] } }, { pages: undefined }],
  domain: [
    { domain: { name: 'other.plant.example', certificateArn, alsoAwsAddress: false } },
    { domain: { name: 'azumuta.plant.example', certificateArn, alsoAwsAddress: true } },
    { domain: undefined },
  ],
  allowedSources: [{ allowedSources: { webhook: ['192.0.2.1'], orders: [] } }],
  network: [
    { network: 'none' },
    { network: { fixedAddress: true, cidr: '10.80.0.0/20' } },
    { network: { fixedAddress: true, cidr: '10.90.0.0/24', allocationId: 'eipalloc-1' } },
    { network: { subnetIds: ['subnet-1', 'subnet-2'], securityGroupIds: ['sg-1'] } },
  ],
  ledgerGeneration: [{ ledgerGeneration: 2 }],
  containers: [{ containers: { orders: 2, completions: 2 } }],
  webhookConcurrency: [{ webhookConcurrency: 20 }, { webhookConcurrency: undefined }],
  secrets: [
    { secrets: {} },
    { secrets: { ...secrets, webhookToken: arnOf('token-AbCdEf') } },
    { secrets: { erpCredentials: arnOf('other-AbCdEf') } },
  ],
};
/** Of the rest, what the stack is made from besides the code of its functions. */
const others: Readonly<Record<string, Partial<CompleteIntegration>>> = {
  timeZone: { timeZone: 'Asia/Tokyo' },
  azumuta: { azumuta: { ...everything.azumuta, atOnce: 3 } },
  erp: { erp: { ...everything.erp, atOnce: 2 } },
  schedule: { schedule: { pull: 'off', reconcile: 'off' } },
};

/** What gives resources other names: changed by itself, as it would hide what another field does. */
const renaming: readonly string[] = [
  'account',
  'region',
  'alarmEmails',
  'monthlyBudget',
  'domain',
] satisfies (keyof CompleteDeployment)[];

/** All other fields at once, as a synthesis takes a third of a second: which of them it is, the resource says. */
function together(at: number): Partial<CompleteIntegration> {
  const variants = Object.entries(deployments)
    .filter(([field]) => !renaming.includes(field))
    .map(([, of]) => of[Math.min(at, of.length - 1)]);
  const deployment = Object.assign({}, everything.deployment, ...variants);
  return Object.assign({ deployment }, at === 0 ? Object.assign({}, ...Object.values(others)) : {});
}

const changes = [
  ...Object.entries(deployments)
    .filter(([field]) => renaming.includes(field))
    .flatMap(([field, variants]) =>
      variants.map((variant, at) => ({
        what: `deployment.${field} (${at})`,
        change: { deployment: { ...everything.deployment, ...variant } },
        keepsNames: false,
      })),
    ),
  ...Array.from({ length: Math.max(...Object.values(deployments).map(({ length }) => length)) }, (_, at) => ({
    what: `everything that gives no name (${at})`,
    change: together(at),
    keepsNames: true,
  })),
];

const production = await templateWith({});

it.each(changes)(
  'makes nothing anew under a name that is taken when $what changes',
  async ({ change, keepsNames }) => {
    const changed = await templateWith(change);

    expect(changed).not.toEqual(production);
    expect(clashesOf(production, changed)).toEqual([]);
    expect(clashesOf(changed, production)).toEqual([]);
    if (keepsNames) expect(renamedIn(production, changed)).toEqual([]);
  },
);

it('makes nothing anew under a name that is taken in an update from 0.3.0, whose budget was called as its stack', () => {
  const released = structuredClone(production);
  const { Budget: budget } = released.Resources;
  Object.assign(budget?.Properties.Budget ?? {}, { BudgetName: 'AzumutaErp-everything-production' });
  expect(released).not.toEqual(production);

  expect(clashesOf(released, production)).toEqual([]);
  expect(clashesOf(production, released)).toEqual([]);
});

it('has names that a stack of the same plant in another region leaves free', async () => {
  const elsewhere = await templateWith({ deployment: { ...everything.deployment, ...inAnotherRegion } });

  expect(clashesInAccount(production, elsewhere)).toEqual([]);
});

describe('what would find its name taken', () => {
  const templateOfResources = (Resources: StackTemplate['Resources']): StackTemplate => ({
    Resources,
    Outputs: {},
  });
  const group = (id: string, cidr: string) =>
    templateOfResources({
      Network: { Type: 'AWS::EC2::VPC', Properties: { CidrBlock: cidr } },
      [id]: {
        Type: 'AWS::EC2::SecurityGroup',
        Properties: { GroupName: 'a group', VpcId: { Ref: 'Network' } },
      },
    });
  const before = group('Group', '10.0.0.0/24');

  it.each([
    ['is replaced, as what it belongs to is', group('Group', '10.1.0.0/24'), 'Group'],
    ['has another id', group('Other', '10.0.0.0/24'), 'Other'],
  ])('is a resource that %s', (_, after, id) => {
    expect(clashesOf(before, after)).toEqual([`AWS::EC2::SecurityGroup ${id} {"GroupName":"a group"}`]);
  });

  it('is nothing that stays', () => {
    expect(clashesOf(before, before)).toEqual([]);
  });
});
