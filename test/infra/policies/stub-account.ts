import { signerOf } from '../../../infra/local/emulator/aws-endpoint/request.ts';
import { type Answer, type Received, startServer } from '../../support/server.ts';
import { mentions } from './policy.ts';

const account = '111122223333';
const base = 'LOGGEDIN';

export type StubAccount = Awaited<ReturnType<typeof startStubAccount>>;

/**
 * An account as far as the CDK's command line sees it: whoever is logged in may do what a policy allows, and whatever
 * role they assume may do everything. Stacks are there as soon as their change set is executed; one that is protected is
 * not deleted. It ends with the test.
 * @param policy Of `infra/policies`.
 * @param trusting Whether roles can be assumed at all.
 * @param deployed Stacks that are there already.
 * @param failed One whose first deployment failed, protected as the CDK leaves it.
 * @param rolledBack One that is in use, and whose last update failed.
 */
export async function startStubAccount(
  policy: string,
  {
    trusting = true,
    deployed = [],
    failed,
    rolledBack,
  }: {
    readonly trusting?: boolean;
    readonly deployed?: readonly string[];
    readonly failed?: string;
    readonly rolledBack?: string;
  } = {},
) {
  const refused: string[] = [];
  const asked: string[] = [];
  const stacks = new Map(deployed.map((stack) => [stack, 'CREATE_COMPLETE']));
  if (failed) stacks.set(failed, 'ROLLBACK_COMPLETE');
  if (rolledBack) stacks.set(rolledBack, 'UPDATE_ROLLBACK_COMPLETE');
  const unprotected = new Set<string>();

  const { url } = await startServer((received) => {
    const { accessKeyId = '', service = '' } = signerOf(received.headers.authorization) ?? {};
    if (service === 's3') return bucket(received);
    const fields = new URLSearchParams(received.body);
    const target = String(received.headers['x-amz-target'] ?? '').split('.')[1];
    const action = `${service}:${fields.get('Action') ?? target}`;
    const stack = /stack\/([^/]+)/.exec(fields.get('StackName') ?? '')?.[1] ?? fields.get('StackName') ?? '';
    const resource = fields.get('RoleArn') ?? `arn:aws:${service}:eu-west-1:${account}:stack/${stack}/1`;
    asked.push(`${accessKeyId} ${action} ${fields.get('RoleArn')?.split('/')[1] ?? stack}`);
    const free = accessKeyId !== base || action === 'sts:GetCallerIdentity';
    if ((action === 'sts:AssumeRole' && !trusting) || !(free || mentions(policy, action, resource))) {
      refused.push(`${action} ${resource}`);
      return failure(403, 'AccessDenied', `not authorized to perform: ${action}`);
    }
    if (action === 'cloudformation:UpdateTerminationProtection') unprotected.add(stack);
    if (action === 'cloudformation:DeleteStack' && !unprotected.has(stack))
      return failure(400, 'ValidationError', `Stack [${stack}] cannot be deleted`);
    if (action === 'cloudformation:DeleteStack') stacks.set(stack, 'DELETE_COMPLETE');
    if (action === 'cloudformation:ExecuteChangeSet') stacks.set(stack, 'CREATE_COMPLETE');
    // A stack that was deleted is still known by its id.
    const status = stacks.get(stack) ?? 'DELETE_COMPLETE';
    const isKnown = status !== 'DELETE_COMPLETE' || (stacks.has(stack) && fields.get('StackName') !== stack);
    if (action === 'cloudformation:DescribeStacks' && !isKnown)
      return failure(400, 'ValidationError', `Stack with id ${stack} does not exist`);
    if (target === 'GetParameter') return { body: { Parameter: { Name: 'version', Value: '33' } } };
    return xml(fields.get('Action') ?? '', answers[action]?.(stack, status) ?? '');
  });
  return {
    /** What the logged-in person was refused. */
    refused,
    /** What was asked by whoever it was: `LOGGEDIN sts:AssumeRole cdk-…`. */
    asked,
    /** What the CDK's command line is run with. */
    environment: {
      AWS_ENDPOINT_URL: url,
      AWS_ACCESS_KEY_ID: base,
      AWS_SECRET_ACCESS_KEY: 'secret',
      AWS_REGION: 'eu-west-1',
      CI: 'true',
    },
  };
}

const idOf = (stack: string) =>
  `<StackId>arn:aws:cloudformation:eu-west-1:${account}:stack/${stack}/1</StackId>`;

/** What is in an answer, where the command line reads something in it. */
const answers: Readonly<Record<string, (stack: string, status?: string) => string>> = {
  'sts:GetCallerIdentity': () =>
    `<Account>${account}</Account><Arn>arn:aws:iam::${account}:user/someone</Arn>`,
  'sts:AssumeRole': () =>
    '<Credentials><AccessKeyId>ROLE</AccessKeyId><SecretAccessKey>secret</SecretAccessKey><SessionToken>token</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration></Credentials>',
  'cloudformation:DescribeStacks': (stack, status) =>
    `<Stacks><member><StackName>${stack}</StackName>${idOf(stack)}<CreationTime>2026-12-01T00:00:00Z</CreationTime><StackStatus>${status}</StackStatus></member></Stacks>`,
  'cloudformation:GetTemplate': () => '<TemplateBody>{}</TemplateBody>',
  'cloudformation:CreateChangeSet': (stack) =>
    `<Id>arn:aws:cloudformation:::changeSet/one/1</Id>${idOf(stack)}`,
  'cloudformation:DescribeChangeSet': (stack) =>
    `<ChangeSetName>one</ChangeSetName><StackName>${stack}</StackName>${idOf(stack)}<Status>CREATE_COMPLETE</Status><ExecutionStatus>AVAILABLE</ExecutionStatus><Changes><member><Type>Resource</Type></member></Changes>`,
};

function xml(action: string, inner: string, status = 200): Answer {
  const body = `<${action}Response><${action}Result>${inner}</${action}Result></${action}Response>`;
  return { status, headers: { 'content-type': 'text/xml' }, body };
}

function failure(status: number, code: string, message: string): Answer {
  const body = `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error></ErrorResponse>`;
  return { status, headers: { 'content-type': 'text/xml' }, body };
}

/** The bucket of the CDK, in which nothing is yet. */
function bucket({ url: { search } }: Received): Answer {
  if (search.startsWith('?location')) return { body: '<LocationConstraint>eu-west-1</LocationConstraint>' };
  if (search.startsWith('?list-type'))
    return { body: '<ListBucketResult><KeyCount>0</KeyCount></ListBucketResult>' };
  return { body: '' };
}
