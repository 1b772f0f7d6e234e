import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GetSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { operatorClients } from '../../../infra/local/operator-clients.ts';
import type { LocalSystem } from '../../../infra/local/run-locally.ts';
import { azumutaSandboxKey } from '../../../infra/local/sandbox/keys.ts';
import { shellWord } from '../../../infra/local/shell-word.ts';
import { findTarget } from '../../../infra/ops/cli/target.ts';
import { stackChecks } from '../../../infra/ops/doctor/check-stack.ts';
import type { Finding } from '../../../infra/ops/doctor/finding.ts';
import type { OrderState } from '../../../infra/ops/trace/order-status.ts';
import { type TracedOrder, traceOrder } from '../../../infra/ops/trace/trace.ts';
import { callsOf } from '../../e2e/flows/calls.ts';
import { eventually } from '../../support/eventually.ts';
import { startTestSystem } from '../../support/local-system.ts';
import { typed } from './run-command.ts';

let system: LocalSystem;
let folder: string;
let calls: ReturnType<typeof callsOf>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'commands-'));
  system = await startTestSystem({ dataDir: folder });
  calls = callsOf(system);
}, 60_000);
afterAll(async () => {
  await system?.stop();
  await rm(folder, { recursive: true, force: true });
});

/** A command on the plant, and its answer as JSON. */
async function asked<T>(schema: z.ZodMiniType<T>, name: string, words: readonly string[], input = '') {
  const { code, output, complaint } = await typed(name, [...words, '--local', folder, '--json'], { input });
  if (output === '') throw new Error(`${name} ended with ${String(code)}: ${complaint}`);
  return { code, answer: z.parse(schema, JSON.parse(output)) };
}
const onPlant = (name: string, ...words: string[]) => typed(name, [...words, '--local', folder]);

const traceSchema = z.looseObject({
  productOrders: z.array(
    z.looseObject({
      number: z.string(),
      state: z.string(),
      says: z.string(),
      next: z.optional(z.string()),
      journey: z.array(z.looseObject({ event: z.string() })),
    }),
  ),
});
const doctorSchema = z.looseObject({
  findings: z.array(
    z.looseObject({
      about: z.string(),
      result: z.string(),
      says: z.string(),
      next: z.optional(z.string()),
    }),
  ),
});
const previewSchema = z.looseObject({
  productOrders: z.array(
    z.looseObject({ number: z.string(), outcome: z.string(), reason: z.optional(z.string()) }),
  ),
});
const digestSchema = z.looseObject({
  created: z.number(),
  booked: z.number(),
  awaited: z.number(),
  deadLettered: z.looseObject({ count: z.number(), first: z.array(z.looseObject({ number: z.string() })) }),
  conflicts: z.looseObject({ first: z.array(z.looseObject({ number: z.string(), reason: z.string() })) }),
  cancelled: z.array(z.string()),
});

const posted = (number: string, more: Readonly<Record<string, unknown>> = {}) =>
  calls.post({ number, article: 'GEAR-01', quantity: '3', ...more }, { prefer: 'wait=10' });
const bookingsOf = async (number: string) =>
  (await system.erp.bookings()).filter(({ order }) => order === number);

/** An order of the ERP that is in Azumuta and can be completed there. */
async function createdOrder(): Promise<string> {
  const { order } = await system.erp.releaseAndSend(system.orderEndpoint);
  await eventually(async () =>
    (await system.azumuta.productOrders()).some(({ number }) => number === order.number),
  );
  return order.number;
}

describe('trace tells where an order is', () => {
  it('from the ERP to its booking, by its number and by the id of a recording', async () => {
    // Prepare
    const number = await createdOrder();
    const waiting = await reaches(number, 'in Azumuta');
    const completed = await system.azumuta.complete(number);
    await reaches(number, 'booked');
    const [recording] = completed.recordings;

    // Act
    const booked = await asked(traceSchema, 'trace', [String(recording?.id)]);

    // Assess
    expect(waiting.says).toBe('It is in Azumuta and waits there to be completed.');
    expect(booked.code).toBe(0);
    expect(booked.answer.productOrders[0]?.says).toMatch(/^It is booked in the ERP: B-\d+\.$/);
    expect(booked.answer.productOrders[0]?.journey.map(({ event }) => event)).toEqual(
      expect.arrayContaining(['queued', 'created', 'linked', 'completed', 'collected', 'booked']),
    );
  });

  it('as a person reads it: why it is stuck, and what to type', async () => {
    // Prepare
    await posted('STUCK-1', { article: 'NOPE-7' });
    await reaches('STUCK-1', 'needs a person');

    // Act
    const shown = await onPlant('trace', 'STUCK-1');

    // Assess
    expect(shown.code).toBe(0);
    expect(shown.output).toContain('It was put aside for a person. Azumuta has no article NOPE-7');
    expect(shown.output).toContain(`npm run replay -- --local ${shellWord(folder)} --order STUCK-1 --go`);
    expect(shown.output).toMatch(/\d\d:\d\d:\d\d +· Received from the ERP: by endpoint/);
  });

  it('and exits with 3 when the ledger knows nothing by that name', async () => {
    const unknown = await onPlant('trace', 'NEVER-SENT');
    expect(unknown).toMatchObject({ code: 3, output: expect.stringContaining('knows no order') });
  });
});

