import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { snippetFolder } from '../../../support/snippets.ts';
import { startStubAccount } from '../../policies/stub-account.ts';
import { typed } from '../commands/typed.ts';

const nobody = { AWS_EC2_METADATA_DISABLED: 'true', HOME: '/nonexistent' };

/** A plant's file, of an account and a region or of none. */
const fileOf = (account?: string, region?: string) =>
  join(
    snippetFolder({
      'ghent.config.ts': `
import { defineIntegration, planned, tryton } from '#azumuta-erp';
export default defineIntegration({
  plant: 'ghent',
  timeZone: 'Europe/Brussels',
  erp: tryton({ url: 'https://erp.example.com', database: 'plant' }),
  completions: { quantity: planned },
  deployment: ${JSON.stringify({ account, region })},
});`,
    }),
    'ghent.config.ts',
  );

it('deploy wants to be told which plant, as the demo is never meant', async () => {
  const told = await typed('deploy', ['--stage', 'test'], { environment: nobody });
  expect(told).toMatchObject({
    code: 2,
    output: '',
    complaint: 'Say which plant: npm run deploy -- -c plants/<plant>.config.ts\n',
  });
});

describe('deploy says in one sentence, before anything is synthesized,', () => {
  it.each([
    ['that there is no file', '/nonexistent/ghent.config.ts', nobody, 'there is no such file', 2],
    [
      'that no region is set',
      'integration.config.ts',
      nobody,
      'No region is set, and the CDK would take us-east-1',
      2,
    ],
    [
      'that nobody is logged in',
      'integration.config.ts',
      { ...nobody, AWS_DEFAULT_REGION: 'eu-west-1' },
      'There are no AWS credentials here',
      1,
    ],
  ])('%s', async (_, file, environment, sentence, code) => {
    const told = await typed('deploy', ['-c', file, '--stage', 'test'], { environment });
    expect(told).toMatchObject({ code, output: '', complaint: expect.stringContaining(sentence) });
    expect(told.complaint.trim().split('\n')).toHaveLength(1);
  });

  it('that the account is another, or is not bootstrapped', async () => {
    // Prepare: this policy may look at the CDK's stack, which is not there
    const { environment } = await startStubAccount('bootstrap');

    // Act
    const [other, bare] = await Promise.all(
      ['444455556666', undefined].map((account) => typed('deploy', ['-c', fileOf(account)], { environment })),
    );

    // Assess
    expect(other).toMatchObject({
      code: 2,
      complaint:
        'These AWS credentials are of account 111122223333, and deployment.account is 444455556666: log in there, or set AWS_PROFILE.\n',
    });
    expect(bare).toMatchObject({
      code: 2,
      complaint:
        'Account 111122223333 is not bootstrapped in eu-west-1. Type this once: npx cdk bootstrap aws://111122223333/eu-west-1\n',
    });
  });
});

it('deploy compares the account of a plant whose region is pinned as well', async () => {
  const { environment } = await startStubAccount('bootstrap');
  const told = await typed('deploy', ['-c', fileOf('444455556666', 'eu-west-1')], { environment });
  expect(told).toMatchObject({
    code: 2,
    output: '',
    complaint: expect.stringContaining('deployment.account is 444455556666'),
  });
});

it.each(['rolledBack', 'failed'] as const)(
  'deploy takes the protection only from the empty stack of a first deployment, not from one in use: %s',
  async (what) => {
    // Prepare
    const { environment, asked } = await startStubAccount('deploy', {
      [what]: 'AzumutaErp-ghent-production',
    });

    // Act: where the CDK finds no app, nothing is deployed
    const words = ['-c', fileOf('111122223333'), '--yes'];
    const told = await typed('deploy', words, { environment: { ...environment, CDK_APP: '/nonexistent' } });

    // Assess
    expect(told.output).toContain('Deploying ghent (production) to account 111122223333');
    const unprotected = asked.filter((one) => one.includes('UpdateTerminationProtection'));
    expect(unprotected).toHaveLength(what === 'failed' ? 1 : 0);
  },
);

it('deploy makes no stack without a terminal, and says why and what to type', async () => {
  // Prepare
  const { environment, asked } = await startStubAccount('deploy');

  // Act
  const told = await typed('deploy', ['-c', fileOf('111122223333')], { environment });

  // Assess
  expect(told).toMatchObject({
    code: 2,
    output: '',
    complaint: expect.stringMatching(/^This is the first deployment of AzumutaErp-ghent-production.*--yes/),
  });
  expect(told.complaint).not.toContain('deleted');
  expect(asked.filter((one) => one.includes('ChangeSet'))).toEqual([]);
});

it('deploy hands over to the CDK for who may deploy, and may not look whether the account is bootstrapped', async () => {
  const { environment } = await startStubAccount('deploy');

  // A stage that the CDK's app refuses at once.
  const words = ['-c', fileOf('111122223333'), '--stage', 'Prod uction', '--yes'];
  const told = await typed('deploy', words, { environment });

  expect(told).toMatchObject({
    code: 1,
    output: expect.stringContaining('Deploying ghent (Prod uction) to account 111122223333 in eu-west-1.'),
    complaint: expect.stringContaining('The stage (-c stage=…) is no name: found "Prod uction"'),
  });
});
