import type { LocalStack } from '../template/read-stack.ts';
import type { AwsCall } from './authorize.ts';

/** What puts something new into a resource, which is encrypted with its own data key. */
const storing = /^(sqs:SendMessage|dynamodb:(Put|Update|BatchWrite))/;

/**
 * The calls of KMS that a service makes in the caller's name when it uses what is encrypted: an index with the key of its
 * table. IAM must allow them, too.
 * @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html
 */
export function keyUsesOf(
  { action, resource }: AwsCall,
  { encrypted, region }: Pick<LocalStack, 'encrypted' | 'region'>,
): AwsCall[] {
  const [service = ''] = action.split(':');
  const context = { 'kms:ViaService': `${service}.${region}.amazonaws.com` };
  const used = encrypted.filter(({ on }) => resource === on || resource.startsWith(`${on}/`));
  const actions = storing.test(action) ? ['kms:Decrypt', 'kms:GenerateDataKey'] : ['kms:Decrypt'];
  return used.flatMap(({ key }) => actions.map((use) => ({ action: use, resource: key, context })));
}
