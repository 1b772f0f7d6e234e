import { execFile } from 'node:child_process';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { loadIntegration } from '../../infra/build/load-configuration.ts';
import { deployWorkflow } from './deploy-workflow.ts';
import { newFolder } from './new-folder.ts';

const { env, jobs } = deployWorkflow;
const steps = Object.entries(jobs).flatMap(([job, { steps }]) => steps.map((step) => ({ job, ...step })));
const withRole = (role: string) =>
  steps
    .filter(({ with: inputs }) => inputs?.['role-to-assume'] === `\${{ vars.${role} }}`)
    .map(({ job }) => job);

describe('the workflow that deploys', () => {
  it('is of the plant whose configuration comes with the project, and of its Node.js', async () => {
    const { integration } = await loadIntegration(env.CONFIG ?? '', 'production');
    expect(env.PLANT).toBe(integration.plant);
    const node = JSON.parse(readFileSync('package.json', 'utf8')).optionalDependencies.node;
    expect(node.split('.')[0]).toBe(readFileSync('.nvmrc', 'utf8').trim());
  });

  it('has what it is made of pinned by hash, in both workflows', () => {
    const text =
      readFileSync('.github/workflows/ci.yml', 'utf8') + readFileSync('.github/workflows/deploy.yml', 'utf8');
    const used = Array.from(text.matchAll(/uses: (.+)/g), ([, action = '']) => action);
    expect(used.length).toBeGreaterThan(5);
    expect(used.filter((action) => !/@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(action))).toEqual([]);
  });

  it('is told where to by the variables that its guide names', () => {
    const text = readFileSync('.github/workflows/deploy.yml', 'utf8');
    const names = new Set(Array.from(text.matchAll(/\bvars\.(\w+)/g), ([, name = '']) => name));
    const guide = readFileSync('infra/policies/README.md', 'utf8');
    expect([...names].filter((name) => !guide.includes(`\`${name}\``))).toEqual([]);
  });

  it('puts nothing that somebody wrote into a script', () => {
    expect(steps.filter(({ run }) => run?.includes('${{'))).toEqual([]);
  });

  it('gives each job the rights that it uses, and AWS to none that tests what is not merged', () => {
    const rights = Object.fromEntries(
      Object.entries(jobs).map(([job, { permissions }]) => [job, permissions]),
    );
    const toDeploy = { contents: 'read', 'id-token': 'write', actions: 'read' };
    expect(rights).toEqual({
      check: { contents: 'read' },
      diff: { contents: 'read', 'id-token': 'write', 'pull-requests': 'write' },
      test: toDeploy,
      production: toDeploy,
    });
  });

  it('deploys what was checked, a stage at a time, the test stage first', () => {
    const { check, diff, test, production } = jobs;
    expect([check?.needs, diff?.needs, test?.needs, production?.needs]).toEqual([
      undefined,
      'check',
      'check',
      'test',
    ]);
    expect(check?.steps.map(({ run }) => run)).toEqual(expect.arrayContaining(['npm test']));
    expect(diff?.if).toContain("github.event_name == 'pull_request'");
    expect(test?.if).toBe("github.event_name == 'push'");
    for (const [stage, job] of Object.entries({ test, production }))
      expect(job).toMatchObject({
        environment: stage,
        concurrency: `deploy-${stage}`,
        env: { STAGE: stage },
      });
  });

  it.each([
    ['deploy', 'AWS_DEPLOY_ROLE', ['test', 'production'], 'environment:<environment>'],
    ['diff', 'AWS_DIFF_ROLE', ['diff'], 'pull_request'],
  ])('takes a role that trusts one environment or the pull requests, and no other: %s', (...given) => {
    const [role, variable, jobsWithIt, subject] = given;
    const trust = readFileSync(`infra/policies/github-${role}-trust.json`, 'utf8');
    const [{ Condition }] = JSON.parse(trust).Statement;
    expect(Condition).toEqual({
      StringEquals: {
        'token.actions.githubusercontent.com:aud': 'sts.amazonaws.com',
        'token.actions.githubusercontent.com:sub': `repo:<owner>/<repository>:${subject}`,
      },
    });
    // GitHub takes a variable of the job's environment before one of the repository.
    expect(withRole(variable)).toEqual(jobsWithIt);
  });
});

