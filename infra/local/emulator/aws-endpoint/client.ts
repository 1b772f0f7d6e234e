import * as z from 'zod/mini';
import { jsonOf } from '../../../../shared/platform/json.ts';
import { callLocalProcess } from '../process/http.ts';

/**
 * Clients for the platform's own calls. They name the caller but compute no signature, which nothing local checks. The
 * AWS SDK would cost each process a third of a second at start.
 */

/** Who calls, as the local endpoint reads it from the Authorization header. */
interface AwsSigner {
  readonly accessKeyId: string;
  readonly region: string;
}

const errorSchema = z.catch(
  z.object({ __type: z.optional(z.string()), message: z.optional(z.string()) }),
  {},
);

export type AwsClient = ReturnType<typeof awsClient>;

/** What `X-Amz-Target` begins with. */
const targets = { sqs: 'AmazonSQS', dynamodb: 'DynamoDB_20120810' };

/** @param signer Default: somebody, as the stores check nobody. */
export function awsClient(
  endpoint: string,
  service: keyof typeof targets,
  signer: AwsSigner = { accessKeyId: 'local', region: 'eu-west-1' },
) {
  return async (operation: string, parameters: unknown, signal: AbortSignal | null = null) => {
    const answer = await callLocalProcess(`${endpoint}/`, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-amz-json-1.0',
        'x-amz-target': `${targets[service]}.${operation}`,
        'x-amz-date': '20000101T000000Z',
        authorization: localAuthorization(service, signer),
      },
      body: JSON.stringify(parameters),
      signal,
    });
    const text = await answer.text();
    const json = jsonOf(text);
    // Both are empty unless it is an error.
    const { __type: type = '', message = '' } = z.parse(errorSchema, json);
    return { status: answer.status, type, message, text, json };
  };
}

export interface Invoked {
  /** HTTP status of Lambda's Invoke API: 200 when the function ran, 403, 404, 413, 500. */
  readonly status: number;
  /** Set when the function ran and failed. */
  readonly functionError?: string | undefined;
  /** What it returned, or its error. */
  readonly payload: unknown;
}

/** @param target Name or ARN of the function. @returns any status; rejects when the endpoint is out of reach. */
export async function invokeAtEndpoint(
  awsEndpoint: string,
  signer: AwsSigner,
  target: string,
  payload: string,
): Promise<Invoked> {
  const answer = await callLocalProcess(
    `${awsEndpoint}/2015-03-31/functions/${encodeURIComponent(target)}/invocations`,
    {
      method: 'POST',
      headers: { authorization: localAuthorization('lambda', signer) },
      body: payload,
    },
  );
  const text = await answer.text();
  return {
    status: answer.status,
    functionError: answer.headers.get('x-amz-function-error') ?? undefined,
    payload: text === '' ? undefined : JSON.parse(text),
  };
}

function localAuthorization(service: string, { accessKeyId, region }: AwsSigner): string {
  return `AWS4-HMAC-SHA256 Credential=${accessKeyId}/20000101/${region}/${service}/aws4_request, SignedHeaders=host, Signature=local`;
}
