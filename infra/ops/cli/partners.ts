import type * as z from 'zod/mini';
import { AzumutaClient } from '../../../shared/azumuta/client.ts';
import type { ErpConnector } from '../../../shared/erp/connector.ts';
import type { CompleteIntegration } from '../../../shared/integration/define.ts';
import { PartnerDown } from '../../../shared/model/errors.ts';
import { apiKeySchema } from '../../../shared/platform/aws/credentials.ts';
import { systemClock } from '../../../shared/platform/clock.ts';
import { jsonOf } from '../../../shared/platform/json.ts';
import { SecretStore, type StackSecretName } from '../secrets/secret-store.ts';
import { parseOrComplain } from './command.ts';
import { configurationOf, type Target } from './target.ts';

export type ConnectedPlant = Awaited<ReturnType<typeof connectPlant>>;

/** The plant's configuration on this machine, and clients of both partners. @throws ConfigurationError, UsageError */
export async function connectPlant(target: Target, config: string) {
  const configuration = await configurationOf(target, config);
  return { ...connectPartners(configuration.integration, new SecretStore(target)), ...configuration };
}

/** The ERP ends a session by itself, if it does not answer by then. */
const maxCloseMs = 5000;

/** Logs out, where the ERP has a session to log out of. */
export async function endSession({ close }: Pick<ErpConnector, 'close'>): Promise<void> {
  await close?.(AbortSignal.timeout(maxCloseMs));
}

/**
 * With the stack's secrets, which are read when they are first needed. Calls throw what those of the flows throw. Commands
 * only read from partners, so nothing that writes is sent.
 */
export function connectPartners({ azumuta, erp }: CompleteIntegration, secrets: Pick<SecretStore, 'read'>) {
  async function secret<T>(name: StackSecretName, schema: z.ZodMiniType<T>): Promise<T> {
    const stored = await secrets.read(name);
    if (stored === undefined) throw unusableSecret(`The secret ${name} is not set yet.`);
    return parseOrComplain(schema, jsonOf(stored), (why) =>
      unusableSecret(`The secret ${name} is invalid: ${why}.`),
    );
  }

  const mayWrite = () => false;
  return {
    azumuta: new AzumutaClient({
      baseUrl: azumuta.baseUrl,
      contract: azumuta.contract,
      clock: systemClock,
      mayWrite,
      apiKey: async () => (await secret('azumuta-api-key', apiKeySchema)).apiKey,
    }),
    erp: erp.connect({
      clock: systemClock,
      mayWrite,
      credentials: () => secret('erp-credentials', erp.secret.schema),
    }),
  };
}

function unusableSecret(sentence: string): PartnerDown {
  return new PartnerDown(sentence, { unauthorized: true });
}
