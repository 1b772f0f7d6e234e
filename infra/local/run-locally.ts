import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod/mini';
import { rotatingSecretSchema } from '../../shared/platform/aws/credentials.ts';
import { type Emulator, startEmulator } from './emulator/emulator.ts';
import type { Overrides } from './emulator/overrides.ts';
import {
  newToken,
  type OperatorLedger,
  operatorClients,
  operatorLedger,
  setIfUnset,
} from './operator-clients.ts';
import { azumutaSandboxKey, erpSandboxKey } from './sandbox/api-key-guard.ts';
import type { Trigger } from './sandbox/azumuta/triggers.ts';
import { type AzumutaControl, azumutaControl, type ErpControl, erpControl } from './sandbox/control.ts';
import { type Sandbox, startSandbox } from './sandbox/supervise.ts';
import { type Synthesized, type SynthesizeOptions, synthesize } from './synthesize.ts';

export interface LocalSystemOptions {
  /** Path of the configuration. */
  readonly integrationFile: string;
  /** Where everything is kept. Default: a temporary folder, removed at `stop`. */
  readonly dataDir?: string;
  readonly log?: (line: string) => void;
  /** Told before each part of the start begins. */
  readonly progress?: (part: 'sandboxes' | 'synthesis' | 'platform' | 'secrets') => void;
  readonly signal?: AbortSignal;
  /** Triggers of the Azumuta sandbox. Default: GET with single ids and POST with lists, so every order twice. */
  readonly triggers?: (url: string) => readonly Trigger[];
  readonly overrides?: Overrides;
  /** How far the clocks of the containers are off (see `EmulatorOptions`). */
  readonly clockOffsetsMs?: readonly number[];
  /** Default: `synthesize`, which takes seconds. */
  readonly synthesize?: (options: SynthesizeOptions) => Promise<Synthesized>;
  /** Where the platform notes which grants are used (see `EmulatorOptions`). */
  readonly grantsFile?: string | undefined;
}

/** The whole system on this machine: the platform that runs the stack, and its two partners. */
export interface LocalSystem {
  readonly emulator: Emulator;
  readonly ledger: OperatorLedger;
  readonly azumuta: AzumutaControl;
  readonly erp: ErpControl;
  readonly sandboxes: { readonly azumuta: Sandbox; readonly erp: Sandbox };
  readonly webhookUrl: string;
  readonly orderEndpoint: { readonly url: string; readonly key: string };
  readonly stop: () => Promise<void>;
}

/** What waits for minutes in an account waits for seconds here. Printed, as it differs from what is deployed. */
export const localOverrides: Overrides = {
  functionTimeoutSeconds: 8,
  visibilityTimeoutSeconds: 10,
  environment: { SETTLING_SECONDS: '3', RETRY_BASE_SECONDS: '1', BREAKER_COOLDOWN_SECONDS: '1' },
};

/**
 * Starts the sandboxes, synthesizes the stack with their addresses, and runs it. Resolves when both flows can
 * be used; whatever had started is stopped when a part fails.
 */
export async function startLocalSystem(options: LocalSystemOptions): Promise<LocalSystem> {
  const { log = () => undefined, progress = () => undefined } = options;
  const folder = options.dataDir ?? mkdtempSync(join(tmpdir(), 'azumuta-erp-'));
  mkdirSync(folder, { recursive: true });
  const stops: (() => Promise<void>)[] = [];
  const stop = once(async () => {
    for (const end of stops.reverse()) await end();
    if (options.dataDir === undefined) rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  });
  try {
    progress('sandboxes');
    const [azumutaSandbox, erpSandbox] = await Promise.all([
      startSandbox('azumuta', join(folder, 'azumuta'), log),
      startSandbox('erp', join(folder, 'erp'), log),
    ]);
    stops.push(azumutaSandbox.stop, erpSandbox.stop);
    options.signal?.throwIfAborted();

    progress('synthesis');
    const template = await (options.synthesize ?? synthesize)({
      integrationFile: options.integrationFile,
      folder: join(folder, 'cdk.out'),
      environment: { AZUMUTA_BASE_URL: `${azumutaSandbox.url}/api/v1`, ERP_BASE_URL: erpSandbox.url },
    });

    progress('platform');
    const emulator = await startEmulator({
      template,
      dataDir: join(folder, 'platform'),
      overrides: options.overrides ?? localOverrides,
      log,
      clockOffsetsMs: options.clockOffsetsMs,
      grantsFile: options.grantsFile,
      sandboxes: { azumuta: azumutaSandbox.url, erp: erpSandbox.url },
      ...(options.signal ? { signal: options.signal } : {}),
    });
    stops.push(emulator.stop);

    progress('secrets');
    const clients = operatorClients(emulator);
    const { webhookToken, orderKey } = await setSecrets(emulator, clients.secrets);
    const webhookUrl = `${emulator.apiUrl}/webhooks/azumuta/product-order-completed/${webhookToken}`;
    const azumuta = azumutaControl(azumutaSandbox.url);
    await azumuta.setTriggers((options.triggers ?? bothTriggers)(webhookUrl));
    return {
      emulator: emulator,
      ledger: operatorLedger(clients.dynamodb, emulator.stack.outputs.LedgerTable ?? ''),
      azumuta,
      erp: erpControl(erpSandbox.url),
      sandboxes: { azumuta: azumutaSandbox, erp: erpSandbox },
      webhookUrl,
      orderEndpoint: { url: `${emulator.apiUrl}/product-orders`, key: orderKey },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

export function bothTriggers(url: string): Trigger[] {
  return [
    { method: 'GET', url, ids: 'singular' },
    { method: 'POST', url, ids: 'list' },
  ];
}

/** Secrets of a first start; what an operator has set already stays. */
async function setSecrets(emulator: Emulator, secrets: ReturnType<typeof operatorClients>['secrets']) {
  const arn = (output: string) => emulator.stack.outputs[output] ?? output;
  const text = {
    azumuta: process.env.AZUMUTA_API_KEY ?? azumutaSandboxKey,
    erp: process.env.ERP_CREDENTIALS,
  };
  const [webhook, order] = await Promise.all([
    setIfUnset(secrets, arn('WebhookTokenSecret'), { current: newToken() }),
    setIfUnset(secrets, arn('OrderApiKeySecret'), { current: newToken() }),
    setIfUnset(secrets, arn('AzumutaApiKeySecret'), { apiKey: text.azumuta }),
    setIfUnset(
      secrets,
      arn('ErpCredentialsSecret'),
      text.erp ? JSON.parse(text.erp) : { apiKey: erpSandboxKey },
    ),
  ]);
  return {
    webhookToken: z.parse(rotatingSecretSchema, JSON.parse(webhook)).current,
    orderKey: z.parse(rotatingSecretSchema, JSON.parse(order)).current,
  };
}

function once(work: () => Promise<void>): () => Promise<void> {
  let started: Promise<void> | undefined;
  return () => {
    started ??= work();
    return started;
  };
}
