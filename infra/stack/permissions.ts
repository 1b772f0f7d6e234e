import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { SecretRef } from './secrets.ts';

/**
 * Something that a role may do. The CDK's own `grantSendMessages`, `grantConsumeMessages`, `grantRead` and
 * `grantReadData` allow calls that no function makes (GetQueueUrl, DescribeSecret, Scan), so each of these names
 * its actions: test/infra/stack/grants holds them against the calls that are made.
 */
export type Permission = (role: IGrantable) => Grant;

export function allow(actions: readonly string[], ...resourceArns: readonly string[]): Permission {
  return (grantee) =>
    Grant.addToPrincipal({ grantee, actions: [...actions], resourceArns: [...resourceArns] });
}

export function sendTo(...queues: readonly IQueue[]): Permission {
  return allow(['sqs:SendMessage'], ...queues.map(({ queueArn }) => queueArn));
}

/** To put a message of the queue off. */
export function hideIn({ queueArn }: IQueue): Permission {
  return allow(['sqs:ChangeMessageVisibility'], queueArn);
}

/**
 * To read secrets, and to decrypt with the keys of those that have one of the plant's own, by way of Secrets Manager. The
 * CDK would only write so into the policy of a key that it makes itself.
 */
export function readSecrets(...secrets: readonly SecretRef[]): Permission {
  const read = allow(['secretsmanager:GetSecretValue'], ...secrets.map(({ secretArn }) => secretArn));
  return (grantee) => {
    for (const { encryptionKey, env } of secrets)
      if (encryptionKey)
        Grant.addToPrincipal({
          grantee,
          actions: ['kms:Decrypt'],
          resourceArns: [encryptionKey.keyArn],
          conditions: { StringEquals: { 'kms:ViaService': `secretsmanager.${env.region}.amazonaws.com` } },
        });
    return read(grantee);
  };
}
