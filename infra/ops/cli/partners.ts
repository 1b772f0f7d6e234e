import type * as z from 'zod/mini';
import { AzumutaClient } from '../../../shared/azumuta/client.ts';
import type { CompleteIntegration } from '../../../shared/integration/define.ts';
import { RetryLater } from '../../../shared/model/errors.ts';
import { apiKeySchema } from '../../../shared/platform/aws/credentials.ts';
import { systemClock } from '../../../shared/platform/clock.ts';
import { jsonOf } from '../../../shared/platform/json.ts';
import { type SecretName, SecretStore } from '../secrets/secret-store.ts';
import { fitting } from './command.ts';
import { configurationOf, type Target } from './target.ts';

export type Plant = Awaited<ReturnType<typeof plantOf>>;

/** The plant's configuration on this machine, and clients of both partners. @throws ConfigurationError, UsageError */
export async function plantOf(target: Target, config: string) {
  const configuration = await configurationOf(target, config);
  return { ...partnersOf(configuration.integration, new SecretStore(target)), ...configuration };
}

/** With the stack's secrets, which are read when they are first needed. Calls throw what those of the flows throw. */
export function partnersOf({ azumuta, erp }: CompleteIntegration, secrets: Pick<SecretStore, 'read'>) {
  async function secret<T>(name: SecretName, schema: z.ZodMiniType<T>): Promise<T> {
    const stored = await secrets.read(name);
    if (stored === undefined) throw unusable(`The secret ${name} is not set yet.`);
    return fitting(schema, jsonOf(stored), (why) => unusable(`The secret ${name} is invalid: ${why}.`));
  }

  return {
    azumuta: new AzumutaClient({
      baseUrl: azumuta.baseUrl,
      contract: azumuta.contract,
      clock: systemClock,
      apiKey: async () => (await secret('azumuta-api-key', apiKeySchema)).apiKey,
    }),
    erp: erp.connect({ clock: systemClock, credentials: () => secret('erp-credentials', erp.secret.schema) }),
  };
}

function unusable(sentence: string): RetryLater {
  return new RetryLater(sentence, { scope: 'partner', unauthorized: true });
}