interface StepOptions {
  readonly answer?: string;
  readonly files?: Readonly<Record<string, string>>;
  readonly environment?: Readonly<Record<string, string>>;
  /** What a program of this name exits with. */
  readonly exit?: number;
}

/** Runs a step's script with a `gh`, an `aws` and an `npm` that note how they were called and answer so. */
async function runStep(
  job: string,
  name: string,
  { answer = '', files = {}, environment = {}, exit = 0 }: StepOptions,
) {
  const folder = newFolder();
  for (const [file, text] of Object.entries(files)) writeFileSync(join(folder, file), text);
  for (const program of ['gh', 'aws', 'npm']) {
    const lines = ['#!/bin/sh', 'echo "$@" >> called.txt', `printf '%s' '${answer}'`, `exit ${exit}`];
    writeFileSync(join(folder, program), lines.join('\n'));
    chmodSync(join(folder, program), 0o755);
  }
  const script = jobs[job]?.steps.find((step) => step.name === name)?.run ?? '';
  const { stdout } = await promisify(execFile)('bash', ['-e', '-c', script], {
    cwd: folder,
    env: {
      ...env,
      ...jobs[job]?.env,
      PATH: `${folder}:${process.env.PATH}`,
      GITHUB_REPOSITORY: 'plant/integration',
      GITHUB_STEP_SUMMARY: join(folder, 'summary.md'),
      GITHUB_ENV: join(folder, 'env.txt'),
      PULL_REQUEST: '7',
      ...environment,
    },
  });
  return { stdout, read: (file: string) => readFileSync(join(folder, file), 'utf8') };
}

// They run on GitHub's Linux.
describe.skipIf(process.platform === 'win32')('a step of it', () => {
  it.each([
    ['the last commit that was good', 'c0ffee', 'git checkout c0ffee && npm ci'],
    ['what is to be put in where there was none', '', 'git checkout <commit> && npm ci'],
  ])('tells after a failure how to deploy %s', async (_, answer, line) => {
    const { stdout, read } = await runStep('production', 'How to go back', { answer });
    expect(stdout).toContain(line);
    expect(stdout).toContain('npx cdk deploy -c config=integration.config.ts -c stage=production\n');
    expect(read('summary.md')).toBe(stdout);
    expect(read('called.txt')).toContain('--workflow deploy.yml --branch main --status success');
  });

  it.each([
    ['a new comment', '', 'pr comment 7 --repo plant/integration'],
    [
      'the comment that it has made before, and no other',
      '42',
      'PATCH repos/plant/integration/issues/comments/42',
    ],
  ])('says what a pull request would change in %s, as far as a comment can be long', async (...given) => {
    const [, answer, call] = given;
    const { read } = await runStep('diff', 'Comment', {
      answer,
      files: { 'diff.txt': 'x'.repeat(100_000) },
    });
    expect(read('comment.md')).toMatch(/^What this changes in production:\n```\nx+```\n$/);
    expect(read('comment.md').length).toBeLessThan(65_536);
    expect(read('called.txt')).toContain(call);
    expect(read('called.txt')).toContain('startswith("What this changes in production:")');
  });

  const [first, missing] = ['Whether it is the first deployment', 'What is still missing'];
  it.each([
    ['one that does not exist', 'Stack with id S does not exist', 'FIRST=yes\n'],
    ['one that was deployed', '{"Stacks":[]}', ''],
    ['one that it may not see', 'AccessDenied', ''],
  ])('knows the first deployment of a stack: %s', async (_, answer, noted) => {
    const { read } = await runStep('production', first, { answer, exit: 1, files: { 'env.txt': '' } });
    expect(read('called.txt')).toContain('describe-stacks --stack-name AzumutaErp-ghent-production');
    expect(read('env.txt')).toBe(noted);
  });

  it('fails when doctor finds something wrong, but after the first deployment, when nothing can be set yet', async () => {
    const environment = { FIRST: 'yes' };
    await expect(runStep('production', missing, { exit: 1 })).rejects.toThrow();
    const { read } = await runStep('production', missing, { exit: 1, environment });
    expect(read('called.txt')).toContain('doctor -- --no-partners');
  });
});
