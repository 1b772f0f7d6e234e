import { cp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { vi } from 'vitest';
import * as z from 'zod/mini';
import { type Emulator, startEmulator } from '../../../infra/local/emulator/emulator.ts';
import { operatorClients, operatorLedger } from '../../../infra/local/operator-clients.ts';
import {
  localOverrides,
  type Synthesized,
  type SynthesizeOptions,
} from '../../../infra/local/run-locally.ts';
import type { ReleaseRequest } from '../../../infra/local/sandbox/erp/planners.ts';
import { DeadLetterQueue } from '../../../infra/ops/dead-letters/queue.ts';
import { defaultContract } from '../../../shared/azumuta/contract.ts';
import { orderKey } from '../../../shared/ledger/keys.ts';
import type { BookingEntry } from '../../../shared/ledger/records/bookings.ts';
import { lifeOf, type Stage } from '../../../shared/life/life.ts';
import { Table } from '../../../shared/platform/aws/dynamodb-table.ts';
import { isRecord } from '../../../shared/platform/json.ts';
import { typed } from '../../infra/ops/commands/typed.ts';
import { startTestSystem, testEnvironment } from '../../support/local-system.ts';
import { viewQueues } from '../../support/queues.ts';
import { synthesizeOnce } from '../../support/synthesize-once.ts';
import { tell, thisVersion, type Version } from './releases.ts';

export type Rehearsal = Awaited<ReturnType<typeof startRehearsal>>;

const resourceSchema = z.looseObject({
  Type: z.string(),
  DeletionPolicy: z.exactOptional(z.string()),
  Properties: z.exactOptional(z.record(z.string(), z.unknown())),
});
const templateSchema = z.looseObject({
  Resources: z.record(z.string(), resourceSchema),
  Outputs: z.record(z.string(), z.unknown()),
});
type Template = z.output<typeof templateSchema>;

/** A hint waits until a minute after the last question, and a message until the lease of a killed container is over. */
export const patience = { timeout: 100_000, interval: 50 };
/** One for each completion: a second one would wait for a minute. */
const triggers = (url: string) => [{ method: 'POST', url, ids: 'list' } as const];
const overrides = { ...localOverrides, environment: testEnvironment };
const findingsSchema = z.object({
  findings: z.array(z.object({ about: z.string(), result: z.string(), says: z.string() })),
});

/** The template of a version; once in a run, as it takes seconds. */
function synthesizeVersion(
  { root, plantFile: integrationFile }: Version,
  wanted: Pick<SynthesizeOptions, 'folder' | 'environment'>,
  keptIn: string,
): Promise<Synthesized> {
  const app = join(root, 'infra', 'app.ts');
  return synthesizeOnce({ ...wanted, integrationFile, app, stage: 'production' }, keptIn);
}

const toldSchema = z.object({
  orders: z._default(
    z.array(z.object({ productOrders: z.array(z.object({ stage: z.optional(z.string()) })) })),
    [],
  ),
});

/**
 * A production stack on this machine, whose templates are deployed one after the other on the same data, while the
 * partners go on.
 * @param first The version that is deployed first.
 */
export async function startRehearsal(folder: string, keptIn: string, first: Version = thisVersion) {
  let running = first;
  let environment: SynthesizeOptions['environment'] = {};
  const system = await startTestSystem({
    dataDir: folder,
    overrides,
    triggers,
    synthesize: (wanted) => {
      ({ environment } = wanted);
      return synthesizeVersion(first, wanted, keptIn);
    },
  });
  const today = join(folder, 'cdk.out');
  const stackName = system.emulator.stack.name;
  const { pathname } = new URL(system.webhookUrl);
  let emulator: Emulator = system.emulator;
  const tableNow = () =>
    new Table(operatorClients(emulator).dynamodb, emulator.stack.outputs.LedgerTable ?? 'unknown');
  const ledgerNow = () => operatorLedger(tableNow());
  const depth = () => viewQueues({ emulator }).depth();

  /** Replaces what runs by this template: containers are killed in the middle of their work. */
  async function deploy(directory: string): Promise<void> {
    await emulator.stop();
    emulator = await startEmulator({
      template: { directory, stackName },
      overrides,
      dataDir: join(folder, 'platform'),
      maxContainers: 2,
      sandboxes: { azumuta: system.sandboxes.azumuta.url, erp: system.sandboxes.erp.url },
    });
    await system.azumuta.setTriggers(triggers(`${emulator.apiUrl}${pathname}`));
  }

  return {
    system,
    /** The first version, as it was synthesized. */
    today,
    deploy,

    /** Replaces what runs by this version, on the same data. */
    async deployVersion(version: Version): Promise<void> {
      const wanted = { folder: join(folder, version.name), environment };
      const { directory } = await synthesizeVersion(version, wanted, keptIn);
      tell(`Replacing ${running.name} by ${version.name}`);
      await deploy(directory);
      running = version;
    },

    /** Another template, made of this version's. @param edit May change it. */
    async changed(name: string, edit: (template: Template) => Template): Promise<string> {
      const directory = join(folder, name);
      await cp(today, directory, { recursive: true });
      const file = join(directory, `${stackName}.template.json`);
      const template = z.parse(templateSchema, JSON.parse(await readFile(file, 'utf8')));
      await writeFile(file, JSON.stringify(edit(template)));
      return directory;
    },

    /** Ends the stack as CloudFormation does: queues go with what is in them, tables and secrets stay. */
    async destroy(): Promise<void> {
      await emulator.stop();
      await rm(join(folder, 'platform', 'sqs'), { recursive: true });
    },

    /** An order that the ERP sends to the endpoint: a new one, or the one that `number` names, as it is by now. */
    async release(request: ReleaseRequest & { readonly number?: string } = {}): Promise<string> {
      const endpoint = { url: `${emulator.apiUrl}/product-orders`, key: system.orderEndpoint.key };
      const { order, status, answer } = await system.erp.releaseAndSend(endpoint, request);
      if (status !== 202) throw new Error(`The endpoint answered ${status} to ${order.number}: ${answer}`);
      return order.number;
    },

    /** Until it is in Azumuta, and the ledger and the ERP know. */
    isCreated: (number: string) =>
      vi.waitUntil(async () => (await ledgerNow().orders.find(number))?.linkedAt !== undefined, patience),

    /** Until its trigger has come, and its booking waits for the ERP: a trigger on its way would be lost with the stack. */
    isPlanned: (number: string) =>
      vi.waitUntil(async () => (await ledgerNow().bookings.listOfOrder(number)).length > 0, patience),

    /** What the ledger holds of an order, as this version reads it. */
    standing: (number: string) => ledgerNow().knownOrders.readStanding(number),

    /** The stage of a product order, as the version that runs tells it a caller; undefined where it tells none. */
    async stageTold(number: string): Promise<string | undefined> {
      const url = `${emulator.apiUrl}/product-orders/${encodeURIComponent(number)}`;
      const response = await fetch(url, { headers: { 'x-api-key': system.orderEndpoint.key } });
      const { orders } = z.parse(toldSchema, await response.json());
      return orders[0]?.productOrders[0]?.stage;
    },

    /** Runs the function of a schedule now. @throws Error with what it answered when it failed. */
    async run(schedule: 'Pull' | 'Reconcile' | 'Alerts'): Promise<void> {
      const { payload, functionError } = await emulator.runSchedule(`Schedules${schedule}`);
      if (functionError) throw new Error(`${schedule} ${functionError}: ${JSON.stringify(payload)}`);
    },

    /** A command as the operators of the version that runs type it. @throws Error with its words when it failed. */
    async command(name: string, ...words: readonly string[]): Promise<void> {
      const { code, complaint } = await typed(name, [...words, '--local', folder], { project: running.root });
      if (code !== 0) throw new Error(`${name} ${words.join(' ')} of ${running.name}: ${complaint}`);
    },

    /**
     * So many days have gone by for an order whose dead letter nobody has ended: its items are as old, and SQS has dropped
     * the message. The platform runs in real time, so they are written down as they would be then.
     */
    async daysHaveGoneBy(number: string, days: number): Promise<void> {
      const { sqs } = operatorClients(emulator);
      const letters = new DeadLetterQueue(sqs, emulator.stack.outputs.DeadLetterQueue ?? 'unknown', {
        names: defaultContract.trigger,
      });
      for await (const page of letters.take())
        await letters.remove(page.filter(({ numbers }) => numbers.includes(number)));
      await letters.giveBack();
      for (const item of await tableNow().query(orderKey(number).pk))
        await tableNow().putIf(z.parse(storedSchema, daysAgo(item, days)), 'attribute_exists(pk)');
    },

    /** Until the ledger says that it is so far. */
    isInStage: (number: string, stage: Stage) =>
      vi.waitUntil(
        async () => lifeOf(await ledgerNow().knownOrders.readStanding(number)).stage === stage,
        patience,
      ),

    /**
     * Pulls again and again, as the schedule does, until the ledger says that it is so far: a run may come while another
     * one is under way, or while the order is being created.
     * @throws Error with what the last run answered.
     */
    pullUntil: (number: string, stage: Stage) =>
      vi.waitFor(async () => {
        const { payload } = await emulator.runSchedule('SchedulesPull');
        const { stage: found } = lifeOf(await ledgerNow().knownOrders.readStanding(number));
        if (found === stage) return;
        throw new Error(`${number} is ${found} after a pull that answered ${JSON.stringify(payload)}`);
      }, patience),

    /** Until it has bookings, and all of them are in this state. */
    hasBookings: (number: string, state: BookingEntry['state']) =>
      vi.waitUntil(async () => {
        const bookings = await ledgerNow().bookings.listOfOrder(number);
        return bookings.length > 0 && bookings.every((booking) => booking.state === state);
      }, patience),

    /** Until no message waits or is in flight. */
    isIdle: () => vi.waitUntil(async () => (await depth()) === 0, patience),

    depth,
    deadLetters: () => viewQueues({ emulator }).deadLetters(),

    /** What doctor finds: its exit code, and what it does not call fine. */
    async doctor() {
      const words = ['--local', folder, '--no-partners', '--json'];
      const { code, output, complaint } = await typed('doctor', words);
      if (output === '') throw new Error(complaint);
      const { findings } = z.parse(findingsSchema, JSON.parse(output));
      return { code, wrong: findings.filter(({ result }) => result === 'wrong') };
    },

    async stop(): Promise<void> {
      await emulator.stop();
      await system.stop();
    },
  };
}

const storedSchema = z.looseObject({ pk: z.string(), sk: z.string() });
const isoInstant = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g;

/** A value with each instant in it so many days earlier. */
function daysAgo(value: unknown, days: number): unknown {
  const earlier = (instant: string) => new Date(Date.parse(instant) - days * 86_400_000).toISOString();
  if (typeof value === 'string') return value.replaceAll(isoInstant, earlier);
  if (Array.isArray(value)) return value.map((one) => daysAgo(one, days));
  if (!isRecord(value) || value instanceof Uint8Array) return value;
  return Object.fromEntries(Object.entries(value).map(([name, held]) => [name, daysAgo(held, days)]));
}

/** A template as a next version would be: another code, settings, a queue and an output more. */
export function nextVersion(template: Template): Template {
  const resources = Object.entries(template.Resources).map(([id, resource]) => {
    if (resource.Type !== 'AWS::Lambda::Function') return [id, resource];
    const { Environment, ...properties } = z.parse(functionSchema, resource.Properties);
    const Variables = { ...Environment.Variables, CONFIGURATION_VERSION: 'next', A_NEW_SETTING: 'on' };
    return [id, { ...resource, Properties: { ...properties, MemorySize: 640, Environment: { Variables } } }];
  });
  const QueuesNext = { Type: 'AWS::SQS::Queue', Properties: { MessageRetentionPeriod: 1_209_600 } };
  return {
    ...template,
    Resources: { ...Object.fromEntries(resources), QueuesNext },
    Outputs: { ...template.Outputs, NextQueue: { Value: { Ref: 'QueuesNext' } } },
  };
}

const functionSchema = z.looseObject({
  Environment: z.object({ Variables: z.record(z.string(), z.unknown()) }),
});

/** Types of which a new deployment makes others, as CloudFormation names what it creates by chance. */
const kept = ['AWS::DynamoDB::GlobalTable', 'AWS::SecretsManager::Secret'];

/**
 * The template as a second deployment gives it names: what stayed of the first stack is not the new one's.
 * @param types Of which the names are new.
 */
export function newlyNamed(template: Template, types: readonly string[] = kept): Template {
  const ids = Object.entries(template.Resources).filter(
    ([, { Type, DeletionPolicy }]) => types.includes(Type) && /^Retain/.test(DeletionPolicy ?? ''),
  );
  const text = ids.reduce(
    (edited, [id]) => edited.replaceAll(id, id.replace(/[0-9A-F]{8}$/, '0A0A0A0A')),
    JSON.stringify(template),
  );
  return z.parse(templateSchema, JSON.parse(text));
}
