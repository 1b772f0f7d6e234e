import { describe, expect, it } from 'vitest';
import { overrideStack } from '../../../../infra/local/emulator/overrides.ts';
import { localOverrides } from '../../../../infra/local/run-locally.ts';

function stack(times: { timeout: number; visibility?: string }): Parameters<typeof overrideStack>[0] {
  const common = (name: string) => ({ logicalId: name, name, arn: `arn:${name}` });
  return {
    name: 'S',
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
        functionName: 'Worker',
        queueName: 'Orders',
        batchSize: 10,
        reportBatchItemFailures: true,
        maximumConcurrency: undefined,
      },
    ],
    schedules: [],
  };
}

describe('overrides', () => {
  it('shorten timeouts, and visibility timeouts of source queues', () => {
    const short = overrideStack(stack({ timeout: 120, visibility: '720' }), {
      functionTimeoutSeconds: 5,
      visibilityTimeoutSeconds: 6,
      environment: { SETTLING_SECONDS: '1' },
    });

    expect(short.functions[0]).toMatchObject({
      timeoutSeconds: 5,
      environment: { SETTLING_SECONDS: '1', TABLE: 't' },
    });
    expect(short.queues.map(({ attributes }) => attributes.VisibilityTimeout)).toEqual(['6', '720']);
  });

  it('refuse a variable that no function has', () => {
    expect(() => overrideStack(stack({ timeout: 3 }), { environment: { SETLING: '1' } })).toThrow(
      'No function of S has the variable SETLING',
    );
  });

  it('keep the visibility timeout of a local run above the function’s timeout, as Lambda demands', () => {
    const { functionTimeoutSeconds: timeout = 0, visibilityTimeoutSeconds } = localOverrides;

    expect(visibilityTimeoutSeconds).toBeGreaterThan(timeout);
  });
});
