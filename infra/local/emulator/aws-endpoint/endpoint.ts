import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import * as z from 'zod/mini';
import { type Access, prepareAccess } from '../iam/authorize.ts';
import { createGrantLog, grantLogSchema } from '../iam/grant-log.ts';
import { type Principal, principalSchema } from '../iam/principals.ts';
import { runService } from '../process/child-process.ts';
import { listen, open, readBody } from '../process/http.ts';
import { resourcePolicySchema } from '../template/local-stack.ts';
import { type AwsNames, awsCallOf, signerOf } from './request.ts';

/**
 * The one AWS endpoint of the platform. It finds out who calls and what for, asks whether that is allowed,
 * and passes the call on to the service that the signature names.
 */
const configurationSchema = z.object({
  port: z.number(),
  region: z.string(),
  accountId: z.string(),
  principals: z.array(principalSchema),
  resourcePolicies: z.array(resourcePolicySchema),
  grantLog: z.optional(grantLogSchema),
  secrets: z.array(z.object({ name: z.string(), arn: z.string() })),
  /** Base URL of each service, by its SigV4 name. */
  services: z.record(z.string(), z.string()),
  /** Lambda's event source mappings are served by the pollers. */
  mappingsUrl: z.string(),
});

/** DynamoDB takes 16 MB, the most of all. */
const maxBytes = 16 * 1024 * 1024;

runService(configurationSchema, async (configuration, report) => {
  const callers = new Map(
    configuration.principals.map((principal): [string, { principal: Principal; access: Access }] => [
      principal.credentials.accessKeyId,
      {
        principal,
        access: prepareAccess(principal, configuration.resourcePolicies, {
          // Clients of an account speak TLS; that this endpoint does not never leaves 127.0.0.1.
          'aws:SecureTransport': 'true',
        }),
      },
    ]),
  );
  const noteGrant = createGrantLog(configuration.grantLog);
  const refused = new Set<string>();

  /** Tells the operator of a refusal, the first time: whoever was refused may hide it or try again. */
  function tell({ kind, label }: Principal, reason: string): void {
    if (kind === 'operator' || refused.has(reason)) return;
    refused.add(reason);
    report({ kind: 'log', line: `endpoint: ${label} was refused. ${reason}.` });
  }
  const names: AwsNames = {
    region: configuration.region,
    accountId: configuration.accountId,
    secretArn: (id) =>
      configuration.secrets.find(({ name, arn }) => id === name || id === arn || arn.slice(0, -7) === id)
        ?.arn ?? id,
  };

  async function answer(request: IncomingMessage, response: ServerResponse) {
    const signer = signerOf(request.headers.authorization);
    if (!signer) {
      return refuse(response, 403, 'MissingAuthenticationToken', 'The request is not signed with SigV4.');
    }
    const caller = callers.get(signer.accessKeyId);
    if (!caller) {
      return refuse(
        response,
        403,
        'UnrecognizedClientException',
        'The security token included in the request is invalid.',
      );
    }
    const body = await readBody(request, maxBytes);
    if (!body) return refuse(response, 413, 'RequestEntityTooLargeException', 'The request is too large.');
    const { service } = signer;
    const { principal, access } = caller;
    const { action, resources } = awsCallOf(
      { service, target: header(request, 'x-amz-target'), method: request.method, path: request.url, body },
      names,
    );
    for (const resource of resources) {
      const decision = access({ action, resource });
      if (!decision.allowed) {
        tell(principal, decision.reason);
        // DynamoDB and Secrets Manager answer a refusal with 400, the others with 403.
        const status = service === 'dynamodb' || service === 'secretsmanager' ? 400 : 403;
        return refuse(response, status, 'AccessDeniedException', decision.reason);
      }
      noteGrant(principal, decision.grant, principal.kind === 'mapping' ? 'mapping' : 'function');
    }
    const mappings = service === 'lambda' && request.url?.startsWith('/2015-03-31/event-source-mappings');
    const base = mappings ? configuration.mappingsUrl : configuration.services[service];
    if (base === undefined) {
      return refuse(response, 400, 'UnknownServiceException', `Local runs have no ${service}.`);
    }
    await passOn(`${base}${request.url ?? '/'}`, request, body, response);
  }

  const server = await listen(configuration.port, answer);
  return { stop: server.close };
});

async function passOn(url: string, request: IncomingMessage, body: Buffer, response: ServerResponse) {
  // A caller that goes away while it waits for messages must not be given any.
  const gone = new AbortController();
  response.on('close', () => gone.abort());
  try {
    const incoming = await open(url, {
      method: request.method ?? 'POST',
      headers: passedHeaders(request),
      body,
      signal: gone.signal,
    });
    response.writeHead(incoming.statusCode ?? 500, incoming.headers);
    await pipeline(incoming, response);
  } catch (error) {
    if (gone.signal.aborted) return;
    if (response.headersSent) {
      response.destroy();
      return;
    }
    const code = error instanceof Error && 'code' in error ? ` (${error.code})` : '';
    // AWS clients try again after a 500.
    refuse(
      response,
      500,
      'InternalFailure',
      `The local service did not answer${code}; it may be restarting.`,
    );
  }
}

const hopByHop = new Set([
  'host',
  'connection',
  'keep-alive',
  'transfer-encoding',
  'content-length',
  'expect',
]);

function passedHeaders(request: IncomingMessage): Record<string, string> {
  return Object.fromEntries(
    Object.entries(request.headers).flatMap(([name, value]) =>
      value === undefined || hopByHop.has(name) ? [] : [[name, String(value)]],
    ),
  );
}

function header(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  return typeof value === 'string' ? value : undefined;
}

function refuse(response: ServerResponse, status: number, type: string, message: string) {
  response
    .writeHead(status, {
      'content-type': 'application/x-amz-json-1.0',
      'x-amzn-errortype': type,
      'x-amzn-query-error': `${type};Sender`,
    })
    .end(JSON.stringify({ __type: type, message }));
}
