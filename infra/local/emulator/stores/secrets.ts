import { randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod/mini';
import { runService } from '../process/child-process.ts';
import { listen, readBody } from '../process/http.ts';
import { secretSchema } from '../template/local-stack.ts';
import { openSecretFile } from './secret-versions.ts';

/**
 * Secrets Manager, as far as functions and operators use it: GetSecretValue and PutSecretValue of the current version,
 * for text secrets (JSON protocol, target `secretsmanager.<operation>`).
 */
const configurationSchema = z.object({
  port: z.number(),
  directory: z.string(),
  secrets: z.array(secretSchema),
});

const current = 'AWSCURRENT';
/** Other versions are refused, not answered with the current one. */
const inputSchema = z.strictObject({
  SecretId: z.string(),
  VersionStage: z.optional(z.literal(current)),
  SecretString: z.optional(z.string()),
  ClientRequestToken: z.optional(z.string()),
});

runService(configurationSchema, async ({ port, directory, secrets }) => {
  mkdirSync(directory, { recursive: true });
  const stored = openSecretFile(join(directory, 'secrets.json'));
  for (const secret of secrets) stored.seed(secret, randomUUID());

  function answer(operation: string, body: string): Answer {
    const parsed = z.safeParse(inputSchema, JSON.parse(body || '{}'));
    if (!parsed.success)
      return failure('InvalidParameterException', 'Local runs do not know all of this request.');
    const { SecretId, SecretString, ClientRequestToken = randomUUID() } = parsed.data;
    const secret = stored.find(SecretId);
    if (!secret)
      return failure('ResourceNotFoundException', "Secrets Manager can't find the specified secret.");
    if (operation === 'PutSecretValue') {
      if (SecretString === undefined)
        return failure('InvalidParameterException', 'Local runs keep text secrets: SecretString is missing.');
      stored.put(secret, ClientRequestToken, SecretString);
    } else if (operation !== 'GetSecretValue')
      return failure('InvalidRequestException', `Local runs have no ${operation}.`);
    if (!secret.current)
      return failure(
        'ResourceNotFoundException',
        `Secrets Manager can't find the specified secret value for staging label: ${current}`,
      );
    const version = {
      ARN: secret.arn,
      Name: secret.name,
      VersionId: secret.current.id,
      VersionStages: [current],
    };
    const value = operation === 'GetSecretValue' ? { SecretString: secret.current.value } : {};
    return { status: 200, body: { ...version, ...value } };
  }

  const server = await listen(port, async (request, response) => {
    const operation = String(request.headers['x-amz-target'] ?? '').replace(/^secretsmanager\./, '');
    const sent = await readBody(request, 1024 * 1024);
    const { status, body } = answer(operation, sent?.toString('utf8') ?? '');
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(body));
  });
  return { stop: server.close };
});

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

function failure(type: string, message: string): Answer {
  return { status: 400, body: { __type: type, Message: message, message } };
}
