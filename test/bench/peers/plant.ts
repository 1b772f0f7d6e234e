import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Emulator, startEmulator } from '../../../infra/local/emulator/emulator.ts';
import type { Overrides } from '../../../infra/local/emulator/overrides.ts';
import { type LocalFunction, labelOf } from '../../../infra/local/emulator/template/local-stack.ts';
import { newToken, operatorClients, setIfUnset } from '../../../infra/local/operator-clients.ts';
import { synthesize } from '../../../infra/local/synthesize.ts';
import type { Partners } from '../partners/partners.ts';

/** The synthesized stack on the local platform, between the stubs. */
export interface BenchPlant {
  readonly emulator: Emulator;
  readonly folder: string;
  readonly webhookUrl: string;
  /** Key of the order endpoint. */
  readonly orderKey: string;
  /** Process ids of the containers of a function, by the name of its folder; all functions without one. */
  readonly containers: (functionFolder?: string) => { readonly name: string; readonly pid: number }[];
  /** The function of the construct `Functions/<name>`. @throws Error when there is none. */
  readonly functionCalled: (construct: string) => LocalFunction;
  readonly stop: () => Promise<void>;
}

export interface BenchPlantOptions {
  readonly partners: Pick<Partners, 'azumutaUrl' | 'erpUrl'>;
  readonly overrides?: Overrides;
  /** Where the functions find AWS, when something stands between them and the platform. */
  readonly functionsEndpoint?: string;
  readonly log?: (line: string) => void;
}

/** Waits are shortened, so that what a kill leaves behind is taken up within seconds. Nothing else differs. */
export const benchOverrides: Overrides = {
  functionTimeoutSeconds: 8,
  visibilityTimeoutSeconds: 10,
  environment: { SETTLING_SECONDS: '3', RETRY_BASE_SECONDS: '1', BREAKER_COOLDOWN_SECONDS: '1' },
};

/** Synthesizes the sample configuration with the stubs' addresses and runs it; everything is in a folder that goes with it. */
export async function startBenchPlant(options: BenchPlantOptions): Promise<BenchPlant> {
  const folder = mkdtempSync(join(tmpdir(), 'azumuta-erp-bench-'));
  mkdirSync(folder, { recursive: true });
  try {
    const template = await synthesize({
      integrationFile: 'integration.config.ts',
      folder: join(folder, 'cdk.out'),
      environment: { AZUMUTA_BASE_URL: options.partners.azumutaUrl, ERP_BASE_URL: options.partners.erpUrl },
    });
    const emulator = await startEmulator({
      template,
      dataDir: join(folder, 'platform'),
      overrides: options.overrides ?? benchOverrides,
      log: options.log ?? (() => undefined),
      ...(options.functionsEndpoint ? { functionsEndpoint: options.functionsEndpoint } : {}),
    });
    const { token, orderKey } = await setSecrets(emulator);
    return {
      emulator: emulator,
      folder,
      orderKey,
      webhookUrl: `${emulator.apiUrl}/webhooks/azumuta/product-order-completed/${token}`,
      containers: (functionFolder) =>
        emulator
          .processes()
          .filter(({ kind }) => kind === 'container')
          .filter(({ name }) => functionFolder === undefined || folderOf(emulator, name) === functionFolder)
          .map(({ name, pid }) => ({ name: folderOf(emulator, name), pid })),
      functionCalled(construct) {
        const found = emulator.stack.functions.find((each) => constructOf(each) === construct);
        if (!found) throw new Error(`The stack has no function ${construct}.`);
        return found;
      },
      async stop() {
        await emulator.stop();
        rmSync(folder, { recursive: true, force: true });
      },
    };
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

async function setSecrets(
  emulator: Emulator,
): Promise<{ readonly token: string; readonly orderKey: string }> {
  const { secrets } = operatorClients(emulator);
  const token = newToken();
  const orderKey = newToken();
  const values: Readonly<Record<string, unknown>> = {
    'webhook-token': { current: token },
    'order-api-key': { current: orderKey },
    'azumuta-api-key': { apiKey: 'bench-key-of-azumuta' },
    'erp-credentials': { apiKey: 'bench-key-of-the-erp' },
  };
  await Promise.all(
    emulator.stack.secrets.map(async ({ name, arn }) => {
      const value = values[name.split('/').at(-1) ?? ''];
      if (value !== undefined) await setIfUnset(secrets, arn, value);
    }),
  );
  return { token, orderKey };
}

/** `ReceiveWebhook` of `Functions/ReceiveWebhook/Function`, or of `FunctionsReceiveWebhookFunction`. */
function constructOf(lambda: LocalFunction): string {
  return labelOf(lambda)
    .replaceAll('/', '')
    .replace(/^Functions|(Function|Resource)$/g, '');
}

/** `receive-webhook` of the function whose construct is `ReceiveWebhook`. */
function folderOf({ stack }: Emulator, functionName: string): string {
  const lambda = stack.functions.find(({ name }) => name === functionName);
  return (lambda ? constructOf(lambda) : functionName).replace(/(?<!^)([A-Z])/g, '-$1').toLowerCase();
}
