import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import * as z from 'zod/mini';
import { rotatingSecretSchema } from '../../shared/platform/aws/credentials.ts';
import { Table } from '../../shared/platform/aws/dynamodb-table.ts';
import { type Emulator, type EmulatorOptions, startEmulator } from './emulator/emulator.ts';
import { newToken, operatorClients, operatorLedger, setIfUnset } from './operator-clients.ts';
import { azumutaSandboxBaseUrl, azumutaSandboxKey, erpSandboxKey } from './sandbox/api.ts';
import type { Trigger } from './sandbox/azumuta/store.ts';
import { type Sandbox, startSandbox } from './sandbox/sandboxes.ts';

export interface LocalSystemOptions extends Omit<EmulatorOptions, 'template' | 'dataDir' | 'sandboxes'> {
  readonly integrationFile: string;
  /** Where all data is kept. Default: a temporary folder, removed at `stop`. */
  readonly dataDir?: string | undefined;
  /** Called with the name of each part of the start, before it begins. */
  readonly progress?: (part: string) => void;
  /** Variables that the configuration reads, besides the addresses of the sandboxes or instead of them. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Triggers of the Azumuta sandbox. Default: GET with single ids and POST with lists, so every order twice. */
  readonly triggers?: ((url: string) => readonly Trigger[]) | undefined;
  /** Default: `synthesize`, which takes seconds. */
  readonly synthesize?: (options: SynthesizeOptions) => Promise<Synthesized>;
}

/** The whole system on this machine: the platform that runs the stack, and its two partners. */
export type LocalSystem = Awaited<ReturnType<typeof startLocalSystem>>;

/** Turns minutes of waiting into seconds. Printed at the end of the demo, as it differs from what is deployed. */
export const localOverrides: NonNullable<EmulatorOptions['overrides']> = {
  functionTimeoutSeconds: 8,
  visibilityTimeoutSeconds: 10,
  environment: { SETTLING_SECONDS: '3', RETRY_BASE_SECONDS: '1', BREAKER_COOLDOWN_SECONDS: '1' },
};

/** Resolves when both flows can be used; when a part fails, those that had started are stopped. */
export async function startLocalSystem(options: LocalSystemOptions) {
  const { log = () => undefined, progress = () => undefined, overrides = localOverrides, signal } = options;
  const folder = options.dataDir ?? mkdtempSync(join(tmpdir(), 'azumuta-erp-'));
  mkdirSync(folder, { recursive: true });
  const stops: (() => Promise<void>)[] = [];
  const stop = async () => {
    for (const end of stops.toReversed()) await end();
    if (options.dataDir === undefined) rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  };
  try {
    progress('starting the sandboxes');
    const books = (name: string) => (options.dataDir === undefined ? undefined : join(folder, name));
    const [azumuta, erp] = await Promise.all([
      startSandbox.azumuta(books('azumuta.json')),
      startSandbox.erp(books('erp.json')),
    ]);
    stops.push(azumuta.stop, erp.stop);
    signal?.throwIfAborted();

    progress('synthesizing the stack');
    const template = await (options.synthesize ?? synthesize)({
      integrationFile: options.integrationFile,
      folder: join(folder, 'cdk.out'),
      environment: {
        AZUMUTA_BASE_URL: azumutaSandboxBaseUrl(azumuta.url),
        ERP_BASE_URL: erp.url,
        ...options.environment,
      },
    });

    progress('starting its queues, tables and functions');
    const emulator = await startEmulator({
      ...options,
      template,
      overrides,
      log,
      dataDir: join(folder, 'platform'),
      sandboxes: { azumuta: azumuta.url, erp: erp.url },
    });
    stops.push(emulator.stop);

    progress('setting the secrets');
    return {
      ...(await connectSandboxes(emulator, { azumuta, erp }, options.triggers ?? bothTriggers)),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function connectSandboxes(
  emulator: Emulator,
  sandboxes: { readonly azumuta: Sandbox<'azumuta'>; readonly erp: Sandbox<'erp'> },
  triggers: (url: string) => readonly Trigger[],
) {
  const clients = operatorClients(emulator);
  const { webhookToken, orderKey } = await setSecrets(emulator, clients.secrets);
  const webhookUrl = `${emulator.apiUrl}/webhooks/azumuta/product-order-completed/${webhookToken}`;
  sandboxes.azumuta.control.setTriggers(triggers(webhookUrl));
  return {
    emulator,
    ledger: operatorLedger(new Table(clients.dynamodb, emulator.stack.outputs.LedgerTable ?? '')),
    azumuta: sandboxes.azumuta.control,
    erp: sandboxes.erp.control,
    sandboxes,
    webhookUrl,
    orderEndpoint: { url: `${emulator.apiUrl}/product-orders`, key: orderKey },
  };
}

export function bothTriggers(url: string): Trigger[] {
  return [
    { method: 'GET', url, ids: 'singular' },
    { method: 'POST', url, ids: 'list' },
  ];
}

/** Sets the secrets at a first start; those that an operator has set already stay. */
async function setSecrets({ stack }: Emulator, secrets: ReturnType<typeof operatorClients>['secrets']) {
  const { AZUMUTA_API_KEY: apiKey = azumutaSandboxKey, ERP_CREDENTIALS: credentials } = process.env;
  const set = (output: string, value: unknown) => setIfUnset(secrets, stack.outputs[output] ?? output, value);
  const [webhook, order] = await Promise.all([
    set('WebhookTokenSecret', { current: newToken() }),
    set('OrderApiKeySecret', { current: newToken() }),
    set('AzumutaApiKeySecret', { apiKey }),
    set('ErpCredentialsSecret', credentials ? JSON.parse(credentials) : { apiKey: erpSandboxKey }),
  ]);
  return {
    webhookToken: z.parse(rotatingSecretSchema, JSON.parse(webhook)).current,
    orderKey: z.parse(rotatingSecretSchema, JSON.parse(order)).current,
  };
}

export interface SynthesizeOptions {
  readonly integrationFile: string;
  /** Where the cloud assembly is written; emptied first. */
  readonly folder: string;
  /** Variables that the configuration may read from `process.env`. */
  readonly environment: Readonly<Record<string, string>>;
  readonly stage?: string;
  /** The CDK app; default: this one. */
  readonly app?: string;
}

export type Synthesized = EmulatorOptions['template'];

/** Compiled code, kept between runs: the CDK is large. */
const synthesisCompileCache = fileURLToPath(new URL('../../node_modules/.cache/synthesis', import.meta.url));
const execFileAsync = promisify(execFile);
const ownApp = fileURLToPath(new URL('../app.ts', import.meta.url));

/** In a separate process, so that the configuration is read afresh. @throws Error with what the app printed. */
export async function synthesize(options: SynthesizeOptions): Promise<Synthesized> {
  rmSync(options.folder, { recursive: true, force: true });
  const context = { config: options.integrationFile, stage: options.stage ?? 'local' };
  try {
    const { stdout } = await execFileAsync(process.execPath, [options.app ?? ownApp], {
      env: {
        ...process.env,
        ...options.environment,
        CDK_OUTDIR: options.folder,
        // The CDK's own check of the template takes two seconds of five; `cdk synth` and the tests of the
        // stack do it.
        CDK_VALIDATION: 'false',
        NODE_COMPILE_CACHE: synthesisCompileCache,
        CDK_CONTEXT_JSON: JSON.stringify(context),
      },
    });
    return { directory: options.folder, stackName: stdout.trim() };
  } catch (error) {
    throw new Error(String(Object(error).stderr ?? '').trim() || String(error), { cause: error });
  }
}
