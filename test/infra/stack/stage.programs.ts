import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { fateOf } from '../../../infra/stack/stage.ts';
import { newFolder } from '../new-folder.ts';

const folder = newFolder(afterAll);

/** The app as the CDK's command line runs it. */
function runApp(context: Readonly<Record<string, string>>) {
  return spawnSync(process.execPath, ['infra/app.ts'], {
    env: {
      ...process.env,
      CDK_CONTEXT_JSON: JSON.stringify(context),
      CDK_OUTDIR: folder,
      CDK_VALIDATION: 'false',
    },
    encoding: 'utf8',
  });
}

describe('a stage', () => {
  it('ends a synthesis with that sentence alone when it is called Prod uction', () => {
    const { status, stdout, stderr } = runApp({ stage: 'Prod uction' });

    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toMatch(/^The stage \(-c stage=…\) is no name: found "Prod uction", expected .*\.\n$/);
  });

  it('is production when nobody names one, so that CloudFormation refuses a destroy without one', () => {
    const { stdout, stderr } = runApp({});

    const stackName = stdout.trim();
    expect(stackName).toMatch(/-production$/);
    expect(stderr).toContain(`${fateOf(stackName, 'production')}\n`);
    const manifest = readFileSync(join(folder, 'manifest.json'), 'utf8');
    expect(JSON.parse(manifest).artifacts[stackName].properties.terminationProtection).toBe(true);
  });
});
