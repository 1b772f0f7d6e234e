import { cp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { vi } from 'vitest';
import * as z from 'zod/mini';
import { type Emulator, startEmulator } from '../../../infra/local/emulator/emulator.ts';
import { operatorClients, operatorLedger } from '../../../infra/local/operator-clients.ts';
import { localOverrides } from '../../../infra/local/run-locally.ts';
import { Table } from '../../../shared/platform/aws/dynamodb-table.ts';
import { typed } from '../../infra/ops/commands/typed.ts';
import { startTestSystem, testEnvironment } from '../../support/local-system.ts';
import { viewQueues } from '../../support/queues.ts';
import { synthesizeOnce } from '../../support/synthesize-once.ts';

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

/**
 * A production stack on this machine, whose templates are deployed one after the other on the same data, while the
 * partners go on. It stops at the end of `rehearse`.
 */
export async function startRehearsal(folder: string, keptIn: string) {
  const system = await startTestSystem({
    dataDir: folder,
    ...{ overrides, triggers },
    synthesize: (wanted) => synthesizeOnce({ ...wanted, stage: 'production' }, keptIn),
  });
  const today = join(folder, 'cdk.out');
  const stackName = system.emulator.stack.name;
  const { pathname } = new URL(system.webhookUrl);
  let emulator: Emulator = system.emulator;
  const ledgerNow = () =>
    operatorLedger(
      new Table(operatorClients(emulator).dynamodb, emulator.stack.outputs.LedgerTable ?? 'unknown'),
    );

  return {
    system,
    /** This version, as it was synthesized. */
    today,

    /** Another template, made of this version's. @param edit May change it. */
    async changed(name: string, edit: (template: Template) => Template): Promise<string> {
      const directory = join(folder, name);
      await cp(today, directory, { recursive: true });
      const file = join(directory, `${stackName}.template.json`);
      const template = z.parse(templateSchema, JSON.parse(await readFile(file, 'utf8')));
      await writeFile(file, JSON.stringify(edit(template)));
      return directory;
    },

    /** Replaces what runs by this template: containers are killed in the middle of their work. */
    async deploy(directory: string): Promise<void> {
      await emulator.stop();
      emulator = await startEmulator({
        template: { directory, stackName },
        ...{ overrides, dataDir: join(folder, 'platform'), maxContainers: 2 },
        sandboxes: { azumuta: system.sandboxes.azumuta.url, erp: system.sandboxes.erp.url },
      });
      await system.azumuta.setTriggers(triggers(`${emulator.apiUrl}${pathname}`));
    },

    /** Ends the stack as CloudFormation does: queues go with what is in them, tables and secrets stay. */
    async destroy(): Promise<void> {
      await emulator.stop();
      await rm(join(folder, 'platform', 'sqs'), { recursive: true });
    },

    /** An order that the ERP sends to the endpoint. */
    async release(): Promise<string> {
      const endpoint = { url: `${emulator.apiUrl}/product-orders`, key: system.orderEndpoint.key };
      return (await system.erp.releaseAndSend(endpoint)).order.number;
    },

    /** Until it is in Azumuta, and the ledger and the ERP know. */
    isCreated: (number: string) =>
      vi.waitUntil(async () => (await ledgerNow().orders.find(number))?.linkedAt !== undefined, patience),

    /** Until its trigger has come, and its booking waits for the ERP: a trigger on its way would be lost with the stack. */
    isPlanned: (number: string) =>
      vi.waitUntil(async () => (await ledgerNow().bookings.of(number)).length > 0, patience),

    depth: () => viewQueues({ emulator }).depth(),
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
