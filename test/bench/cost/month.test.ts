import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { totalOf } from './cost.ts';
import { monthOf, monthRows, templateOfPlant } from './month.ts';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
/** The cost of a million, as the README states it from the last measurement. */
const perMillion = (flow: string) =>
  Number(new RegExp(`^\\| cost of a million ${flow} \\| \\$([\\d.]+) \\|`, 'm').exec(readme)?.[1]);
const measured = { orders: perMillion('orders'), completions: perMillion('completions') };

let template: Awaited<ReturnType<typeof templateOfPlant>>;
beforeAll(async () => {
  template = await templateOfPlant();
});

const total = (given: unknown) => totalOf(monthOf(given, measured));

describe("a plant's month", () => {
  it('is at most 8 dollars in total', () => {
    expect(total(template)).toBeLessThanOrEqual(8);
  });

  it('equals the README, item by item', () => {
    for (const row of monthRows(monthOf(template, measured))) expect(readme).toContain(`\n${row}\n`);
  });

  it.each([
    ['an alarm', { Type: 'AWS::CloudWatch::Alarm', Properties: { MetricName: 'Errors' } }, 0.1],
    [
      'an alarm on two metrics',
      {
        Type: 'AWS::CloudWatch::Alarm',
        Properties: { Metrics: [{ Expression: 'a + b' }, { MetricStat: {} }, { MetricStat: {} }] },
      },
      0.2,
    ],
    ['a metric', { Type: 'AWS::Logs::MetricFilter', Properties: {} }, 0.3],
    ['a secret', { Type: 'AWS::SecretsManager::Secret', Properties: {} }, 0.4],
    ['a queue that a function works on', { Type: 'AWS::Lambda::EventSourceMapping', Properties: {} }, 0.263],
    [
      'a function that reads a secret',
      {
        Type: 'AWS::Lambda::Function',
        Properties: { MemorySize: 128, Environment: { Variables: { A_SECRET_ARN: 'arn' } } },
      },
      0.015,
    ],
    [
      'a schedule',
      { Type: 'AWS::Scheduler::Schedule', Properties: { ScheduleExpression: 'rate(5 minutes)' } },
      0.115,
    ],
  ])('rises with %s', (_what, resource, dollars) => {
    const more = { Resources: { ...template.Resources, More: resource } };
    expect(total(more) - total(template)).toBeCloseTo(dollars, 2);
  });
});
