import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { nodeBinary } from '../../../../infra/local/emulator/process/node-binary.ts';
import { operatorClients } from '../../../../infra/local/operator-clients.ts';
import type { LocalSystem } from '../../../../infra/local/run-locally.ts';
import type { letterOf } from '../../../../infra/ops/dead-letters/dead-letter.ts';
import { openDeadLetterQueue } from '../../../../infra/ops/dead-letters/queue.ts';
import { eventually } from '../../../support/eventually.ts';
import { startTestSystem } from '../../../support/local-system.ts';

let system: LocalSystem;
let folder: string;
let sqs: ReturnType<typeof operatorClients>['sqs'];
const productOrders = 'GET /api/v1/productorders';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'replay-'));
  system = await startTestSystem({ dataDir: folder });
  ({ sqs } = operatorClients(system.emulator));
}, 60_000);
afterAll(async () => {
  sqs?.destroy();
  await system?.stop();
  await rm(folder, { recursive: true, force: true });
});

const reportSchema = z.looseObject({
  dryRun: z.boolean(),
  lookedAt: z.number(),
  selected: z.number(),
  movable: z.number(),
  moved: z.number(),
  groups: z.array(
    z.looseObject({ reason: z.string(), to: z.optional(z.string()), orders: z.array(z.string()) }),
  ),
});

/** Runs the command as `npm run replay -- …` does. */
async function replay(options: readonly string[], environment: Readonly<Record<string, string>> = {}) {
  const command = fileURLToPath(new URL('../../../../infra/ops/replay/command.ts', import.meta.url));
  const child = spawn(nodeBinary(), [command, ...options], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env.PATH, TMPDIR: folder, TEMP: folder, ...environment },
  });
  const [output, complaint, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit'),
  ]);
  return { code, output, complaint };
}

async function replayJson(...options: readonly string[]) {
  const { code, output, complaint } = await replay(['--local', folder, '--json', ...options]);
  if (output === '') throw new Error(`${code}: ${complaint}`);
  return { code, ...reportSchema.parse(JSON.parse(output)) };
}

/** An order of the ERP that ends as a dead letter, because Azumuta answers nonsense for a while. */
async function deadOrder(): Promise<string> {
  await system.azumuta.setFaults([{ kind: 'malformed', as: 'wrong-shape', route: productOrders }]);
  const { order } = await system.erp.releaseAndSend(system.orderEndpoint);
  await eventually(async () => (await journeyOf(order.number)).includes('dead-lettered'));
  await system.azumuta.setFaults([]);
  return order.number;
}

const journeyOf = async (number: string) =>
  (await system.ledger.journeys.of(number)).map(({ event }) => event);
const azumutaHas = async (number: string) =>
  (await system.azumuta.productOrders()).filter((order) => order.number === number).length;

it('a dry run shows the dead letters by reason and moves none', async () => {
  // Prepare
  const number = await deadOrder();

  // Act
  const shown = await replayJson();
  const again = await replayJson();

  // Assess
  expect(shown).toMatchObject({ code: 0, dryRun: true, moved: 0 });
  expect(shown.groups).toContainEqual(
    expect.objectContaining({
      reason: expect.stringContaining('expected shape'),
      to: 'product-orders',
      orders: expect.arrayContaining([number]),
    }),
  );
  expect(again.lookedAt).toBe(shown.lookedAt);
  expect(await azumutaHas(number)).toBe(0);
});

it('the replay of one order creates it in Azumuta, and leaves the others alone', async () => {
  // Prepare
  const [wanted, other] = [await deadOrder(), await deadOrder()];

  // Act
  const { code, moved } = await replayJson('--order', wanted, '--go');

  // Assess
  expect({ code, moved }).toEqual({ code: 0, moved: 1 });
  // The ledger writes it down a moment after Azumuta has it.
  await eventually(async () => (await journeyOf(wanted)).includes('created'));
  expect([await azumutaHas(wanted), await azumutaHas(other)]).toEqual([1, 0]);
  expect(await journeyOf(wanted)).toEqual(expect.arrayContaining(['dead-lettered', 'replayed', 'created']));
});

it('a booking that is replayed twice is booked once', async () => {
  // Prepare: everything that other tests left goes first.
  const number = await deadOrder();
  await replayJson('--all', '--go');
  await eventually(async () => (await azumutaHas(number)) === 1);
  const route = 'POST /api/production-orders/{number}/bookings';
  await system.erp.setFaults([{ kind: 'status', status: 422, route }]);
  await system.azumuta.complete(number);
  const letter = await eventually(() => deadLetterFor(number));
  // Slow enough for the copies to meet.
  await system.erp.setFaults([{ kind: 'delay', ms: 2000, route }]);
  // A replay that was killed between sending and removing: the letter is in both queues.
  const queueUrl = system.emulator.queueUrl('QueuesDeliveries');
  await sqs.send(
    new SendMessageCommand({
      QueueUrl: queueUrl,
      MessageBody: letter.body,
      MessageAttributes: { messageId: { DataType: 'String', StringValue: letter.messageId } },
    }),
  );

  // Act
  const first = await replayJson('--order', number, '--go');
  const second = await replayJson('--order', number, '--go');

  // Assess
  expect([first, second]).toMatchObject([
    { code: 0, moved: 1 },
    { code: 0, moved: 0 },
  ]);
  await eventually(async () => (await journeyOf(number)).includes('booked'));
  await eventually(async () => isDrained(queueUrl), 30_000);
  await system.erp.setFaults([]);
  const bookings = (await system.erp.bookings()).filter(({ order }) => order === number);
  expect(bookings).toHaveLength(1);
  expect((await journeyOf(number)).filter((event) => event === 'booked')).toHaveLength(1);
  expect(await deadLetterFor(number)).toBeUndefined();
}, 60_000);

