import { Stack } from 'aws-cdk-lib';
import { Key } from 'aws-cdk-lib/aws-kms';
import { CfnSecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import type { CompleteDeployment, SecretName } from '../../shared/integration/deployment.ts';
import { acknowledge } from './nag.ts';

/** `webhookToken` is `WebhookToken` among the constructs and the outputs. */
export const idOf = (name: SecretName) => name.charAt(0).toUpperCase() + name.slice(1);

export type SecretRef = Pick<Secret, 'secretArn' | 'encryptionKey' | 'env'>;

/**
 * The secrets. The stack creates them, or takes those that exist; an operator puts in their values, which are never in
 * the template. CloudFormation names them, so that one that was kept does not block a second deployment.
 */
export class Secrets extends Construct {
  readonly webhookToken: SecretRef;
  readonly orderApiKey: SecretRef;
  readonly azumutaApiKey: SecretRef;
  readonly erpCredentials: SecretRef;
  /** Undefined where no webhook gets alerts. */
  readonly alertWebhooks: SecretRef | undefined;
  /** Undefined where there are no pages. */
  readonly pagesKey: SecretRef | undefined;

  /** @param deployment Which secrets exist already, whether webhooks get alerts, and whether there are pages. */
  constructor(
    scope: Construct,
    id: string,
    {
      secrets: existing,
      alerts: { webhooks },
      pages,
    }: Pick<CompleteDeployment, 'secrets' | 'alerts' | 'pages'>,
  ) {
    super(scope, id);
    const secret = (name: SecretName, description: string): SecretRef => {
      const constructId = idOf(name);
      const own = existing[name];
      if (typeof own === 'string') return Secret.fromSecretCompleteArn(this, constructId, own);
      if (own)
        return Secret.fromSecretAttributes(this, constructId, {
          secretCompleteArn: own.arn,
          encryptionKey: Key.fromKeyArn(this, `${constructId}Key`, own.keyArn),
        });
      // Nobody needs to see this one, so AWS makes it; a new value only ends all links that were sent.
      const isMade = name === 'pagesKey';
      const generateSecretString = {
        secretStringTemplate: '{}',
        generateStringKey: 'current',
        excludePunctuation: true,
      };
      const created = isMade
        ? new Secret(this, constructId, { description, generateSecretString })
        : new EmptySecret(this, constructId, { description });
      acknowledge(created, {
        'AwsSolutions::AwsSolutions-SMG4': isMade
          ? 'Each rotation ends all links that were sent, so a person decides.'
          : `Its other half is typed into Azumuta or the ERP by a person: npm run secrets -- --stack ${Stack.of(this).stackName} says how, and two values are valid while it is rotated.`,
      });
      return created;
    };
    this.webhookToken = secret(
      'webhookToken',
      'Token in the URL of the Azumuta triggers: {"current": "…", "previous": "…"}',
    );
    this.orderApiKey = secret(
      'orderApiKey',
      'Key with which the ERP calls the order endpoint: {"current": "…", "previous": "…"}',
    );
    this.azumutaApiKey = secret('azumutaApiKey', 'API key of Azumuta: {"apiKey": "…"}');
    this.erpCredentials = secret('erpCredentials', 'Credentials of the ERP user of this integration');
    const addresses = Object.fromEntries(webhooks.map((name) => [name, 'https://…']));
    this.alertWebhooks =
      webhooks.length === 0
        ? undefined
        : secret('alertWebhooks', `Addresses of the webhooks that get alerts: ${JSON.stringify(addresses)}`);
    this.pagesKey = pages && secret('pagesKey', 'Key that signs the links of pages: {"current": "…"}');
  }
}

/**
 * A secret without a value. With one in the template, CloudFormation would overwrite the plant's own whenever the
 * template's changes; without one it creates an empty secret and never touches what is put in.
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-secretsmanager-secret.html
 */
export class EmptySecret extends Secret {
  constructor(scope: Construct, id: string, props: { readonly description?: string } = {}) {
    super(scope, id, props);
    const { defaultChild } = this.node;
    if (!(defaultChild instanceof CfnSecret)) throw new Error('A secret is a secret resource.');
    // The CDK would have a value generated.
    defaultChild.generateSecretString = undefined;
  }
}
