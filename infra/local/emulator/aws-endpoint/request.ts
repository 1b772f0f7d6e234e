import * as z from 'zod/mini';
import { jsonOf } from '../../../../shared/platform/json.ts';

/** From `<access key>/<date>/<region>/<service>/aws4_request` in the header. The signature itself is not checked. */
export function signerOf(authorization: string | undefined) {
  const scope = /^AWS4-HMAC-SHA256\s+Credential=([^/\s,]+)\/\d{8}\/([^/]+)\/([^/]+)\/aws4_request/.exec(
    authorization ?? '',
  );
  const [, accessKeyId, region, service] = scope ?? [];
  return accessKeyId && region && service ? { accessKeyId, region, service } : undefined;
}

export interface AwsCall {
  /** `sqs:SendMessage`. */
  readonly action: string;
  /** The ARN that IAM must allow; `*` for calls without a resource. */
  readonly resource: string;
}

const bodySchema = z.object({
  QueueUrl: z.optional(z.string()),
  QueueName: z.optional(z.string()),
  TableName: z.optional(z.string()),
  IndexName: z.optional(z.string()),
  SecretId: z.optional(z.string()),
});

interface SignedCall {
  /** SigV4's name of the service. */
  readonly service: string;
  /** Header `X-Amz-Target` of the JSON protocols. */
  readonly target?: string | undefined;
  readonly method?: string | undefined;
  readonly path?: string | undefined;
  readonly body: Buffer;
}

/** Lambda's API has no `X-Amz-Target`: its actions, by method and path. */
const lambdaActions = [
  {
    action: 'lambda:InvokeFunction',
    of: 'function',
    call: /^POST \/2015-03-31\/functions\/([^/]+)\/invocations$/,
  },
  { action: 'lambda:ListEventSourceMappings', of: '', call: /^GET \/2015-03-31\/event-source-mappings\/?$/ },
  {
    action: 'lambda:UpdateEventSourceMapping',
    of: 'event-source-mapping',
    call: /^PUT \/2015-03-31\/event-source-mappings\/([^/]+)$/,
  },
];

/**
 * The action and the resources of a signed call: the action by its `X-Amz-Target` header, the resources by its body
 * (JSON protocols of SQS, DynamoDB and Secrets Manager), or both by its body (SNS). For a batch of messages it is the
 * action of the single call, as in IAM. A call in another form is one on `*`, which no function may make.
 */
export function awsCallOf(
  { service, target, method, path, body }: SignedCall,
  { region, accountId }: { readonly region: string; readonly accountId: string },
): AwsCall {
  const operation = target?.split('.').at(-1) ?? '';
  const parsed = z.safeParse(bodySchema, jsonOf(body.toString('utf8')));
  const fields = parsed.success ? parsed.data : {};
  const arn = (rest: string) => `arn:aws:${service}:${region}:${accountId}:${rest}`;
  switch (service) {
    case 'sqs': {
      const queue = fields.QueueName ?? fields.QueueUrl?.split('/').at(-1);
      const action = operation.replace(/(?<=Message|Visibility)Batch$/, '');
      return { action: `sqs:${action}`, resource: queue === undefined ? '*' : arn(queue) };
    }
    case 'dynamodb': {
      const index = fields.IndexName === undefined ? '' : `/index/${fields.IndexName}`;
      const resource = fields.TableName === undefined ? '*' : arn(`table/${fields.TableName}${index}`);
      return { action: `dynamodb:${operation}`, resource };
    }
    case 'secretsmanager':
      return { action: `secretsmanager:${operation}`, resource: fields.SecretId ?? '*' };
    case 'sns': {
      const form = new URLSearchParams(body.toString('utf8'));
      return { action: `sns:${form.get('Action') ?? ''}`, resource: form.get('TopicArn') ?? '*' };
    }
    case 'lambda':
      return lambdaCallOf(`${method} ${path?.split('?')[0]}`, arn);
    default:
      return { action: `${service}:${operation}`, resource: '*' };
  }
}

function lambdaCallOf(call: string, arn: (rest: string) => string): AwsCall {
  for (const { action, of, call: form } of lambdaActions) {
    const found = form.exec(call);
    if (!found) continue;
    const name = decodeURIComponent(found[1] ?? '*');
    return { action, resource: name === '*' || name.startsWith('arn:') ? name : arn(`${of}:${name}`) };
  }
  return { action: `lambda:${call}`, resource: '*' };
}
