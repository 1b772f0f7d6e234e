import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { App, Duration, Stack } from 'aws-cdk-lib';
import { HttpApi, HttpMethod } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { AttributeType, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { build } from 'esbuild';
import { bundleSettings } from '../../../../infra/build/bundle-functions.ts';
import type { Synthesized } from '../../../../infra/local/run-locally.ts';
import { newSecret } from '../../../../infra/stack/secrets.ts';

/**
 * AWS's textbook pipeline for our completions: one queue with a function before and behind it, and Powertools'
 * idempotency, batch and logger as their documentation shows them. Memory, timeouts, batches and concurrency equal
 * those of our functions (`infra/stack/functions.ts`); the code is bundled with the same settings, but with an
 * untrimmed AWS SDK.
 */
export async function synthesizePowertools(
  folder: string,
  environment: Readonly<Record<string, string>>,
): Promise<Synthesized> {
  const bundles = join(folder, 'bundles');
  const functions = ['receive-webhook', 'book-completion'];
  await build({
    ...bundleSettings,
    entryPoints: functions.map((name) => ({
      in: fileURLToPath(new URL(`./${name}.ts`, import.meta.url)),
      out: `${name}/index`,
    })),
    outdir: bundles,
  });
  const app = new App({ outdir: join(folder, 'cdk.out'), analyticsReporting: false });
  const stack = new PowertoolsStack(app, bundles, environment);
  app.synth();
  return { directory: app.outdir, stackName: stack.stackName };
}

class PowertoolsStack extends Stack {
  constructor(app: App, bundles: string, partners: Readonly<Record<string, string>>) {
    super(app, 'Powertools');
    // The bench sets the values, as for our stack.
    const webhookToken = newSecret(new Construct(this, 'WebhookToken'));
    const azumutaApiKey = newSecret(new Construct(this, 'AzumutaApiKey'));
    const erpCredentials = newSecret(new Construct(this, 'ErpCredentials'));
    const lambda = (name: string, folder: string, memorySize: number, seconds: number) =>
      new LambdaFunction(this, name, {
        runtime: Runtime.NODEJS_24_X,
        architecture: Architecture.ARM_64,
        handler: 'index.handler',
        code: Code.fromAsset(join(bundles, folder)),
        timeout: Duration.seconds(seconds),
        memorySize,
        role: loggingRole(this, name),
      });

    const table = new TableV2(this, 'Idempotency', {
      partitionKey: { name: 'id', type: AttributeType.STRING },
      timeToLiveAttribute: 'expiration',
    });
    const retentionPeriod = Duration.days(14);
    const queue = new Queue(this, 'Completions', {
      retentionPeriod,
      visibilityTimeout: Duration.seconds(6 * 60),
      // Six times the function's timeout, and at least 5 (Lambda operator guide, "Understanding SQS retries").
      deadLetterQueue: { queue: new Queue(this, 'DeadLetters', { retentionPeriod }), maxReceiveCount: 5 },
    });

    const receive = lambda('ReceiveWebhook', 'receive-webhook', 256, 10);
    receive.addEnvironment('COMPLETIONS_QUEUE_URL', queue.queueUrl);
    receive.addEnvironment('WEBHOOK_TOKEN_SECRET_ARN', webhookToken.secretArn);
    queue.grantSendMessages(receive);
    webhookToken.grantRead(receive);
    new HttpApi(this, 'Api').addRoutes({
      path: '/webhooks/azumuta/{event}/{token}',
      methods: [HttpMethod.GET, HttpMethod.POST],
      integration: new HttpLambdaIntegration('Webhook', receive),
    });

    const book = lambda('BookCompletion', 'book-completion', 512, 60);
    for (const [name, value] of Object.entries(partners)) book.addEnvironment(name, value);
    book.addEnvironment('IDEMPOTENCY_TABLE_NAME', table.tableName);
    book.addEnvironment('AZUMUTA_API_KEY_SECRET_ARN', azumutaApiKey.secretArn);
    book.addEnvironment('ERP_CREDENTIALS_SECRET_ARN', erpCredentials.secretArn);
    table.grantReadWriteData(book);
    azumutaApiKey.grantRead(book);
    erpCredentials.grantRead(book);
    book.addEventSource(
      new SqsEventSource(queue, { batchSize: 10, maxConcurrency: 5, reportBatchItemFailures: true }),
    );
  }
}

/** The CDK's own role for a function has a managed policy of AWS, which local runs do not know. */
function loggingRole(stack: Stack, name: string): Role {
  const role = new Role(stack, `${name}ServiceRole`, {
    assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
  });
  role.addToPolicy(
    new PolicyStatement({ actions: ['logs:CreateLogStream', 'logs:PutLogEvents'], resources: ['*'] }),
  );
  return role;
}
