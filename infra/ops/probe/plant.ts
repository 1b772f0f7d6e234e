import { apiKeySchema } from '../../../shared/platform/aws/credentials.ts';
import { jsonOf } from '../../../shared/platform/json.ts';
import { parse } from '../../../shared/platform/validation.ts';
import { loadIntegration } from '../../build/load-configuration.ts';
import { defaultConfigFile, UsageError } from '../cli/command.ts';
import { configurationFile, configurationOf, type Target, whereOf } from '../cli/target.ts';
import { SecretStore } from '../secrets/secret-store.ts';
import { askForKey } from './screen-values.ts';

export type Plant = Awaited<ReturnType<typeof findPlant>>;

/**
 * The configuration, and its file, of the stack's plant, else the one that was named; and the file of its contract, if it
 * is a plant's.
 */
export async function findPlant(target: Target | undefined, stage: string, config: string) {
  const file = target ? configurationFile(target, config) : config;
  const integration = target
    ? await configurationOf(target, file)
    : (await loadIntegration(file, stage)).integration;
  const isDemo = file === defaultConfigFile;
  return { integration, file, contractFile: isDemo ? undefined : `plants/${integration.plant}.contract.ts` };
}

/**
 * The API key of the stack, else of the environment, else as somebody types it.
 * @throws UsageError without the key, as an error about the header would repeat it.
 */
export async function findKey(target: Target | undefined): Promise<string> {
  const key = target ? await storedKey(target) : process.env.AZUMUTA_API_KEY?.trim() || (await askForKey());
  if (/^[\x20-\x7e]+$/.test(key)) return key;
  throw new UsageError('The key has characters that no key has, such as a line break: copy it again.');
}

async function storedKey(target: Target): Promise<string> {
  const stored = await new SecretStore(target).read('azumuta-api-key');
  const parsed = parse(apiKeySchema, jsonOf(stored ?? ''));
  if (parsed.ok) return parsed.value.apiKey;
  throw new UsageError(
    `The stack has no usable key of Azumuta: npm run secrets -- set azumuta-api-key ${whereOf(target)}`,
  );
}
