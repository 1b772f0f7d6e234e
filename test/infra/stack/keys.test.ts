import { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { AttributeType, TableEncryptionV2, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { Grant, type IGrantable, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { createApp } from '../../../infra/stack/assemble.ts';
import { createUses, type Permission } from '../../../infra/stack/permissions.ts';
import { defineIntegration } from '../../../shared/integration/index.ts';
import { isRecord } from '../../../shared/platform/json.ts';
import { templateOf } from './assembled.ts';
import everything, { otherDeployments } from './everything.config.ts';

const keyArn = 'arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab';

const policySchema = z.object({
  Roles: z.array(z.object({ Ref: z.string() })),
  PolicyDocument: z.object({
    Statement: z.array(
      z.looseObject({
        Effect: z.string(),
        Action: z.union([z.string(), z.array(z.string())]),
        Resource: z.unknown(),
      }),
    ),
  }),
});

/** The value of each property of a resource that names a key, however deep: `KmsMasterKeyId`, `KmsKeyId` … */
function keysIn(value: unknown): unknown[] {
  if (Array.isArray(value)) return value.flatMap(keysIn);
  if (!isRecord(value)) return [];
  return Object.entries(value).flatMap(([name, inner]) =>
    /^kms.*key/i.test(name) ? [inner] : keysIn(inner),
  );
}

/** Each role that may use what is encrypted with a key, and may not decrypt with it. */
function withoutKey(template: Template): string[] {
  const { Resources = {} } = template.toJSON();
  const encrypted = Object.entries(Resources).flatMap(([id, resource]) =>
    keysIn(Object(resource).Properties).map((key) => ({ id, key: JSON.stringify(key) })),
  );
  const policies = Object.values(template.findResources('AWS::IAM::Policy')).map(({ Properties }) =>
    z.parse(policySchema, Properties),
  );
  const statementsOf = (role: string) =>
    policies
      .filter(({ Roles }) => Roles.some(({ Ref }) => Ref === role))
      .flatMap(({ PolicyDocument }) => PolicyDocument.Statement)
      .filter(({ Effect }) => Effect === 'Allow');
  const roles = new Set(policies.flatMap(({ Roles }) => Roles.map(({ Ref }) => Ref)));
  return encrypted.flatMap(({ id, key }) =>
    [...roles].flatMap((role) => {
      const statements = statementsOf(role);
      const uses = statements.some(({ Resource }) => JSON.stringify(Resource).includes(`"${id}"`));
      const decrypts = statements.some(
        ({ Action, Resource }) =>
          [Action].flat().includes('kms:Decrypt') && JSON.stringify([Resource].flat()).includes(key),
      );
      return uses && !decrypts ? [`${role} uses ${id}`] : [];
    }),
  );
}

/** A stack whose queues, topic and ledger have a key of the plant's own, and the resources of a role that may use them. */
function encryptedStack(permissions: (made: ReturnType<typeof encryptedResources>) => readonly Permission[]) {
  const stack = new Stack(createApp({}), 'encrypted', { env: { region: 'eu-west-1' } });
  const made = encryptedResources(stack);
  const role = new Role(stack, 'Worker', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
  for (const permit of permissions(made)) permit(role);
  return Template.fromStack(stack);
}

function encryptedResources(stack: Stack) {
  const key = Key.fromKeyArn(stack, 'Key', keyArn);
  const queue = (name: string) =>
    new Queue(stack, name, { encryption: QueueEncryption.KMS, encryptionMasterKey: key });
  const queues = {
    productOrders: queue('ProductOrders'),
    completions: queue('Completions'),
    deadLetters: queue('DeadLetters'),
  };
  const ledger = new TableV2(stack, 'Ledger', {
    partitionKey: { name: 'pk', type: AttributeType.STRING },
    encryption: TableEncryptionV2.customerManagedKey(key),
  });
  const topic = new Topic(stack, 'Alerts', { masterKey: key });
  const uses = createUses({
    stage: 'production',
    mode: 'live',
    isWatched: true,
    queues,
    secrets: {},
    ledger,
  });
  return { queues, ledger, topic, uses };
}

describe('whoever may use what is encrypted', () => {
  it('may use its key, by way of its service, for queues, topics, the ledger and its indexes', () => {
    const template = encryptedStack(({ uses, topic }) =>
      [
        uses.sendTo('completions'),
        uses.hideIn('productOrders'),
        uses.count('deadLetters'),
        uses.publish('ALERTS_TOPIC_ARN', topic),
        uses.ledger('GetItem', 'UpdateItem'),
        uses.query('concern'),
      ].flatMap(({ may = [] }) => may),
    );
    expect(withoutKey(template)).toEqual([]);
    const text = JSON.stringify(template.findResources('AWS::IAM::Policy'));
    for (const service of ['sqs', 'sns', 'dynamodb'])
      expect(text).toContain(`"kms:ViaService":"${service}.eu-west-1.amazonaws.com"`);
    expect(text).toContain('kms:GenerateDataKey');
  });

  it('is found where a grant forgets the key', () => {
    const forgetful = ({ ledger, queues }: ReturnType<typeof encryptedResources>): Permission[] => [
      (grantee: IGrantable) =>
        Grant.addToPrincipal({
          grantee,
          actions: ['dynamodb:GetItem', 'sqs:SendMessage'],
          resourceArns: [ledger.tableArn, queues.completions.queueArn],
        }),
    ];
    const found = withoutKey(encryptedStack(forgetful));
    expect(found.sort()).toEqual([
      expect.stringMatching(/^Worker\w* uses Completions/),
      expect.stringMatching(/^Worker\w* uses Ledger/),
    ]);
  });

  it.each([
    everything,
    ...otherDeployments.map((deployment) => defineIntegration({ ...everything, deployment })),
  ])('may use its key in each deployment that there is', async (configuration) => {
    expect(withoutKey(await templateOf(configuration, 'production'))).toEqual([]);
  });
});
