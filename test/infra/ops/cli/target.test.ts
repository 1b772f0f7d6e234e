import { mkdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { checkLive, findTarget, optionsForTarget, personsOf } from '../../../../infra/ops/cli/target.ts';
import { newFolder } from '../../new-folder.ts';
import { startCloudFormation } from './cloudformation.ts';

/** A folder that stands for the temporary one of this machine. */
function emptyTemporaryFolder(): string {
  const folder = newFolder();
  // Windows calls it TEMP.
  for (const name of ['TMPDIR', 'TEMP']) vi.stubEnv(name, folder);
  onTestFinished(() => void vi.unstubAllEnvs());
  return folder;
}

/** The address of a platform, as if it ran in this folder. */
async function writeAddress(folder: string, outputs: Readonly<Record<string, string>>, pid = process.pid) {
  await mkdir(folder, { recursive: true });
  const address = {
    pid,
    stackName: 'AzumutaErp-demo-local',
    region: 'eu-west-1',
    apiUrl: 'http://127.0.0.1:1',
    awsEndpoint: 'http://127.0.0.1:2',
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    outputs,
  };
  await writeFile(join(folder, 'platform.json'), JSON.stringify(address));
}

it.each([
  ['of npm start', 'azumuta-erp-x/platform'],
  ['of a platform by itself', 'local-platform-x'],
])('finds the only platform on this machine, in a temporary folder %s', async (_, below) => {
  const folder = join(emptyTemporaryFolder(), below);
  await writeAddress(folder, { LedgerTable: 'ledger' });
  const target = await findTarget({ local: true });
  expect(target).toMatchObject({
    name: `AzumutaErp-demo-local on this machine (${folder})`,
    local: true,
    aws: { region: 'eu-west-1', endpoint: 'http://127.0.0.1:2' },
  });
  expect(target.output('LedgerTable')).toBe('ledger');
});

it('finds a platform in the given data folder', async () => {
  const folder = join(emptyTemporaryFolder(), 'kept');
  await writeAddress(join(folder, 'platform'), {});
  for (const local of [folder, join(folder, 'platform')])
    expect((await findTarget({ local })).local).toBe(true);
});

it.each([
  ['nothing is named', {}, 'Say which stack'],
  ['two are named', { local: true, stack: 'x' }, 'Choose one'],
  [
    'nothing runs in the folder',
    { local: tmpdir() },
    `No platform runs in ${tmpdir()}: start a platform there`,
  ],
] as const)('says what to type when %s', async (_, where, complaint) => {
  await expect(findTarget(where)).rejects.toThrow(complaint);
});

it('never looks at the platform of another folder when the named one is missing, or nothing runs in it', async () => {
  const folder = emptyTemporaryFolder();
  await writeAddress(join(folder, 'local-platform-other'), {});
  await mkdir(join(folder, 'empty'));
  await expect(findTarget({ local: join(folder, 'missing') })).rejects.toThrow(
    `There is no folder ${join(folder, 'missing')}`,
  );
  await expect(findTarget({ local: join(folder, 'empty') })).rejects.toThrow('No platform runs in');
});

it('asks which one when several platforms run', async () => {
  const folder = emptyTemporaryFolder();
  for (const name of ['a', 'b']) await writeAddress(join(folder, `local-platform-${name}`), {});
  await expect(findTarget({ local: true })).rejects.toThrow(
    /say which:\n {2}--local .*local-platform-a.*\n {2}--local .*local-platform-b/,
  );
});

it('says so when no platform runs on this machine, as one whose process is gone', async () => {
  const folder = emptyTemporaryFolder();
  await expect(findTarget({ local: true })).rejects.toThrow('No platform runs');
  // Larger than any process id that Linux gives.
  await writeAddress(join(folder, 'local-platform-a'), {}, 2 ** 22 + 1);
  await expect(findTarget({ local: true })).rejects.toThrow('No platform runs');
});

it('names a stack that is in shadow so wherever it is named, and lets nobody end or repeat anything there', async () => {
  // Prepare
  const folder = emptyTemporaryFolder();
  await writeAddress(folder, { Mode: 'shadow' });

  // Act
  const target = await findTarget({ local: folder });

  // Assess
  expect(target.name).toBe(`AzumutaErp-demo-local on this machine (${folder}), in shadow`);
  expect(() => checkLive(target)).toThrow('The stack is in shadow, where nobody ends or repeats anything');
});

it('says that a stack without a needed output is older than the command', async () => {
  const folder = emptyTemporaryFolder();
  await writeAddress(folder, {});
  const target = await findTarget({ local: folder });
  expect(() => target.output('CompletionsQueue')).toThrow(
    'The stack AzumutaErp-demo-local has no output CompletionsQueue: deploy it again with this version.',
  );
});

it('finds a deployed stack with its outputs, and says where it looked for one that is not there', async () => {
  // Prepare
  const stack = { LedgerTable: 'ledger' };
  vi.stubEnv('AWS_ENDPOINT_URL', await startCloudFormation('AzumutaErp-ghent-production', stack));
  for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY']) vi.stubEnv(name, 'test');
  onTestFinished(() => void vi.unstubAllEnvs());

  // Act
  const target = await findTarget({ stack: 'AzumutaErp-ghent-production', region: 'eu-central-1' });

  // Assess
  expect(target).toMatchObject({
    name: 'AzumutaErp-ghent-production in eu-central-1',
    stackName: 'AzumutaErp-ghent-production',
    local: false,
  });
  expect(target.output('LedgerTable')).toBe('ledger');
  expect(optionsForTarget(target)).toBe('--stack AzumutaErp-ghent-production --region eu-central-1');
  await expect(findTarget({ stack: 'AzumutaErp-gent-production', region: 'eu-central-1' })).rejects.toThrow(
    'There is no stack AzumutaErp-gent-production in eu-central-1: check its name, --region and AWS_PROFILE.',
  );
});

/** An account with these stacks, of which that of the plant Ghent can be described. */
async function startAccount(listed: readonly string[]): Promise<void> {
  const url = await startCloudFormation('AzumutaErp-ghent-production', { LedgerTable: 'ledger' }, listed);
  const variables = { AWS_ENDPOINT_URL: url, AWS_REGION: 'eu-west-1', AWS_ACCESS_KEY_ID: 'test' };
  for (const [name, value] of Object.entries({ ...variables, AWS_SECRET_ACCESS_KEY: 'test' }))
    vi.stubEnv(name, value);
  onTestFinished(() => void vi.unstubAllEnvs());
}

it('takes the only stack of the region where none is named, and says which', async () => {
  // Prepare
  await startAccount(['AzumutaErp-ghent-production', 'Payroll']);
  const written = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  onTestFinished(() => written.mockRestore());

  // Act
  const target = await findTarget({});

  // Assess
  expect(optionsForTarget(target)).toBe('--stack AzumutaErp-ghent-production');
  expect(written.mock.calls.join()).toContain(
    'Stack: AzumutaErp-ghent-production in eu-west-1 (the only one there).',
  );
});

it('takes the stack of AZUMUTA_STACK where none is named', async () => {
  await startAccount(['AzumutaErp-ghent-production', 'AzumutaErp-ghent-test']);
  vi.stubEnv('AZUMUTA_STACK', 'AzumutaErp-ghent-production');
  const target = await findTarget({});
  expect(target.stackName).toBe('AzumutaErp-ghent-production');
});

it.each([
  [
    ['AzumutaErp-ghent-production', 'AzumutaErp-ghent-test'],
    'There are AzumutaErp-ghent-production, AzumutaErp-ghent-test.',
  ],
  [['Payroll'], 'Say which stack: --stack'],
])('asks for the stack where it is not clear: %j', async (listed, sentence) => {
  await startAccount(listed);
  await expect(findTarget({})).rejects.toThrow(sentence);
});

it.each([
  ['of an older stack', {}, {}],
  ['that is no JSON', { Persons: 'An' }, {}],
  ['with accents', { Persons: '{"planner":"Ren\\u00e9e"}' }, { planner: 'Renée' }],
])('reads the persons who act from an output %s', (_, outputs, persons) => {
  expect(personsOf({ outputs })).toEqual(persons);
});
