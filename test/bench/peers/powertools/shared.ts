import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import * as z from 'zod/mini';

const client = new SecretsManagerClient();

/** A secret with JSON, read once by each container outside of the handler (Lambda guide, "Best practices"). */
export async function readSecret<T extends z.ZodMiniType>(
  arn: string | undefined,
  schema: T,
): Promise<z.output<T>> {
  const { SecretString = '' } = await client.send(new GetSecretValueCommand({ SecretId: arn }));
  return z.parse(schema, JSON.parse(SecretString));
}

/** The body of Azumuta's trigger, and of a message in the queue. */
export const triggerSchema = z.object({ productOrderNumber: z.string().check(z.minLength(1)) });
