import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { prepareAccess } from '../../../../../infra/local/emulator/iam/authorize.ts';
import type { CallContext } from '../../../../../infra/local/emulator/iam/conditions.ts';
import type { ResourcePolicy, Statement } from '../../../../../infra/local/emulator/template/local-stack.ts';

const roleArn = 'arn:aws:iam::000000000000:role/worker';
const arn = 'arn:aws:sts::000000000000:assumed-role/worker/Worker';
const queue = 'arn:aws:sqs:eu-west-1:000000000000:orders';
const send = { action: 'sqs:SendMessage', resource: queue };

function statement(more: Partial<Statement>): Statement {
  return {
    effect: 'Allow',
    actions: ['sqs:SendMessage'],
    notActions: [],
    resources: [queue],
    notResources: [],
    ...more,
  };
}

function decide(
  statements: readonly Statement[],
  call: { readonly action: string; readonly resource: string; readonly context?: CallContext } = send,
  policies: readonly ResourcePolicy[] = [],
) {
  return prepareAccess({ arn, roleArn, statements, managedPolicies: [] }, policies)(call);
}

const allowed = (...parameters: Parameters<typeof decide>) => decide(...parameters).allowed;

function reason(...parameters: Parameters<typeof decide>): string {
  const decision = decide(...parameters);
  return decision.allowed ? 'allowed' : decision.reason;
}

describe('a call that no statement allows', () => {
  it('is refused in AWS’s words', () => {
    expect(reason([])).toBe(
      `User: ${arn} is not authorized to perform: sqs:SendMessage on resource: ${queue} because no identity-based policy allows the sqs:SendMessage action`,
    );
  });

  it('is refused for another action, another resource, and a resource whose name only begins alike', () => {
    const statements = [statement({})];

    expect(allowed(statements)).toBe(true);
    expect(allowed(statements, { ...send, action: 'sqs:ReceiveMessage' })).toBe(false);
    expect(allowed(statements, { ...send, resource: `${queue}-2` })).toBe(false);
    expect(allowed(statements, { ...send, resource: '*' })).toBe(false);
  });
});

describe('a statement', () => {
  it.each<[string, Partial<Statement>, boolean]>([
    ['names actions without regard to case', { actions: ['SQS:sendmessage'] }, true],
    ['has * for any characters of an action', { actions: ['sqs:Send*'] }, true],
    ['has ? for one character', { actions: ['sqs:SendMessag?'] }, true],
    ['has ? for no more than one', { actions: ['sqs:Send?'] }, false],
    ['takes a dot as a dot', { resources: [queue.replace('orders', 'order.')] }, false],
    ['has * in resources', { resources: ['arn:aws:sqs:*:*:ord*'] }, true],
    ['names resources with regard to case', { resources: [queue.toUpperCase()] }, false],
    ['leaves out actions', { actions: [], notActions: ['sqs:Delete*'] }, true],
    ['leaves out this action', { actions: [], notActions: ['sqs:Send*'] }, false],
    ['leaves out resources', { resources: [], notResources: ['arn:aws:sqs:*:*:other'] }, true],
    ['leaves out this resource', { resources: [], notResources: ['arn:aws:sqs:*:*:orders'] }, false],
    ['names no resource at all', { resources: [] }, false],
  ])('%s', (_name, more, expected) => {
    expect(allowed([statement(more)])).toBe(expected);
  });

  it('that denies goes before every one that allows, wherever it stands', () => {
    const deny = statement({ effect: 'Deny', actions: ['sqs:*'], resources: ['*'] });

    for (const statements of [
      [deny, statement({})],
      [statement({}), deny],
    ]) {
      expect(reason(statements)).toMatch(
        /sqs:SendMessage on .* with an explicit deny in an identity-based policy$/,
      );
    }
  });
});