describe('doctor finds', () => {
  const wrongs = ({ findings }: z.output<typeof doctorSchema>) =>
    findings.filter(({ result }) => result === 'wrong');

  it('nothing wrong with a plant that works, and leaves no trace in it', async () => {
    // Prepare
    const [deadBefore, ordersBefore] = [await calls.deadLetters(), await system.azumuta.productOrders()];

    // Act
    const { code, answer } = await asked(doctorSchema, 'doctor', []);

    // Assess
    expect(wrongs(answer)).toEqual([]);
    expect(code).toBe(0);
    expect(answer.findings.map(({ about }) => about)).toEqual(
      expect.arrayContaining([
        'Configuration',
        'Azumuta API key',
        'ERP credentials',
        'Webhook token',
        'Order API key',
        'Azumuta',
        'ERP (Sandbox ERP)',
        'Webhook door',
        'Order endpoint',
        'Clock',
        'Queue of bookings',
        'Ledger table',
        'Flow of orders',
        'Circuit breakers',
      ]),
    );
    expect(await calls.deadLetters()).toHaveLength(deadBefore.length);
    expect(await system.azumuta.productOrders()).toHaveLength(ordersBefore.length);
  });

  it('a refused key, and a partner that does not answer, with what to do next', async () => {
    // Prepare
    await setAzumutaKey('not-the-key');
    await system.erp.setFaults([{ kind: 'status', status: 503 }]);

    // Act
    const { code, answer } = await asked(doctorSchema, 'doctor', []).finally(async () => {
      await system.erp.setFaults([]);
      await setAzumutaKey(azumutaSandboxKey);
    });

    // Assess
    expect(code).toBe(1);
    expect(wrongs(answer)).toEqual([
      expect.objectContaining({
        about: 'Azumuta',
        says: expect.stringContaining('401'),
        next: expect.stringContaining('secrets -- set azumuta-api-key'),
      }),
      expect.objectContaining({
        about: 'ERP (Sandbox ERP)',
        says: expect.stringContaining('503'),
        next: expect.stringContaining('whether this machine may reach it'),
      }),
    ]);
    expect(JSON.stringify(answer)).not.toContain('not-the-key');
  });
});

describe('pause and resume', () => {
  it('hold back the bookings of a flow and let them go, each once', async () => {
    // Prepare
    const number = await createdOrder();

    // Act
    const paused = await onPlant('pause', 'bookings');
    await system.azumuta.complete(number);
    const held = await reaches(number, 'to be booked');
    const found = await flowFindings();
    const bookedMeanwhile = await bookingsOf(number);
    const resumed = await onPlant('resume', 'all');

    // Assess
    expect(paused).toMatchObject({
      code: 0,
      output: expect.stringContaining('booking in the ERP is paused.'),
    });
    expect(held.says).toBe('Its quantity waits to be booked in the ERP.');
    expect(bookedMeanwhile).toEqual([]);
    expect(found).toContainEqual({
      about: 'Flow of bookings',
      result: 'notice',
      says: 'booking in the ERP is paused (Disabled)',
      next: `npm run resume -- bookings --local ${shellWord(folder)}`,
    });
    expect(resumed.code).toBe(0);
    await eventually(async () => (await bookingsOf(number)).length > 0);
    expect(await bookingsOf(number)).toHaveLength(1);
  });
});

