import { execFile } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { loadIntegration } from '../../infra/build/load-configuration.ts';
import { deployWorkflow } from './deploy-workflow.ts';

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

/** Runs a step's script with a `gh` that notes how it was called and answers so. */
async function runStep(
  job: string,
  name: string,
  { answer = '', files = {} }: { answer?: string; files?: Record<string, string> },
) {
  const folder = mkdtempSync(join(tmpdir(), 'workflow-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [file, text] of Object.entries(files)) writeFileSync(join(folder, file), text);
  writeFileSync(join(folder, 'gh'), `#!/bin/sh\necho "$@" > called.txt\nprintf '%s' '${answer}'\n`);
  chmodSync(join(folder, 'gh'), 0o755);
  const script = jobs[job]?.steps.find((step) => step.name === name)?.run ?? '';
  const { stdout } = await promisify(execFile)('bash', ['-e', '-c', script], {
    cwd: folder,
    env: {
      ...env,
      ...jobs[job]?.env,
      PATH: `${folder}:${process.env.PATH}`,
      GITHUB_REPOSITORY: 'plant/integration',
      GITHUB_STEP_SUMMARY: join(folder, 'summary.md'),
      PULL_REQUEST: '7',
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

  it('comments a pull request with what it would change, as far as a comment can be long', async () => {
    const { read } = await runStep('diff', 'Comment', { files: { 'diff.txt': 'x'.repeat(100_000) } });
    expect(read('comment.md')).toMatch(/^What this changes in production:\n```\nx+```\n$/);
    expect(read('comment.md').length).toBeLessThan(65_536);
    expect(read('called.txt')).toContain('pr comment 7 --repo plant/integration');
  });
});
