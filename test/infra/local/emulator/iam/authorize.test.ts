import { describe, expect, it } from 'vitest';
import { type AwsCall, authorize } from '../../../../../infra/local/emulator/iam/authorize.ts';
import type { ResourcePolicy } from '../../../../../infra/local/emulator/template/read-stack.ts';
import type { Statement } from '../../../../../infra/local/emulator/template/resource-types.ts';

const arn = 'arn:aws:sts::000000000000:assumed-role/worker/Worker';
const queue = 'arn:aws:sqs:eu-west-1:000000000000:orders';
const send = { action: 'sqs:SendMessage', resource: queue };

function statement(more: Partial<Statement>): Statement {
  return { Effect: 'Allow', Action: ['sqs:SendMessage'], Resource: [queue], ...more };
}

function decide(
  statements: readonly Statement[],
  call: AwsCall = send,
  policies: readonly ResourcePolicy[] = [],
) {
  return authorize({ arn, statements }, policies, call);
}

const allowed = (...parameters: Parameters<typeof decide>) => decide(...parameters).allowed;

function reason(...parameters: Parameters<typeof decide>): string {
  const decision = decide(...parameters);
  return decision.allowed ? 'allowed' : decision.reason;
}

describe('a call that no statement allows', () => {
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
    ['names actions without regard to case', { Action: ['SQS:sendmessage'] }, true],
    ['has * for any characters of an action', { Action: ['sqs:Send*'] }, true],
    ['has ? for one character', { Action: ['sqs:SendMessag?'] }, true],
    ['has ? for no more than one', { Action: ['sqs:Send?'] }, false],
    ['takes a dot as a dot', { Resource: [queue.replace('orders', 'order.')] }, false],
    ['has * in resources', { Resource: ['arn:aws:sqs:*:*:ord*'] }, true],
    ['names resources with regard to case', { Resource: [queue.toUpperCase()] }, false],
    ['names no resource at all', { Resource: [] }, false],
  ])('%s', (_name, more, expected) => {
    expect(allowed([statement(more)])).toBe(expected);
  });

  it('wins with Deny over every Allow, in any order', () => {
    const deny = statement({ Effect: 'Deny', Action: ['sqs:*'], Resource: ['*'] });

    const why = /sqs:SendMessage on .* with an explicit deny in an identity-based policy$/;
    expect(reason([deny, statement({})])).toMatch(why);
    expect(reason([statement({}), deny])).toMatch(why);
  });
});

describe('a condition', () => {
  const given = 'arn:aws:execute-api:eu-west-1:0:api/$default/GET/orders';
  const context = { 'aws:SourceArn': given };
  const source = (...values: string[]) => ({ ArnLike: { 'aws:SourceArn': values } });
  const overTls = { Bool: { 'aws:SecureTransport': ['true'] } };

  it.each<[string, Statement['Condition'], boolean]>([
    ['an ARN', source(given), true],
    ['another ARN', source(`${given}2`), false],
    ['one of several values', source('other', given), true],
    ['an ARN with *', source('arn:aws:execute-api:eu-west-1:0:api/*/GET/orders'), true],
    ['a key that the call has not', overTls, false],
    ['two keys, of which one does not hold', { ...source(given), ...overTls }, false],
  ])('%s', (_name, Condition, expected) => {
    expect(allowed([statement({ Condition })], { ...send, context })).toBe(expected);
  });
});

describe('the policy of a resource', () => {
  const policy = (principal: string, more: Partial<Statement> = {}): ResourcePolicy => ({
    on: queue,
    statements: [{ ...statement(more), Principal: principal }],
  });

  it.each([
    ['everybody', '*', true],
    ['another service', 'scheduler.amazonaws.com', false],
  ])('allows without the role’s own statements: %s', (_name, principal, expected) => {
    expect(allowed([], send, [policy(principal)])).toBe(expected);
  });

  it('denies what the role allows', () => {
    const denied = reason([statement({})], send, [policy('*', { Effect: 'Deny' })]);
    expect(denied).toMatch(/with an explicit deny in a resource-based policy$/);
  });

  it('allows TLS callers where it requires TLS', () => {
    const Condition = { Bool: { 'aws:SecureTransport': ['false'] } };
    const tlsOnly = policy('*', { Effect: 'Deny', Action: ['sqs:*'], Condition });
    const withTransport = (secure: string) =>
      allowed([statement({})], { ...send, context: { 'aws:SecureTransport': secure } }, [tlsOnly]);

    expect(withTransport('true')).toBe(true);
    expect(withTransport('false')).toBe(false);
  });

  it('does not apply to another resource', () => {
    expect(allowed([], { ...send, resource: `${queue}-2` }, [policy('*', { Resource: ['*'] })])).toBe(false);
  });
});
