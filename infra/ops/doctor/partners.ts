import type * as z from 'zod/mini';
import { type AzumutaClient, createAzumutaClient } from '../../../shared/azumuta/client.ts';
import type { ErpConnector } from '../../../shared/erp/connector.ts';
import type { CompleteIntegration } from '../../../shared/integration/define.ts';
import { RetryLater } from '../../../shared/model/errors.ts';
import { apiKeySchema } from '../../../shared/platform/aws/credentials.ts';
import { systemClock } from '../../../shared/platform/clock.ts';
import { describeMismatches, jsonOf, parse } from '../../../shared/platform/validation.ts';
import type { SecretName } from '../secrets/schemas.ts';
import type { SecretStore } from '../secrets/secret-store.ts';

/** Both partners, called from the operator's machine with the stack's secrets. */
export interface Partners {
  readonly azumuta: AzumutaClient;
  readonly erp: ErpConnector;
}

/** The secrets are read when they are first needed. @throws nothing by itself: its calls do, as the flows' do. */
export function partnersOf(
  { azumuta, erp }: CompleteIntegration,
  keeper: Pick<SecretStore, 'read'>,
): Partners {
  async function secret<T>(name: SecretName, schema: z.ZodMiniType<T>): Promise<T> {
    const stored = await keeper.read(name);
    if (stored === undefined) throw unusable(`The secret ${name} is not set yet.`);
    const parsed = parse(schema, jsonOf(stored));
    if (parsed.ok) return parsed.value;
    throw unusable(`The secret ${name} does not fit: ${describeMismatches(parsed.mismatches)}.`);
  }

  return {
    azumuta: createAzumutaClient({
      baseUrl: azumuta.baseUrl,
      contract: azumuta.contract,
      clock: systemClock,
      apiKey: async () => (await secret('azumuta-api-key', apiKeySchema)).apiKey,
    }),
    erp: erp.connect({ clock: systemClock, credentials: () => secret('erp-credentials', erp.credentials) }),
  };
}

function unusable(sentence: string): RetryLater {
  return new RetryLater(sentence, { scope: 'partner', unauthorized: true });
}
