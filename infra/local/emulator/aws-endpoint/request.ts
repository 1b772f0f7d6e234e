import type { IncomingMessage } from 'node:http';
import * as z from 'zod/mini';
import { jsonOf } from '../../../../shared/platform/json.ts';
import type { Grant } from '../iam/authorize.ts';
import type { LocalStack } from '../template/read-stack.ts';

/** From `<access key>/<date>/<region>/<service>/aws4_request` in the header. The signature itself is not checked. */
export function signerOf(authorization: string | undefined) {
  const scope = /^AWS4-HMAC-SHA256\s+Credential=([^/\s,]+)\/\d{8}\/([^/]+)\/([^/]+)\/aws4_request/.exec(
    authorization ?? '',
  );
  if (!scope) return undefined;
  const [, accessKeyId = '', region = '', service = ''] = scope;
  return { accessKeyId, region, service };
}

const bodySchema = z.catch(
  z.object({
    QueueUrl: z.optional(z.string()),
    TableName: z.optional(z.string()),
    IndexName: z.optional(z.string()),
    /** Of a batch, by the names of its tables. */
    RequestItems: z.optional(z.record(z.string(), z.unknown())),
    SecretId: z.optional(z.string()),
  }),
  {},
);

/** Lambda's API has no `X-Amz-Target`: its action, by method and path. */
const invocation = /^POST \/2015-03-31\/functions\/([^/]+)\/invocations$/;

/**
 * The action and the resource that IAM must allow for a signed call: the action by its `X-Amz-Target` header, the resource
 * by its body (JSON protocols of SQS, DynamoDB and Secrets Manager), or both by its body (SNS). For a batch of messages it
 * is the action of the single call, as in IAM. A call in another form is one on `*`, which no function may make.
 * @param service SigV4's name of it.
 */
export function awsCallOf(
  service: string,
  { method, url, headersDistinct }: Pick<IncomingMessage, 'method' | 'url' | 'headersDistinct'>,
  body: string,
  { region, accountId }: Pick<LocalStack, 'region' | 'accountId'>,
): Grant {
  const operation = headersDistinct['x-amz-target']?.[0]?.split('.').at(-1) ?? '';
  const { QueueUrl, TableName, IndexName, RequestItems, SecretId } = z.parse(bodySchema, jsonOf(body));
  const arn = (rest: string) => `arn:aws:${service}:${region}:${accountId}:${rest}`;
  switch (service) {
    case 'sqs': {
      const queue = QueueUrl?.split('/').at(-1);
      const action = operation.replace(/(?<=Message|Visibility)Batch$/, '');
      return { action: `sqs:${action}`, resource: queue === undefined ? '*' : arn(queue) };
    }
    case 'dynamodb': {
      const index = IndexName === undefined ? '' : `/index/${IndexName}`;
      const [table = TableName, ...others] = Object.keys(RequestItems ?? {});
      const isOne = table !== undefined && others.length === 0;
      const resource = isOne ? arn(`table/${table}${index}`) : '*';
      return { action: `dynamodb:${operation}`, resource };
    }
    case 'sns': {
      const form = new URLSearchParams(body);
      return { action: `sns:${form.get('Action') ?? ''}`, resource: form.get('TopicArn') ?? '*' };
    }
    case 'lambda':
      return lambdaCallOf(`${method} ${url?.split('?')[0]}`, arn);
    default:
      return { action: `${service}:${operation}`, resource: SecretId ?? '*' };
  }
}

function lambdaCallOf(call: string, arn: (rest: string) => string): Grant {
  const [, given] = invocation.exec(call) ?? [];
  if (given === undefined) return { action: `lambda:${call}`, resource: '*' };
  const name = decodeURIComponent(given);
  return {
    action: 'lambda:InvokeFunction',
    resource: name.startsWith('arn:') ? name : arn(`function:${name}`),
  };
}
