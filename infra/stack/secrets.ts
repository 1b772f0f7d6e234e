import { Stack } from 'aws-cdk-lib';
import { Key } from 'aws-cdk-lib/aws-kms';
import { CfnSecret, type CfnSecretProps, type ISecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import {
  type CompleteDeployment,
  type SecretName,
  secretNames,
} from '../../shared/integration/deployment.ts';
import { acknowledge } from './nag.ts';

/** `webhookToken` is `WebhookToken` among the constructs and the outputs. */
export const constructIdOfSecret = (name: SecretName) => name.charAt(0).toUpperCase() + name.slice(1);

export type SecretRef = Pick<ISecret, 'secretArn' | 'encryptionKey' | 'env'>;

/** Those that a deployment has: without webhooks or pages there is nothing to keep for them. */
export type StackSecrets = Readonly<Partial<Record<SecretName, SecretRef>>>;

/**
 * The secrets. The stack creates them, or takes those that exist; an operator puts in their values, which are never in
 * the template. CloudFormation names them, so that one that was kept does not block a second deployment.
 */
export function createSecrets(stack: Stack, { secrets, alerts, pages }: CompleteDeployment): StackSecrets {
  const addresses = Object.fromEntries(alerts.webhooks.map((name) => [name, 'https://…']));
  const descriptions: Readonly<Record<SecretName, string | undefined>> = {
    webhookToken: 'Token in the URL of the Azumuta triggers: {"current": "…", "previous": "…"}',
    orderApiKey: 'Key with which the ERP calls the order endpoint: {"current": "…", "previous": "…"}',
    azumutaApiKey: 'API key of Azumuta: {"apiKey": "…"}',
    erpCredentials: 'Credentials of the ERP user of this integration',
    alertWebhooks:
      alerts.webhooks.length > 0
        ? `Addresses of the webhooks that get alerts: ${JSON.stringify(addresses)}`
        : undefined,
    pagesKey: pages && 'Key that signs the links of pages: {"current": "…"}',
  };
  const scope = new Construct(stack, 'Secrets');
  return Object.fromEntries(
    secretNames.flatMap((name) => {
      const description = descriptions[name];
      if (description === undefined) return [];
      const own = secrets[name];
      return [
        [
          name,
          own
            ? referToExistingSecret(scope, constructIdOfSecret(name), own)
            : createStackSecret(scope, name, description),
        ],
      ];
    }),
  );
}

function referToExistingSecret(
  scope: Construct,
  id: string,
  own: NonNullable<CompleteDeployment['secrets'][SecretName]>,
): SecretRef {
  if (typeof own === 'string') return Secret.fromSecretCompleteArn(scope, id, own);
  const encryptionKey = Key.fromKeyArn(scope, `${id}Key`, own.keyArn);
  return Secret.fromSecretAttributes(scope, id, { secretCompleteArn: own.arn, encryptionKey });
}

function createStackSecret(scope: Construct, name: SecretName, description: string): SecretRef {
  // Nobody needs to see this one, so AWS makes it; a new value only ends all links that were sent.
  const isMade = name === 'pagesKey';
  const generateSecretString = {
    secretStringTemplate: '{}',
    generateStringKey: 'current',
    excludePunctuation: true,
  };
  const holder = new Construct(scope, constructIdOfSecret(name));
  acknowledge(holder, {
    'AwsSolutions::AwsSolutions-SMG4': isMade
      ? 'Each rotation ends all links that were sent, so a person decides.'
      : `Its other half is typed into Azumuta or the ERP by a person, and two values are valid while it is rotated: npm run secrets -- --stack ${Stack.of(scope).stackName}`,
  });
  return newSecret(holder, { description, ...(isMade && { generateSecretString }) });
}

/**
 * A secret, without a value unless one is generated: with one in the template, as the CDK's own construct has it,
 * CloudFormation would overwrite the plant's whenever the template's changes; an empty one it never touches.
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-secretsmanager-secret.html
 */
export function newSecret(holder: Construct, props: CfnSecretProps = {}): ISecret {
  const { ref } = new CfnSecret(holder, 'Resource', props);
  return Secret.fromSecretCompleteArn(holder, 'Created', ref);
}