it('a webhook call that nobody understands stays, with exit code 3 and what to do', async () => {
  // Prepare
  await fetch(system.webhookUrl, { method: 'POST', body: '{"opdracht":"PO-1"}' });

  // Act
  const { code, output } = await replay(['--local', folder, '--reason', 'No product order number', '--go']);

  // Assess
  expect(code).toBe(3);
  expect(output).toContain('cannot be replayed');
  expect(output.replace(/\s+/g, ' ')).toContain('webhookAliases');
});

it('works on a deployed stack through its outputs, with the credentials of the operator', async () => {
  // Prepare
  const number = await deadOrder();
  const { emulator } = system;
  const cloudFormation = await startCloudFormation(emulator.stack.name, emulator.stack.outputs);
  const environment = {
    AWS_REGION: emulator.region,
    AWS_ACCESS_KEY_ID: emulator.credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: emulator.credentials.secretAccessKey,
    AWS_ENDPOINT_URL: emulator.awsEndpoint,
    AWS_ENDPOINT_URL_CLOUDFORMATION: cloudFormation.url,
  };

  // Act
  const replayed = await replay(['--stack', emulator.stack.name, '--order', number, '--go'], environment);
  const unknown = await replay(['--stack', 'AzumutaErp-nowhere', '--all'], environment);
  await cloudFormation.stop();

  // Assess
  expect(replayed.code).toBe(0);
  expect(replayed.output).toContain(`${emulator.stack.name} in ${emulator.region}`);
  await eventually(async () => (await azumutaHas(number)) === 1);
  expect(unknown.code).toBe(2);
  expect(unknown.complaint).toContain('There is no stack AzumutaErp-nowhere in eu-west-1');
});

it.each([
  ['would move everything without saying so', ['--local', '--go'], 'Say what to replay'],
  ['contradicts itself', ['--local', '--all', '--order', '1'], 'Choose'],
  ['has an unknown option', ['--lokal'], '--lokal'],
])('a command line that %s is refused with exit code 2', async (_, options, complaint) => {
  // Act
  const refused = await replay(options);

  // Assess
  expect(refused).toMatchObject({ code: 2, output: '' });
  expect(refused.complaint).toContain(complaint);
});

async function deadLetterFor(number: string) {
  const queue = openDeadLetterQueue(sqs, system.emulator.queueUrl('QueuesDeadLetters'));
  const held: ReturnType<typeof letterOf>[] = [];
  for await (const page of queue.take()) held.push(...page);
  await queue.giveBack(held);
  return held.find(({ orderNumber, stage }) => orderNumber === number && stage === 'book-completion');
}

async function isDrained(queueUrl: string): Promise<boolean> {
  const { visible, hidden } = await openDeadLetterQueue(sqs, queueUrl).size();
  return visible + hidden === 0;
}

function escaped(value: string): string {
  return value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}

/** CloudFormation as far as DescribeStacks of one stack. */
async function startCloudFormation(stack: string, outputs: Readonly<Record<string, string>>) {
  const server: Server = createServer(async (request, response) => {
    const asked = new URLSearchParams(await text(request));
    if (asked.get('Action') !== 'DescribeStacks' || asked.get('StackName') !== stack) {
      response.writeHead(400, { 'content-type': 'text/xml' });
      response.end(
        '<ErrorResponse><Error><Type>Sender</Type><Code>ValidationError</Code><Message>Stack does not exist</Message></Error></ErrorResponse>',
      );
      return;
    }
    const members = Object.entries(outputs).map(
      ([key, value]) =>
        `<member><OutputKey>${key}</OutputKey><OutputValue>${escaped(value)}</OutputValue></member>`,
    );
    response.writeHead(200, { 'content-type': 'text/xml' });
    response.end(
      `<DescribeStacksResponse><DescribeStacksResult><Stacks><member><StackName>${stack}</StackName><CreationTime>2026-11-24T08:00:00Z</CreationTime><StackStatus>CREATE_COMPLETE</StackStatus><Outputs>${members.join('')}</Outputs></member></Stacks></DescribeStacksResult></DescribeStacksResponse>`,
    );
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  // A TCP server's address is not a pipe's name.
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    async stop() {
      server.closeAllConnections();
      await new Promise((stopped) => server.close(stopped));
    },
  };
}
