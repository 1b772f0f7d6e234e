import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import * as z from 'zod/mini';

const client = new SecretsManagerClient();

/** A secret that holds JSON: read once by each container, outside the handler (Lambda guide, "Best practices"). */
export async function readSecret<T extends z.ZodMiniType>(
  arn: string | undefined,
  schema: T,
): Promise<z.output<T>> {
  const { SecretString = '' } = await client.send(new GetSecretValueCommand({ SecretId: arn }));
  return z.parse(schema, JSON.parse(SecretString));
}
