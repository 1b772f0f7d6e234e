import { RemovalPolicy, SecretValue, Stack } from 'aws-cdk-lib';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import type { CompleteDeployment, SecretName } from '../../shared/integration/deployment.ts';
import { unsetSecret } from '../../shared/platform/secrets.ts';
import { acknowledge } from './nag.ts';

/** As far as grants and environments need it. */
export type SecretRef = Pick<Secret, 'secretArn' | 'encryptionKey' | 'env'>;

export interface SecretsProps {
  readonly plant: string;
  readonly stage: string;
  readonly production: boolean;
  /** ARNs of secrets that are there already. */
  readonly existing: CompleteDeployment['secrets'];
}

/**
 * The four secrets. The stack creates them with a marker that says *unset*, or takes those that exist; their
 * values are put in by an operator and are never in the template.
 */
export class Secrets extends Construct {
  readonly webhookToken: SecretRef;
  readonly orderApiKey: SecretRef;
  readonly azumutaApiKey: SecretRef;
  readonly erpCredentials: SecretRef;

  constructor(scope: Construct, id: string, { plant, stage, production, existing }: SecretsProps) {
    super(scope, id);
    const secret = (name: SecretName, description: string): SecretRef => {
      const constructId = name.charAt(0).toUpperCase() + name.slice(1);
      const arn = existing[name];
      if (arn !== undefined) return Secret.fromSecretCompleteArn(this, constructId, arn);
      const ending = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
      const created = new Secret(this, constructId, {
        secretName: `azumuta-erp/${plant}/${stage}/${ending}`,
        description,
        // Not a secret but the marker that there is none yet.
        secretStringValue: SecretValue.unsafePlainText(unsetSecret),
        removalPolicy: production ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
      });
      acknowledge(created, {
        'AwsSolutions::AwsSolutions-SMG4': `Its other half is typed into Azumuta or the ERP by a person: npm run secrets -- --stack ${Stack.of(this).stackName} rotates it, with two values valid meanwhile.`,
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
  }
}
