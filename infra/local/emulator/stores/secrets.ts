import { randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import * as z from 'zod/mini';
import { runService } from '../process/child-process.ts';
import { listen, readBody } from '../process/http.ts';
import { secretSchema } from '../template/local-stack.ts';
import { openShelf, type SecretShelf, type SecretVersion, type ShelvedSecret } from './secret-versions.ts';

/**
 * Secrets Manager, as far as functions and operators use it: GetSecretValue, PutSecretValue, UpdateSecret,
 * DescribeSecret and ListSecrets, for text secrets (JSON protocol, target `secretsmanager.<operation>`).
 */
const configurationSchema = z.object({
  port: z.number(),
  directory: z.string(),
  secrets: z.array(secretSchema),
});

runService(configurationSchema, async ({ port, directory, secrets }) => {
  mkdirSync(directory, { recursive: true });
  const shelf = openShelf(join(directory, 'secrets.json'), Date.now);
  for (const secret of secrets) shelf.seed(secret, randomUUID());
  const server = await listen(port, async (request, response) => {
    const operation = String(request.headers['x-amz-target'] ?? '').replace(/^secretsmanager\./, '');
    const body = await readBody(request, 1024 * 1024);
    answer(shelf, operation, body?.toString('utf8') ?? '', response);
  });
  return { stop: server.close };
});

const inputSchema = z.object({
  SecretId: z.optional(z.string()),
  VersionId: z.optional(z.string()),
  VersionStage: z.optional(z.string()),
  VersionStages: z.optional(z.array(z.string())),
  SecretString: z.optional(z.string()),
  ClientRequestToken: z.optional(z.string()),
});

type Input = z.infer<typeof inputSchema>;

function answer(shelf: SecretShelf, operation: string, body: string, response: ServerResponse) {
  const input = inputSchema.parse(JSON.parse(body || '{}'));
  if (operation === 'ListSecrets') {
    return send(response, 200, { SecretList: shelf.list().map(describe) });
  }
  const secret = input.SecretId === undefined ? undefined : shelf.find(input.SecretId);
  if (!secret) {
    return fail(response, 'ResourceNotFoundException', "Secrets Manager can't find the specified secret.");
  }
  switch (operation) {
    case 'GetSecretValue':
      return get(secret, input, response);
    case 'PutSecretValue':
    case 'UpdateSecret':
      return put(shelf, secret, input, response);
    case 'DescribeSecret':
      return send(response, 200, describe(secret));
    default:
      return fail(response, 'InvalidRequestException', `Local runs have no ${operation}.`);
  }
}

function get(secret: ShelvedSecret, { VersionId, VersionStage }: Input, response: ServerResponse) {
  const stage = VersionStage ?? (VersionId === undefined ? 'AWSCURRENT' : undefined);
  const version = secret.versions.find(
    ({ id, stages }) =>
      (VersionId === undefined || id === VersionId) && (stage === undefined || stages.includes(stage)),
  );
  if (!version) {
    const wanted = VersionId ? `VersionId: ${VersionId}` : `staging label: ${stage}`;
    return fail(
      response,
      'ResourceNotFoundException',
      `Secrets Manager can't find the specified secret value for ${wanted}`,
    );
  }
  send(response, 200, {
    ...identity(secret),
    VersionId: version.id,
    SecretString: version.value,
    VersionStages: version.stages,
    CreatedDate: version.createdAt / 1000,
  });
}

function put(shelf: SecretShelf, secret: ShelvedSecret, input: Input, response: ServerResponse) {
  const { SecretString, ClientRequestToken, VersionStages = ['AWSCURRENT'] } = input;
  if (SecretString === undefined) {
    return fail(
      response,
      'InvalidParameterException',
      'Local runs keep text secrets: SecretString is missing.',
    );
  }
  const before = secret.versions.find(({ id }) => id === ClientRequestToken);
  if (before && before.value !== SecretString) {
    return fail(response, 'ResourceExistsException', 'This version already has another value.');
  }
  const version: SecretVersion =
    before ?? shelf.put(secret, SecretString, ClientRequestToken ?? randomUUID(), VersionStages);
  send(response, 200, { ...identity(secret), VersionId: version.id, VersionStages: version.stages });
}

function describe(secret: ShelvedSecret) {
  return {
    ...identity(secret),
    CreatedDate: secret.createdAt / 1000,
    LastChangedDate: Math.max(secret.createdAt, ...secret.versions.map(({ createdAt }) => createdAt)) / 1000,
    VersionIdsToStages: Object.fromEntries(secret.versions.map(({ id, stages }) => [id, stages])),
  };
}

function identity({ arn, name }: ShelvedSecret) {
  return { ARN: arn, Name: name };
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(body));
}

function fail(response: ServerResponse, type: string, message: string): void {
  send(response, 400, { __type: type, Message: message, message });
}
