import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import * as z from 'zod/mini';
import { principalsOf } from '../../../infra/local/emulator/iam/principals.ts';
import { containerEnvironment } from '../../../infra/local/emulator/lambda/service.ts';
import { nodeBinary } from '../../../infra/local/emulator/process/host.ts';
import type { BenchPlant } from '../peers/plant.ts';
import { quantile } from '../statistics.ts';

export interface WebhookTimes {
  readonly webhook: { readonly p50: number; readonly p99: number };
  readonly bare: { readonly p50: number; readonly p99: number };
}

const samplesSchema = z.object({ webhook: z.array(z.number()), bare: z.array(z.number()) });

/** Times of the warm webhook handler and of one bare SendMessage, in one process with the same endpoint. */
export async function webhookTimes(plant: BenchPlant, stock: string, calls: number): Promise<WebhookTimes> {
  const environment = environmentOf(plant, 'receive-webhook');
  const lambda = plant.functionOf('receive-webhook');
  const order = {
    bundle: pathToFileURL(join(lambda.assetDirectory, 'index.mjs')).href,
    stock: pathToFileURL(stock).href,
    token: plant.webhookUrl.split('/').at(-1),
    queueUrl: environment.COMPLETIONS_QUEUE_URL,
    calls,
  };
  const child = fork(
    fileURLToPath(new URL('./receive-webhook-process.ts', import.meta.url)),
    [JSON.stringify(order)],
    {
      execPath: nodeBinary(),
      env: environment,
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    },
  );
  const [message] = await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(([code]) => {
      throw new Error(`The process that measures the webhook ended with ${code}.`);
    }),
  ]);
  const { webhook, bare } = z.parse(samplesSchema, message);
  const times = (samples: readonly number[]) => ({
    p50: quantile(samples, 0.5),
    p99: quantile(samples, 0.99),
  });
  return { webhook: times(webhook), bare: times(bare) };
}

/** The environment variables that a container of the function gets. */
export function environmentOf(plant: BenchPlant, functionFolder: string): Record<string, string> {
  const { emulator } = plant;
  const lambda = plant.functionOf(functionFolder);
  const principal = principalsOf(emulator.stack).find(
    ({ kind, name }) => kind === 'function' && name === lambda.name,
  );
  if (!principal) throw new Error(`The function ${functionFolder} has no role.`);
  return containerEnvironment(lambda, principal.credentials, {
    region: emulator.region,
    awsEndpoint: emulator.awsEndpoint,
    logStream: 'bench',
  });
}
