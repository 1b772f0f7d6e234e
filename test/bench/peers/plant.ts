import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Emulator, startEmulator } from '../../../infra/local/emulator/emulator.ts';
import type { Overrides } from '../../../infra/local/emulator/overrides.ts';
import {
  findResource,
  type LocalFunction,
  labelOfResource,
} from '../../../infra/local/emulator/template/read-stack.ts';
import { newToken, operatorClients, setIfUnset } from '../../../infra/local/operator-clients.ts';
import { localOverrides, type Synthesized, synthesize } from '../../../infra/local/run-locally.ts';
import { azumutaSandboxKey, erpSandboxKey } from '../../../infra/local/sandbox/api.ts';
import type { Partners } from '../partners/partners.ts';

export type BenchPlant = Awaited<ReturnType<typeof startBenchPlant>>;

export interface BenchPlantOptions {
  readonly partners: Pick<Partners, 'azumutaUrl' | 'erpUrl'>;
  /** Writes the stack into a folder, with the partners' addresses in its environment. Default: our stack. */
  readonly synthesize?: (
    folder: string,
    environment: Readonly<Record<string, string>>,
  ) => Promise<Synthesized>;
  readonly overrides?: Overrides;
  /** The functions' AWS endpoint, if a proxy is used. */
  readonly functionsEndpoint?: string;
}

/** Those of the local run, so that the work of a killed process continues within seconds: the peer has no variables. */
const { environment: _, ...shortWaits } = localOverrides;

const synthesizeOurs: NonNullable<BenchPlantOptions['synthesize']> = (folder, environment) =>
  synthesize({ integrationFile: 'integration.config.ts', folder: join(folder, 'cdk.out'), environment });

/** Options that start AWS's textbook pipeline instead of our stack. */
export const powertools: Pick<BenchPlantOptions, 'synthesize' | 'overrides'> = {
  // The CDK is large, so it is loaded only when it is needed.
  synthesize: async (...place) => (await import('./powertools/stack.ts')).synthesizePowertools(...place),
  overrides: shortWaits,
};

/** Synthesizes a stack with the stubs' addresses and runs it, in a folder that is deleted at the end. */
export async function startBenchPlant(options: BenchPlantOptions) {
  const folder = mkdtempSync(join(tmpdir(), 'azumuta-erp-bench-'));
  try {
    const { azumutaUrl, erpUrl } = options.partners;
    const template = await (options.synthesize ?? synthesizeOurs)(folder, {
      AZUMUTA_BASE_URL: azumutaUrl,
      ERP_BASE_URL: erpUrl,
    });
    const emulator = await startEmulator({
      template,
      dataDir: join(folder, 'platform'),
      overrides: options.overrides ?? localOverrides,
      ...(options.functionsEndpoint ? { functionsEndpoint: options.functionsEndpoint } : {}),
    });
    const { token, orderKey } = await setSecrets(emulator);
    return {
      emulator,
      folder,
      /** Key of the order endpoint. */
      orderKey,
      webhookUrl: `${emulator.apiUrl}/webhooks/azumuta/product-order-completed/${token}`,
      /** Process ids of the containers of a function, by the name of its folder; default: of all functions. */
      containers: (functionFolder?: string) =>
        emulator.processes().flatMap(({ kind, name: functionName, pid }) => {
          if (kind !== 'container') return [];
          const name = folderOf(findResource(emulator.stack.functions, 'function', functionName));
          return functionFolder === undefined || name === functionFolder ? [{ name, pid }] : [];
        }),
      /** Whether the plant creates product orders from the ERP's orders. */
      makesProductOrders: emulator.stack.functions.some((each) => folderOf(each) === 'create-product-orders'),
      /** The function of a folder (`receive-webhook`). @throws Error when there is none. */
      functionOf(functionFolder: string) {
        const found = emulator.stack.functions.find((each) => folderOf(each) === functionFolder);
        if (!found) throw new Error(`The stack has no function ${functionFolder}.`);
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
    WebhookToken: { current: token },
    OrderApiKey: { current: orderKey },
    AzumutaApiKey: { apiKey: azumutaSandboxKey },
    ErpCredentials: { apiKey: erpSandboxKey },
  };
  await Promise.all(
    emulator.stack.secrets.map(async (secret) => {
      const [, value] = Object.entries(values).find(([name]) => labelOfResource(secret).endsWith(name)) ?? [];
      if (value === undefined)
        throw new Error(`There is no value for the secret ${labelOfResource(secret)}.`);
      await setIfUnset(secrets, secret.arn, value);
    }),
  );
  return { token, orderKey };
}

/** `receive-webhook` of `FunctionsReceiveWebhookFunction`. */
function folderOf(lambda: LocalFunction): string {
  return labelOfResource(lambda)
    .replace(/^Functions|(Function|Resource)$/g, '')
    .replace(/(?<!^)([A-Z])/g, '-$1')
    .toLowerCase();
}
