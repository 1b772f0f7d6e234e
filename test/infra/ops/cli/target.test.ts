import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, it, onTestFinished, vi } from 'vitest';
import { findTarget, whereOf } from '../../../../infra/ops/cli/target.ts';

/** A folder that stands for the temporary one of this machine. */
async function emptyTemporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'target-'));
  // Windows calls it TEMP.
  for (const name of ['TMPDIR', 'TEMP']) vi.stubEnv(name, folder);
  onTestFinished(async () => {
    vi.unstubAllEnvs();
    await rm(folder, { recursive: true, force: true });
  });
  return folder;
}

/** A platform that runs in this folder, as far as its address and its control server show. */
async function startControl(folder: string, outputs: Readonly<Record<string, string>>, pid = process.pid) {
  const server = createServer((_, response) => void response.end(JSON.stringify({ outputs })));
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  // A TCP server's address is not a pipe's name.
  const controlUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await mkdir(folder, { recursive: true });
  const address = {
    pid,
    stackName: 'AzumutaErp-demo-local',
    region: 'eu-west-1',
    apiUrl: 'http://127.0.0.1:1',
    awsEndpoint: 'http://127.0.0.1:2',
    controlUrl,
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
  };
  await writeFile(join(folder, 'platform.json'), JSON.stringify(address));
}

it.each([
  ['of npm start', 'azumuta-erp-x/platform'],
  ['of a platform by itself', 'local-platform-x'],
])('finds the only platform on this machine, in a temporary folder %s', async (_, below) => {
  // Prepare
  const folder = join(await emptyTemporaryFolder(), below);
  await startControl(folder, { LedgerTable: 'ledger' });

  // Act
  const target = await findTarget({ local: true });

  // Assess
  expect(target).toMatchObject({
    name: `AzumutaErp-demo-local on this machine (${folder})`,
    local: true,
    aws: { region: 'eu-west-1', endpoint: 'http://127.0.0.1:2' },
  });
  expect(target.output('LedgerTable')).toBe('ledger');
});

it('finds a platform in the data folder that it is given', async () => {
  // Prepare
  const folder = await emptyTemporaryFolder();
  await startControl(join(folder, 'kept', 'platform'), {});

  // Act and assess
  expect((await findTarget({ local: join(folder, 'kept') })).local).toBe(true);
  expect((await findTarget({ local: join(folder, 'kept', 'platform') })).local).toBe(true);
});

it.each([
  ['nothing is named', {}, 'Say which stack'],
  ['two are named', { local: true, stack: 'x' }, 'Choose one'],
  ['nothing runs in the folder', { local: '/nowhere' }, 'No platform runs in /nowhere'],
] as const)('says what to type when %s', async (_, where, complaint) => {
  await expect(findTarget(where)).rejects.toThrow(complaint);
});

it('says so when no platform runs on this machine', async () => {
  await emptyTemporaryFolder();
  await expect(findTarget({ local: true })).rejects.toThrow('No platform runs');
});

it('asks which one when several platforms run', async () => {
  // Prepare
  const folder = await emptyTemporaryFolder();
  await startControl(join(folder, 'local-platform-a'), {});
  await startControl(join(folder, 'local-platform-b'), {});

  // Act and assess
  await expect(findTarget({ local: true })).rejects.toThrow(
    /say which:\n {2}--local .*local-platform-a.*\n {2}--local .*local-platform-b/,
  );
});

it('overlooks a platform whose process is gone', async () => {
  // Prepare
  const folder = await emptyTemporaryFolder();
  // Larger than any process id that Linux gives.
  await startControl(join(folder, 'local-platform-a'), {}, 2 ** 22 + 1);

  // Act and assess
  await expect(findTarget({ local: true })).rejects.toThrow('No platform runs');
});

it('says that a stack without a needed output is older than the command', async () => {
  // Prepare
  const folder = await emptyTemporaryFolder();
  await startControl(folder, {});
  const target = await findTarget({ local: folder });

  // Act and assess
  expect(() => target.output('CompletionsQueue')).toThrow(
    'The stack AzumutaErp-demo-local has no output CompletionsQueue: deploy it again with this version.',
  );
});

/** CloudFormation (its query protocol), with one stack. */
async function startCloudFormation(stack: string, outputs: Readonly<Record<string, string>>) {
  const server = createServer(async (request, response) => {
    const asked = new URLSearchParams(await text(request));
    response.setHeader('content-type', 'text/xml');
    if (asked.get('StackName') !== stack) {
      response.writeHead(400);
      return response.end(
        `<ErrorResponse><Error><Type>Sender</Type><Code>ValidationError</Code><Message>Stack with id ${asked.get('StackName')} does not exist</Message></Error></ErrorResponse>`,
      );
    }
    const members = Object.entries(outputs).map(
      ([key, value]) => `<member><OutputKey>${key}</OutputKey><OutputValue>${value}</OutputValue></member>`,
    );
    return response.end(
      `<DescribeStacksResponse><DescribeStacksResult><Stacks><member><StackName>${stack}</StackName><CreationTime>2026-11-24T08:00:00Z</CreationTime><StackStatus>UPDATE_COMPLETE</StackStatus><Outputs>${members.join('')}</Outputs></member></Stacks></DescribeStacksResult></DescribeStacksResponse>`,
    );
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  // A TCP server's address is not a pipe's name.
  vi.stubEnv('AWS_ENDPOINT_URL', `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
  onTestFinished(() => {
    vi.unstubAllEnvs();
    server.closeAllConnections();
    server.close();
  });
}

it('finds a deployed stack with its outputs, and how to name it again', async () => {
  // Prepare
  await startCloudFormation('AzumutaErp-ghent-production', { LedgerTable: 'ledger' });

  // Act
  const target = await findTarget({ stack: 'AzumutaErp-ghent-production', region: 'eu-central-1' });

  // Assess
  expect(target).toMatchObject({
    name: 'AzumutaErp-ghent-production in eu-central-1',
    stackName: 'AzumutaErp-ghent-production',
    local: false,
  });
  expect(target.output('LedgerTable')).toBe('ledger');
  expect(whereOf(target)).toBe('--stack AzumutaErp-ghent-production --region eu-central-1');
});

it('says where it looked for a stack that is not deployed', async () => {
  await startCloudFormation('AzumutaErp-ghent-production', {});
  await expect(findTarget({ stack: 'AzumutaErp-gent-production', region: 'eu-central-1' })).rejects.toThrow(
    'There is no stack AzumutaErp-gent-production in eu-central-1: check its name, --region and AWS_PROFILE.',
  );
});