describe('a condition', () => {
  const context: CallContext = { 'aws:sourcearn': 'arn:aws:execute-api:eu-west-1:0:api/$default/GET/orders' };
  const when = (condition: Record<string, unknown>) =>
    allowed([statement({ condition })], { ...send, context });

  it.each<[string, Record<string, unknown>, boolean]>([
    ['StringEquals', { StringEquals: { 'aws:PrincipalArn': roleArn } }, true],
    ['StringEquals of another', { StringEquals: { 'aws:PrincipalArn': `${roleArn}2` } }, false],
    ['one of several values', { StringEquals: { 'aws:PrincipalArn': ['other', roleArn] } }, true],
    ['StringNotEquals', { StringNotEquals: { 'aws:PrincipalArn': 'other' } }, true],
    ['StringNotEquals of one of several', { StringNotEquals: { 'aws:PrincipalArn': ['o', roleArn] } }, false],
    ['StringLike', { StringLike: { 'aws:principalarn': 'arn:*:role/w?rker' } }, true],
    ['StringNotLike', { StringNotLike: { 'aws:PrincipalArn': '*worker' } }, false],
    ['ArnLike', { ArnLike: { 'AWS:SourceArn': 'arn:aws:execute-api:*:*:api/*/GET/orders' } }, true],
    ['ArnLike whose * would reach over a colon', { ArnLike: { 'aws:SourceArn': 'arn:*:api/*' } }, false],
    ['ArnEquals', { ArnEquals: { 'aws:SourceArn': context['aws:sourcearn'] } }, true],
    ['a key that the call has not', { StringEquals: { 'aws:SourceAccount': '0' } }, false],
    ['such a key, negated', { StringNotEquals: { 'aws:SourceAccount': '0' } }, true],
    ['such a key, if it exists', { StringEqualsIfExists: { 'aws:SourceAccount': '0' } }, true],
    ['such a key, absent', { Null: { 'aws:SourceAccount': 'true' } }, true],
    ['such a key, present', { Null: { 'aws:SourceAccount': false } }, false],
    [
      'two keys, of which one does not hold',
      { StringLike: { 'aws:PrincipalArn': '*' }, Bool: { 'aws:SecureTransport': 'true' } },
      false,
    ],
  ])('%s', (_name, condition, expected) => {
    expect(when(condition)).toBe(expected);
  });

  it.each<[string, Record<string, unknown>, string]>([
    ['key', { StringEquals: { 'dynamodb:LeadingKeys': 'x' } }, 'the condition key dynamodb:LeadingKeys'],
    ['operator', { NumericLessThan: { 'aws:SourceArn': 1 } }, 'the condition operator NumericLessThan'],
    [
      'set operator',
      { 'ForAnyValue:StringEquals': { 'aws:SourceArn': 'x' } },
      'the condition operator ForAnyValue:StringEquals',
    ],
    [
      'variable',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: IAM writes it so.
      { StringEquals: { 'aws:SourceArn': '${aws:username}' } },
      'the policy variable in aws:SourceArn',
    ],
    ['form', { StringEquals: 'x' }, 'the form of its condition'],
  ])('with an unknown %s never allows, always denies, and says so', (_name, condition, named) => {
    const allow = statement({ condition });
    const deny = statement({ effect: 'Deny', condition });

    expect(reason([allow])).toContain(`left out, since local runs do not know ${named}`);
    expect(reason([statement({}), deny])).toContain(
      `explicit deny in an identity-based policy (its statement`,
    );
    expect(reason([statement({}), deny])).toContain(named);
    // Another statement may allow it all the same.
    expect(allowed([allow, statement({})])).toBe(true);
  });
});

describe('the policy of a resource', () => {
  const policy = (principals: string[], more: Partial<Statement> = {}): ResourcePolicy => ({
    on: queue,
    statements: [{ ...statement(more), principals }],
  });

  it.each<[string, string[], boolean]>([
    ['everybody', ['*'], true],
    ['the role', [roleArn], true],
    ['the session', [arn], true],
    ['another role', [`${roleArn}2`], false],
    ['the account, which only passes the question on', ['arn:aws:iam::000000000000:root'], false],
  ])('allows without the role’s own statements: %s', (_name, principals, expected) => {
    expect(allowed([], send, [policy(principals)])).toBe(expected);
  });

  it('denies what the role allows, also for the account', () => {
    for (const principals of [['*'], ['000000000000'], ['arn:aws:iam::000000000000:root']]) {
      expect(reason([statement({})], send, [policy(principals, { effect: 'Deny' })])).toMatch(
        /with an explicit deny in a resource-based policy$/,
      );
    }
  });

  it('that asks for TLS lets those through who have it', () => {
    const tlsOnly = policy(['*'], {
      effect: 'Deny',
      actions: ['sqs:*'],
      condition: { Bool: { 'aws:SecureTransport': 'false' } },
    });
    const withTransport = (secure: string) =>
      allowed([statement({})], { ...send, context: { 'aws:securetransport': secure } }, [tlsOnly]);

    expect(withTransport('true')).toBe(true);
    expect(withTransport('false')).toBe(false);
  });

  it('says nothing about another resource', () => {
    expect(allowed([], { ...send, resource: `${queue}-2` }, [policy(['*'], { resources: ['*'] })])).toBe(
      false,
    );
  });
});

describe('one of AWS’s own policies', () => {
  const withPolicy = (name: string) =>
    prepareAccess({ arn, roleArn, statements: [], managedPolicies: [`arn:aws:iam::aws:policy/${name}`] }, []);

  it('allows what it is known for', () => {
    const access = withPolicy('service-role/AWSLambdaBasicExecutionRole');

    expect(access({ action: 'logs:PutLogEvents', resource: 'arn:aws:logs:any' }).allowed).toBe(true);
    expect(access(send).allowed).toBe(false);
  });

  it('that nobody here knows allows nothing, and the refusal names it', () => {
    const decision = withPolicy('AdministratorAccess')(send);

    expect(decision).toMatchObject({ allowed: false });
    expect(JSON.stringify(decision)).toContain(
      'local runs do not know what arn:aws:iam::aws:policy/AdministratorAccess allows',
    );
  });
});

it('whatever the statements are, a matching Deny wins and an Allow must match', () => {
  const names = ['sqs:SendMessage', 'sqs:Send*', '*', 'sqs:ReceiveMessage', 's?s:SendMessage'];
  const arbitrary = fc.record({
    effect: fc.constantFrom<Statement['effect']>('Allow', 'Deny'),
    actions: fc.subarray(names),
    resources: fc.subarray([queue, '*', `${queue}-2`]),
  });
  const matches = ({ actions, resources }: { actions: string[]; resources: string[] }) =>
    actions.some((name) => name !== 'sqs:ReceiveMessage') && resources.some((on) => on !== `${queue}-2`);

  fc.assert(
    fc.property(fc.array(arbitrary, { maxLength: 4 }), (statements) => {
      const expected =
        statements.some((one) => one.effect === 'Allow' && matches(one)) &&
        !statements.some((one) => one.effect === 'Deny' && matches(one));
      expect(allowed(statements.map((one) => statement(one)))).toBe(expected);
    }),
  );
});
