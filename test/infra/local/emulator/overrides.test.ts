import { describe, expect, it } from 'vitest';
import { overrideStack, refusals } from '../../../../infra/local/emulator/overrides.ts';
import type { LocalStack } from '../../../../infra/local/emulator/template/local-stack.ts';

function stack(times: { timeout: number; visibility?: string; window?: number; batch?: number }): LocalStack {
  const common = (name: string) => ({ logicalId: name, name, arn: `arn:${name}`, path: name });
  return {
    name: 'S',
    region: 'eu-west-1',
    accountId: '000000000000',
    apis: [],
    functions: [
      {
        ...common('Worker'),
        roleArn: 'arn:role',
        logGroup: '/aws/lambda/Worker',
        handler: 'index.handler',
        assetDirectory: '/bundle',
        timeoutSeconds: times.timeout,
        memoryMegabytes: 128,
        environment: { SETTLING_SECONDS: '300', TABLE: 't' },
      },
    ],
    queues: ['Orders', 'Dead'].map((name) => ({
      ...common(name),
      url: `http://127.0.0.1/${name}`,
      attributes: times.visibility === undefined ? {} : { VisibilityTimeout: times.visibility },
    })),
    mappings: [
      {
        logicalId: 'M',
        uuid: 'm',
        functionName: 'Worker',
        queueName: 'Orders',
        batchSize: times.batch ?? 10,
        windowSeconds: times.window ?? 0,
        reportBatchItemFailures: true,
        enabled: true,
      },
    ],
    tables: [],
    secrets: [],
    topics: [],
    schedules: [],
    roles: [],
    resourcePolicies: [],
    outputs: {},
    ignoredTypes: [],
  };
}

describe('overrides', () => {
  it('shorten timeouts, visibility of source queues and windows, and tell every change', () => {
    const { stack: short, changes } = overrideStack(stack({ timeout: 120, visibility: '720', window: 20 }), {
      functionTimeoutSeconds: 5,
      visibilityTimeoutSeconds: 6,
      batchingWindowSeconds: 0,
      environment: { SETTLING_SECONDS: '1' },
    });

    expect(short.functions[0]).toMatchObject({
      timeoutSeconds: 5,
      environment: { SETTLING_SECONDS: '1', TABLE: 't' },
    });
    expect(short.queues.map(({ attributes }) => attributes.VisibilityTimeout)).toEqual(['6', '720']);
    expect(short.mappings[0]?.windowSeconds).toBe(0);
    expect(changes).toEqual([
      'Worker: timeout: 5 s instead of 120 s.',
      'Worker: SETTLING_SECONDS has a local value.',
      'Orders: visibility timeout: 6 s instead of 720 s.',
      'Orders: batching window: 0 s instead of 20 s.',
    ]);
  });

  it('never make a time longer', () => {
    const before = stack({ timeout: 3, visibility: '4', window: 1 });

    const { stack: after, changes } = overrideStack(before, {
      functionTimeoutSeconds: 60,
      visibilityTimeoutSeconds: 60,
      batchingWindowSeconds: 60,
    });

    expect(after).toEqual(before);
    expect(changes).toEqual([]);
  });

  it('refuse a variable that no function has', () => {
    expect(() => overrideStack(stack({ timeout: 3 }), { environment: { SETLING: '1' } })).toThrow(
      'No function of S has the variable SETLING',
    );
  });
});

describe('what the account would refuse', () => {
  it('is a function whose role Lambda cannot take on', () => {
    const roleFor = (trusts: string[]) => ({
      logicalId: 'Role',
      name: 'role',
      arn: 'arn:role',
      trusts,
      statements: [],
      managedPolicies: [],
    });
    const sound = stack({ timeout: 3 });

    expect(refusals({ ...sound, roles: [roleFor(['lambda.amazonaws.com'])] })).toEqual([]);
    expect(refusals({ ...sound, roles: [roleFor(['scheduler.amazonaws.com'])] })).toEqual([
      'The role of Worker cannot be assumed by Lambda: its trust policy leaves it out.',
    ]);
  });

  it('is a queue whose messages come again while the function still works', () => {
    expect(refusals(stack({ timeout: 31 }))).toEqual([
      'The visibility timeout of Orders (30 s) is shorter than the timeout of Worker (31 s).',
    ]);
    expect(refusals(stack({ timeout: 30 }))).toEqual([]);
  });

  it('is a batch above ten without a window', () => {
    expect(refusals(stack({ timeout: 3, batch: 11 }))).toHaveLength(1);
    expect(refusals(stack({ timeout: 3, batch: 11, window: 1 }))).toEqual([]);
  });
});