describe('pull', () => {
  it('as a dry run tells what would happen to each order, and writes nothing', async () => {
    // Prepare
    const since = new Date().toISOString();
    const known = await createdOrder();
    const [fresh] = await system.erp.release({ product: 'GEAR-01' });
    const [byHand] = await system.erp.release({ product: 'GEAR-01' });
    const [noArticle] = await system.erp.release({ product: 'NOPE-3' });
    const [changed] = await system.erp.release({ product: 'GEAR-01' });
    await posted(changed?.number ?? '', { quantity: '99999' });
    await typeIntoAzumuta(byHand?.number ?? '');
    await system.azumuta.forgetCalls();
    await system.erp.forgetCalls();

    // Act
    const { code, answer } = await asked(previewSchema, 'pull', ['--dry-run', '--since', since]);

    // Assess
    expect(code).toBe(3);
    const outcomes = new Map(answer.productOrders.map(({ number, outcome }) => [number, outcome]));
    expect(Object.fromEntries(outcomes)).toEqual({
      [known]: 'exists',
      [fresh?.number ?? '']: 'create',
      [byHand?.number ?? '']: 'adopt',
      [noArticle?.number ?? '']: 'reject',
      [changed?.number ?? '']: 'conflict',
    });
    expect(answer.productOrders.find(({ outcome }) => outcome === 'conflict')?.reason).toContain(
      'parameters["Quantity"]: was 99999',
    );
    const routes = [...Object.keys(await system.azumuta.calls()), ...Object.keys(await system.erp.calls())];
    expect(routes.filter((route) => !route.startsWith('GET '))).toEqual([]);
    expect(await system.ledger.orders.find(fresh?.number ?? '')).toBeUndefined();
  });

  it('with --go runs the pull, and the digest tells what came of it', async () => {
    // Prepare
    const [wanted] = await system.erp.release({ product: 'GEAR-02' });
    const dropped = await createdOrder();
    await system.erp.cancel(dropped);

    // Act
    const pulled = await asked(z.looseObject({ outcome: z.string() }), 'pull', ['--go']);
    await reaches(wanted?.number ?? '', 'in Azumuta');
    const { code, answer } = await asked(digestSchema, 'digest', ['--since', '1h']);

    // Assess
    expect(pulled).toMatchObject({ code: 3, answer: { outcome: 'read' } });
    const azumuta = await system.azumuta.productOrders();
    expect(code).toBe(0);
    expect(answer).toMatchObject({
      created: azumuta.length,
      booked: (await system.erp.bookings()).length,
      cancelled: [dropped],
    });
    expect(answer.deadLettered.first.map(({ number }) => number)).toContain('STUCK-1');
    expect(answer.conflicts.first).toContainEqual(
      expect.objectContaining({ reason: expect.stringContaining('was 99999') }),
    );
  });
});

describe('secrets', () => {
  it('rotate the webhook token: both are valid, and the new URL is told only when asked for', async () => {
    // Act
    const rotated = await onPlant('secrets', 'rotate', 'webhook-token', '--generate');
    const shown = await onPlant('secrets', 'show', 'webhook-token', '--show');

    // Assess
    const url = /http\S+/.exec(shown.output)?.[0] ?? '';
    expect(rotated).toMatchObject({ code: 0, output: expect.stringContaining('--show prints it') });
    expect(rotated.output).not.toContain(tokenOf(url));
    expect(await storedToken()).toEqual({ current: tokenOf(url), previous: tokenOf(system.webhookUrl) });
    expect(url.replace(tokenOf(url), '')).toBe(system.webhookUrl.replace(tokenOf(system.webhookUrl), ''));
  });

  it('are checked before they are stored, and a refused value changes nothing', async () => {
    // Act
    const misshapen = await typed('secrets', ['set', 'erp-credentials', '--stdin', '--local', folder], {
      input: '{"username":"hunter2"}',
    });
    const status = await onPlant('secrets', 'status');

    // Assess
    expect(misshapen).toMatchObject({
      code: 2,
      complaint: 'The value of erp-credentials does not fit: $.apiKey: found missing, expected string.\n',
    });
    expect(misshapen.output + misshapen.complaint).not.toContain('hunter2');
    expect(status).toMatchObject({ code: 0, output: expect.stringMatching(/erp-credentials +set/) });
  });
});

async function flowFindings(): Promise<Finding[]> {
  const target = await findTarget({ local: folder });
  const checks = stackChecks(target, undefined, new Date()).filter(({ about }) => about.startsWith('Flow'));
  return (await Promise.all(checks.map((check) => check.look()))).flat();
}

const tokenOf = (url: string) => url.split('/').at(-1) ?? '';

async function storedToken(): Promise<unknown> {
  const { secrets } = operatorClients(system.emulator);
  const secret = system.emulator.stack.secrets.find(({ name }) => name.endsWith('/webhook-token'));
  const { SecretString = '' } = await secrets.send(new GetSecretValueCommand({ SecretId: secret?.arn }));
  secrets.destroy();
  return JSON.parse(SecretString);
}

/** An order that has got so far. */
async function reaches(number: string, state: OrderState): Promise<TracedOrder> {
  return eventually(async () => {
    const { productOrders } = await traceOrder(number, system.ledger);
    return productOrders[0]?.state === state && productOrders[0];
  });
}

const setAzumutaKey = (key: string) =>
  asked(z.unknown(), 'secrets', ['set', 'azumuta-api-key', '--stdin'], key);

/** Somebody typed it into Azumuta before the integration went live. */
async function typeIntoAzumuta(number: string): Promise<void> {
  const [some] = (await system.azumuta.productOrders()).filter(
    ({ article }) => article?.number === 'GEAR-01',
  );
  const answer = await fetch(`${system.sandboxes.azumuta.url}/api/v1/productorders`, {
    method: 'POST',
    headers: { 'x-api-key': azumutaSandboxKey, 'content-type': 'application/json' },
    body: JSON.stringify({ number, articleId: some?.articleId, parameters: [], variantIds: [] }),
  });
  if (!answer.ok) throw new Error(`The sandbox answered ${answer.status}.`);
}
