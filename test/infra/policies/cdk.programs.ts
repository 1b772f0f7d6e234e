import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { Template } from 'aws-cdk-lib/assertions';
import { afterAll, describe, expect, it } from 'vitest';
import { typed } from '../ops/commands/typed.ts';
import { startAssembly } from '../stack/assembled.ts';
import { type StubAccount, startStubAccount } from './stub-account.ts';

const stack = 'AzumutaErp-ghent-production';
const assembled = startAssembly(afterAll);
Template.fromStack(await assembled.add('integration.config.ts', 'production'));

/** The CDK's command line, on what was synthesized. */
async function cdk(words: readonly string[], { environment }: StubAccount) {
  const { stdout, stderr } = await promisify(execFile)(
    process.execPath,
    ['node_modules/aws-cdk/bin/cdk', ...words, '--app', assembled.folder],
    { env: { PATH: process.env.PATH, HOME: assembled.folder, ...environment } },
  );
  return stdout + stderr;
}

/** The command line itself, against an account on loopback that refuses what a policy does not allow. */
describe('a role with this policy alone', () => {
  it('bootstrap: can bootstrap, with the policies that CloudFormation gets', async () => {
    const account = await startStubAccount('bootstrap');
    const policy = 'arn:aws:iam::111122223333:policy/AzumutaErpCloudFormation';
    const said = await cdk(['bootstrap', '--cloudformation-execution-policies', policy], account);
    expect(said).toContain('bootstrapped');
    expect(account.refused).toEqual([]);
  });

  it('deploy: can deploy, by two roles', async () => {
    const account = await startStubAccount('deploy');
    await cdk(['deploy', '--require-approval', 'never'], account);
    expect(account.refused).toEqual([]);
    expect(account.asked).toContain(`ROLE cloudformation:ExecuteChangeSet ${stack}`);
  });

  it('deploy: can make a stack without a terminal by the command, once somebody has agreed to it', async () => {
    const account = await startStubAccount('deploy');
    const environment = { ...account.environment, CDK_APP: assembled.folder, HOME: assembled.folder };
    const words = ['-c', 'integration.config.ts', '--yes'];
    const { code, complaint } = await typed('deploy', words, { environment });
    expect(code, complaint).toBe(0);
    expect(account.asked).toContain(`ROLE cloudformation:ExecuteChangeSet ${stack}`);
  });

  it('deploy: can repeat a first deployment that failed, which the CDK alone cannot replace', async () => {
    const account = await startStubAccount('deploy', { failed: stack });
    const again = await cdk(['deploy', '--require-approval', 'never'], account).catch(String);
    const environment = { ...account.environment, CDK_APP: assembled.folder, HOME: assembled.folder };
    const { code, complaint } = await typed('deploy', ['-c', 'integration.config.ts'], { environment });

    expect(again).toContain('cannot be deleted');
    expect(code, complaint).toBe(0);
    // Who has this policy alone may not see whether the account is bootstrapped.
    expect(account.refused).toEqual([expect.stringMatching(/DescribeStacks .*CDKToolkit/)]);
    expect(account.asked).toContain(`LOGGEDIN cloudformation:UpdateTerminationProtection ${stack}`);
  });

  it('diff: can compare, although it may assume no role', async () => {
    const account = await startStubAccount('diff', { trusting: false, deployed: [stack] });
    const said = await cdk(['diff', '--method', 'template'], account);
    expect(said).toContain('Number of stacks with differences: 1');
    expect(account.asked.filter((asked) => !asked.includes('sts:'))).toEqual([
      `LOGGEDIN cloudformation:DescribeStacks ${stack}`,
      `LOGGEDIN cloudformation:GetTemplate ${stack}`,
    ]);
  });
});
