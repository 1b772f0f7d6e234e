import { randomBytes, randomUUID } from 'node:crypto';
import * as z from 'zod/mini';
import { readJson, writeJson } from '../data-folder.ts';
import { type Answer, jsonAnswer } from '../process/http.ts';
import type { LocalStack } from '../template/read-stack.ts';

type Secret = LocalStack['secrets'][number];

/** The current version of each secret that somebody has set, by its ARN. */
const storedSchema = z.record(z.string(), z.object({ id: z.string(), value: z.string() }));

const current = 'AWSCURRENT';
/** Other versions are refused, not answered with the current one. */
const inputSchema = z.strictObject({
  SecretId: z.string(),
  VersionStage: z.optional(z.literal(current)),
  SecretString: z.optional(z.string()),
  ClientRequestToken: z.optional(z.string()),
});

/**
 * Secrets Manager, as far as functions and operators use it: GetSecretValue and PutSecretValue of the current version,
 * for text secrets by their ARN (JSON protocol). All are in one file, and every change is in it before it is answered.
 */
export function openSecrets(
  file: string,
  secrets: readonly Pick<Secret, 'name' | 'arn' | 'GenerateSecretString'>[],
) {
  const stored = storedSchema.parse(readJson(file) ?? {});
  // AWS makes 32 characters.
  for (const { arn, GenerateSecretString } of secrets)
    if (GenerateSecretString) {
      const value = { [GenerateSecretString.GenerateStringKey]: randomBytes(16).toString('hex') };
      stored[arn] ??= { id: randomUUID(), value: JSON.stringify(value) };
    }
  writeJson(file, stored);

  return (operation: string, body: string): Answer => {
    const parsed = z.safeParse(inputSchema, JSON.parse(body || '{}'));
    if (!parsed.success)
      return secretsManagerError('InvalidParameterException', 'Local runs do not know all of this request.');
    const { SecretId: ARN, SecretString, ClientRequestToken = randomUUID() } = parsed.data;
    const secret = secrets.find(({ arn }) => arn === ARN);
    if (!secret)
      return secretsManagerError(
        'ResourceNotFoundException',
        "Secrets Manager can't find the specified secret.",
      );
    if (operation === 'PutSecretValue') {
      if (SecretString === undefined)
        return secretsManagerError(
          'InvalidParameterException',
          'Local runs keep text secrets: SecretString is missing.',
        );
      stored[ARN] = { id: ClientRequestToken, value: SecretString };
      writeJson(file, stored);
    } else if (operation !== 'GetSecretValue')
      return secretsManagerError('InvalidRequestException', `Local runs have no ${operation}.`);
    const unset = `Secrets Manager can't find the specified secret value for staging label: ${current}`;
    const { id, value } = stored[ARN] ?? {};
    if (id === undefined) return secretsManagerError('ResourceNotFoundException', unset);
    const version = { ARN, Name: secret.name, VersionId: id, VersionStages: [current] };
    return jsonAnswer(200, operation === 'GetSecretValue' ? { ...version, SecretString: value } : version);
  };
}

function secretsManagerError(type: string, message: string): Answer {
  return jsonAnswer(400, { __type: type, Message: message, message });
}
