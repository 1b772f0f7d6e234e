import type { IncomingMessage } from 'node:http';
import { codeOf } from '../../../../shared/platform/system-errors.ts';
import type { Lambda } from '../lambda/service.ts';
import { type Answer, callLocalProcess, jsonAnswer, listen } from '../process/http.ts';
import { type Services, urlOfPort } from '../services.ts';
import { awsCallOf, signerOf } from './request.ts';

/** Checks who may call, and passes the call on. @param local What is kept in this process, by its SigV4 name. */
export function startEndpoint(
  { ports, stack, access }: Services,
  lambda: Lambda,
  local: Readonly<Record<string, (operation: string, body: string) => Answer>>,
) {
  return listen(ports.endpoint, (request, body) => {
    const signer = signerOf(request.headers.authorization);
    if (!signer)
      return awsErrorAnswer(403, 'MissingAuthenticationToken', 'The request is not signed with SigV4.');
    const principal = access.principalOf(signer.accessKeyId);
    if (!principal) {
      const why = 'The security token included in the request is invalid.';
      return awsErrorAnswer(403, 'UnrecognizedClientException', why);
    }
    const { service } = signer;
    const text = body.toString('utf8');
    const { action, resource } = awsCallOf(service, request, text, stack);
    const decision = access.decide(principal, { action, resource });
    if (!decision.allowed) {
      // DynamoDB and Secrets Manager answer a refusal with 400, the others with 403.
      const status = service === 'dynamodb' || service === 'secretsmanager' ? 400 : 403;
      return awsErrorAnswer(status, 'AccessDeniedException', decision.reason);
    }
    if (action === 'lambda:InvokeFunction') return invokeAndAnswer(lambda, resource, text);
    const here = local[service];
    if (here) return here(action.replace(/^.*:/, ''), text);
    if (service === 'sqs' || service === 'dynamodb')
      return passOn(`${urlOfPort(ports, service)}${request.url ?? '/'}`, request, body);
    return awsErrorAnswer(404, 'UnknownServiceException', `Local runs have no ${action} of ${resource}.`);
  });
}

async function invokeAndAnswer(lambda: Lambda, wanted: string, event: string): Promise<Answer> {
  const { status, payload, functionError } = await lambda.invoke(wanted, event || '{}');
  return jsonAnswer(status, payload, functionError ? { 'x-amz-function-error': functionError } : {});
}

async function passOn(url: string, { headers }: IncomingMessage, body: Buffer): Promise<Answer> {
  try {
    const answer = await callLocalProcess(url, {
      method: 'POST',
      headers: headersPassedOn(Object.entries(headers)),
      body,
    });
    return {
      status: answer.status,
      headers: headersPassedOn(answer.headers),
      body: Buffer.from(await answer.arrayBuffer()),
    };
  } catch (error) {
    const code = codeOf(error) ? ` (${codeOf(error)})` : '';
    // AWS clients try again after a 500.
    return awsErrorAnswer(
      500,
      'InternalFailure',
      `The local service did not answer${code}; it may be restarting.`,
    );
  }
}

const hopByHop = /^(host|connection|keep-alive|transfer-encoding|content-length|expect)$/;

function headersPassedOn(headers: Iterable<readonly [string, unknown]>): Record<string, string> {
  return Object.fromEntries(
    [...headers].filter(([name]) => !hopByHop.test(name)).map(([name, value]) => [name, String(value)]),
  );
}

function awsErrorAnswer(status: number, type: string, message: string): Answer {
  const headers = { 'x-amzn-errortype': type, 'x-amzn-query-error': `${type};Sender` };
  return jsonAnswer(status, { __type: type, message }, headers);
}
