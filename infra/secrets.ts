import { RemovalPolicy, SecretValue } from 'aws-cdk-lib';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { unsetSecret } from '../shared/platform/secrets.ts';

/**
 * The four secrets. The stack creates them with a marker that says *unset*; their values are put in by an
 * operator afterwards and are never in the template.
 */
export class Secrets extends Construct {
  readonly webhookToken: Secret;
  readonly orderApiKey: Secret;
  readonly azumutaApiKey: Secret;
  readonly erpCredentials: Secret;

  constructor(
    scope: Construct,
    id: string,
    {
      plant,
      stage,
      production,
    }: { readonly plant: string; readonly stage: string; readonly production: boolean },
  ) {
    super(scope, id);
    const secret = (name: string, secretName: string, description: string) =>
      new Secret(this, name, {
        secretName: `azumuta-erp/${plant}/${stage}/${secretName}`,
        description,
        // Not a secret but the marker that there is none yet.
        secretStringValue: SecretValue.unsafePlainText(unsetSecret),
        removalPolicy: production ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
      });
    this.webhookToken = secret(
      'WebhookToken',
      'webhook-token',
      'Token in the URL of the Azumuta triggers: {"current": "…", "previous": "…"}',
    );
    this.orderApiKey = secret(
      'OrderApiKey',
      'order-api-key',
      'Key with which the ERP calls the order endpoint: {"current": "…", "previous": "…"}',
    );
    this.azumutaApiKey = secret('AzumutaApiKey', 'azumuta-api-key', 'API key of Azumuta: {"apiKey": "…"}');
    this.erpCredentials = secret(
      'ErpCredentials',
      'erp-credentials',
      'Credentials of the ERP user of this integration',
    );
  }
}
