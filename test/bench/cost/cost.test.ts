import { describe, expect, it } from 'vitest';
import { median, quantile } from '../statistics.ts';
import { billedMs, costPerMillion, totalOf, type Worked } from './cost.ts';

const worked = (changes: Partial<Worked> = {}): Worked => ({
  name: 'book-completion',
  memoryMegabytes: 1769,
  invocations: 100,
  durationMs: 10_000,
  cpuMs: 1000,
  logBytes: 0,
  ...changes,
});

describe('the bill for a million', () => {
  it('counts waiting time as measured, and computing time on the share of a processor that comes with the memory', () => {
    expect(billedMs(worked())).toBe(10_000);
    expect(billedMs(worked({ memoryMegabytes: 884.5 }))).toBe(11_000);
    expect(billedMs(worked({ memoryMegabytes: 3538 }))).toBe(10_000);
  });

  it('adds the SQS requests of the mapping to those of the functions', () => {
    // Prepare
    const requests = {
      operations: { 'AmazonSQS.SendMessage': 100, 'DynamoDB.GetItem': 300 },
      readUnits: 0,
      writeUnits: 0,
    };

    // Act
    const lines = costPerMillion({ units: 100, functions: [worked()], requests, apiCalls: 0 });

    // Assess: one sent, one received and one deleted for each.
    const sqs = lines.find(({ service }) => service === 'SQS');
    expect(sqs?.dollars).toBeCloseTo(3 * 0.4);
    expect(sqs?.formula).toBe('3 requests × $0.4/M');
  });

  it('is the sum of its lines', () => {
    const requests = { operations: {}, readUnits: 100, writeUnits: 200 };
    const lines = costPerMillion({ units: 100, functions: [], requests, apiCalls: 100 });
    expect(totalOf(lines)).toBeCloseTo(1.11 + 2 * 0.705 + 0.1415);
  });
});

describe('quantiles', () => {
  it('return samples, by nearest rank', () => {
    expect(median([5, 1, 3])).toBe(3);
    expect(quantile([1, 2, 3, 4], 0.99)).toBe(4);
    expect(quantile([1, 2, 3, 4], 0)).toBe(1);
    expect(() => median([])).toThrow('no samples');
  });
});
