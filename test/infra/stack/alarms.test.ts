import { readFileSync } from 'node:fs';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { afterAll, describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { readTimes } from '../../../infra/local/emulator/lambda/schedule-times.ts';
import type { Scheduled } from '../../../infra/stack/schedules.ts';
import type { IntegrationStack } from '../../../infra/stack/stack.ts';
import { scheduledRunsOf } from '../../../shared/integration/scheduled-runs.ts';
import { consumerOf } from '../../../shared/model/queues.ts';
import { createLogger } from '../../../shared/platform/log.ts';
import { type AlarmRule, changesOf, evaluations, type Sample, stateOf } from '../../support/alarm-rule.ts';
import { ruleOf } from './alarm-cases.ts';
import { startAssembly } from './assembled.ts';
import configuration from './everything.config.ts';

const stackName = 'AzumutaErp-everything-production';
const alarmSchema = z.object({
  AlarmName: z.string(),
  AlarmDescription: z.string(),
  OKActions: z.optional(z.array(z.unknown())),
});

const assembled = startAssembly(afterAll);
const everything = await assembled.add(configuration, 'production');
const sample = await assembled.add('integration.config.ts', 'production');
const pull = { everyMinutes: 30, from: '2026-12-01T06:00:00Z' };
const seldomSchedule = { ...configuration.schedule, pull };
const seldom = await assembled.add(
  { ...configuration, plant: 'slow', schedule: seldomSchedule },
  'production',
);
const off = await assembled.add(
  { ...configuration, plant: 'off', schedule: { ...configuration.schedule, pull: 'off', reconcile: 'off' } },
  'production',
);
const split = { per: 'unit', book: { at: ['06:00', '14:00', '22:00'] } } as const;
const atTimes = await assembled.add(
  { ...configuration, plant: 'shifts', productOrders: { ...configuration.productOrders, split } },
  'production',
);
const template = Template.fromStack(everything);
/** A plant that books at times. */
const shifts = Template.fromStack(atTimes);
/** A pull every half an hour. */
const slow = Template.fromStack(seldom);
const alarms = new Map(
  Object.values(template.findResources('AWS::CloudWatch::Alarm')).map(({ Properties }) => {
    const alarm = z.parse(alarmSchema, Properties);
    return [alarm.AlarmName.slice(stackName.length + 1), alarm];
  }),
);

const scheduleSchema = z.object({
  ScheduleExpression: z.string(),
  ScheduleExpressionTimezone: z.optional(z.string()),
  Target: z.object({ Arn: z.object({ 'Fn::GetAtt': z.tuple([z.string()], z.string()) }) }),
});
/** What runs by the clock, and what its function's id in the template has. */
const scheduledFunctions = {
  'pull-product-orders': 'PullProductOrders',
  'reconcile-completions': 'ReconcileCompletions',
  'send-alerts': 'SendAlerts',
} satisfies Record<Scheduled['name'], string>;

const minuteMs = 60_000;
const start = Date.parse('2026-11-24T06:00:00Z');
/** Four weeks, in which a schedule that leaves days out does so several times. */
const minutesWatched = 28 * 24 * 60;

/** How people read a schedule's expression: a rate by its minutes, and cron() by the days that it names. */
function wordsOfExpression(expression: string): RegExp {
  const times = readTimes({ name: 'it', ScheduleExpression: expression });
  if ('everyMs' in times) return new RegExp(`^every ${times.everyMs / minuteMs} minutes?$`);
  const isEachDay = /[*?] \S+\)$/.test(expression);
  return isEachDay ? /^(?!every \d+ minutes?$)/ : /day/;
}

/** The longest time between two runs, as a schedule's expression has it. */
function longestSilenceMs(schedule: z.output<typeof scheduleSchema>): number {
  const times = readTimes({ name: schedule.Target.Arn['Fn::GetAtt'][0], ...schedule });
  if ('everyMs' in times) return times.everyMs;
  const minutes = Array.from({ length: minutesWatched }, (_, nth) => start + nth * minuteMs);
  const due = minutes.filter((at) => times.isDue(new Date(at)));
  return Math.max(...due.slice(1).map((at, nth) => at - (due[nth] ?? at)));
}
/** Something happens so often, from one minute to another; runs of a schedule come a moment late. */
const every = (minutes: number, from: number, until: number, value = 1): Sample[] =>
  Array.from({ length: Math.ceil((until - from) / minutes) }, (_, nth) => ({
    at: start + (from + nth * minutes) * minuteMs + ((nth * 7919) % 45) * 1000,
    value,
  }));
/** The minutes at which the alarm begins to ring, whatever CloudWatch leaves open. */
const ringsAt = (samples: readonly Sample[], rule: AlarmRule, minutes: number): number[][] =>
  evaluations.map((evaluation) =>
    changesOf(samples, rule, [start + 6 * 60 * minuteMs, start + minutes * minuteMs], evaluation).flatMap(
      ({ at, state }) => (state === 'ALARM' ? [(at - start) / minuteMs] : []),
    ),
  );

describe('the alarms', () => {
  it('are these, each with a section of the runbook; what happened once sends no mail at its end', () => {
    const told = [...alarms].map(
      ([name, { OKActions }]) => `${name}${OKActions ? ', and that it is over' : ''}`,
    );
    expect(told.sort()).toMatchInlineSnapshot(`
      [
        "AlertsUndelivered, and that it is over",
        "Errors-book-completion",
        "Errors-create-product-orders",
        "Errors-pull-product-orders",
        "Errors-reconcile-completions",
        "Errors-send-alerts",
        "HttpApiRefusing",
        "NotRunning-pull-product-orders, and that it is over",
        "NotRunning-reconcile-completions, and that it is over",
        "NotRunning-send-alerts, and that it is over",
        "PagesRefusing",
        "PartnerDown-azumuta, and that it is over",
        "PartnerDown-erp, and that it is over",
        "QueueStalled-book-completion, and that it is over",
        "QueueStalled-create-product-orders, and that it is over",
      ]
    `);
    const runbook = readFileSync(new URL('../../../infra/RUNBOOK.md', import.meta.url), 'utf8');
    for (const { AlarmDescription } of alarms.values()) {
      const section = /infra\/RUNBOOK\.md, "(\w+)"/.exec(AlarmDescription)?.[1];
      expect(runbook).toContain(`\n## ${section}\n`);
    }
  });

  it('are none for what is off: it would be silent for ever', () => {
    const ringing = Object.values(Template.fromStack(off).findResources('AWS::CloudWatch::Alarm'));
    const names = ringing.map(({ Properties }) => z.parse(alarmSchema, Properties).AlarmName);
    expect(names.filter((name) => /pull|reconcile/.test(name))).toEqual([]);
    expect(names).toContain('AzumutaErp-off-production-NotRunning-send-alerts');
  });

  it('watch the metrics that the functions write into their logs, by the same names', () => {
    // Prepare
    const lines: string[] = [];
    const log = createLogger({ stack: stackName, functionName: 'book-completion' }, (line) =>
      lines.push(line),
    );

    // Act
    log.warn('A partner fails', { Partner: 'erp' }, { PartnerDown: 1 });

    // Assess
    const line = JSON.parse(lines[0] ?? '');
    const [{ Namespace, Dimensions, Metrics }] = line._aws.CloudWatchMetrics;
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      AlarmName: `${stackName}-PartnerDown-erp`,
      Namespace,
      MetricName: Metrics[0].Name,
      Dimensions: Match.arrayWith(
        Dimensions[0].map((name: string) => ({ Name: name, Value: line[name] })).toReversed(),
      ),
    });
  });

  it('reach nobody when no address is named, and synthesis says so', () => {
    const warnings = (stack: IntegrationStack) =>
      Annotations.fromStack(stack).findWarning(
        '*',
        Match.stringLikeRegexp('deployment.alarmEmails names nobody'),
      );
    expect(warnings(sample)).toHaveLength(1);
    expect(warnings(everything)).toEqual([]);
  });
});

describe('a function that fails', () => {
  it.each([
    ['a pull every five minutes', () => ruleOf(template, 'Errors-pull-product-orders'), 5, 15],
    ['a pull every half an hour', () => ruleOf(slow, 'Errors-pull-product-orders'), 30, 65],
    ['a reconciliation once a day', () => ruleOf(template, 'Errors-reconcile-completions'), 24 * 60, 5],
    [
      'a reconciliation once a day, next to a look for windows',
      () => ruleOf(shifts, 'Errors-reconcile-completions'),
      24 * 60,
      5,
    ],
    ['a consumer whose messages are retried', () => ruleOf(template, 'Errors-book-completion'), 6, 15],
  ])('%s rings', (_what, rule, minutes, within) => {
    const failing = 36 * 60;
    const samples = [...every(minutes, 0, failing, 0), ...every(minutes, failing, failing + 3 * 24 * 60, 1)];
    for (const [first = Number.POSITIVE_INFINITY] of ringsAt(samples, rule(), failing + 2 * 24 * 60)) {
      expect(first).toBeGreaterThanOrEqual(failing);
      expect(first).toBeLessThanOrEqual(failing + within);
    }
  });

  it('rings within twenty minutes when alerts cannot be delivered, and not when the next try succeeds', () => {
    const rule = ruleOf(template, 'AlertsUndelivered');
    for (const [first = Number.POSITIVE_INFINITY] of ringsAt(every(5, 600, 900), rule, 900))
      expect(first).toBeLessThanOrEqual(600 + 20);
    for (const rings of ringsAt(every(5, 600, 610), rule, 900)) expect(rings).toEqual([]);
  });

  it('rings for nobody when the next run makes up for it', () => {
    const samples = [...every(5, 0, 600, 0), ...every(5, 600, 605, 1), ...every(5, 605, 1200, 0)];
    for (const rings of ringsAt(samples, ruleOf(template, 'Errors-pull-product-orders'), 1200))
      expect(rings).toEqual([]);
  });
});

describe('silence', () => {
  it.each([
    ['a pull every five minutes', () => ruleOf(template, 'NotRunning-pull-product-orders'), 5, 15],
    ['a pull every half an hour', () => ruleOf(slow, 'NotRunning-pull-product-orders'), 30, 90],
    [
      'a daily reconciliation',
      () => ruleOf(template, 'NotRunning-reconcile-completions'),
      24 * 60,
      2 * 24 * 60,
    ],
  ])('rings after that many intervals, and never before: %s', (_what, rule, minutes, silent) => {
    // The last run is at most one interval before: what is told, and what is awaited, counts from there.
    const stops = 3 * Math.max(minutes, 12 * 60);
    const samples = every(minutes, 0, stops);
    const last = Math.floor(((samples.at(-1)?.at ?? 0) - start) / minuteMs);
    for (const rings of ringsAt(samples, rule(), last + 2 * silent)) {
      expect(rings).toHaveLength(1);
      expect(rings[0]).toBeGreaterThanOrEqual(last + silent - 10);
      expect(rings[0]).toBeLessThanOrEqual(last + silent + Math.max(15, silent / 20));
    }
  });
});

describe('the silence of a schedule', () => {
  it.each([
    ['as configured', configuration.schedule, template],
    ['every half an hour', seldomSchedule, slow],
  ])('is the one that the doctor asks for, too: %s', (_what, schedule, of) => {
    const runs = scheduledRunsOf(schedule);
    const silences = {
      'pull-product-orders': runs.pull.silentMs,
      'reconcile-completions': runs.reconcile.silentMs,
      'send-alerts': runs.alerts.silentMs,
    } satisfies Record<Scheduled['name'], number>;
    for (const [name, silentMs] of Object.entries(silences)) {
      const { periodSeconds, looks } = ruleOf(of, `NotRunning-${name}`);
      // The period that has just begun is empty, too.
      expect((looks - 1) * periodSeconds * 1000).toBe(silentMs);
    }
  });

  it.each([
    ['as configured', template],
    ['every half an hour', slow],
    ['where parts are booked at times', shifts],
  ])('is longer than any that its schedule has on purpose, such as a weekend: %s', (_what, of) => {
    // Prepare
    const schedules = Object.values(of.findResources('AWS::Scheduler::Schedule')).map(({ Properties }) =>
      z.parse(scheduleSchema, Properties),
    );

    // Act
    const silences = Object.entries(scheduledFunctions).map(([name, inItsId]) => {
      const its = schedules.filter(({ Target }) => Target.Arn['Fn::GetAtt'][0].includes(inItsId));
      const { periodSeconds, looks } = ruleOf(of, `NotRunning-${name}`);
      const onPurposeMs = Math.min(...its.map(longestSilenceMs));
      return { name, onPurposeMs, ringsAfterMs: (looks - 1) * periodSeconds * 1000 };
    });

    // Assess
    const why =
      'Set `silentMs` of that schedule in shared/integration/scheduled-runs.ts: alarm, its sentence and doctor follow.';
    expect(
      silences.filter(({ onPurposeMs, ringsAfterMs }) => onPurposeMs >= ringsAfterMs),
      why,
    ).toEqual([]);
  });

  it.each([
    ['as configured', configuration.schedule, template],
    ['every half an hour', seldomSchedule, slow],
  ])('comes with words for when it runs: %s', (_what, schedule, of) => {
    // Prepare
    const runs = scheduledRunsOf(schedule);
    const said = {
      'pull-product-orders': runs.pull.inWords,
      'reconcile-completions': runs.reconcile.inWords,
      'send-alerts': runs.alerts.inWords,
    } satisfies Record<Scheduled['name'], string>;

    // Act
    const expressions = Object.values(of.findResources('AWS::Scheduler::Schedule')).map(({ Properties }) =>
      z.parse(scheduleSchema, Properties),
    );

    // Assess
    const why = 'Say when it runs in `inWords` of that schedule in shared/integration/scheduled-runs.ts.';
    for (const { ScheduleExpression, ScheduleExpressionTimezone, Target } of expressions) {
      const ofIt = Object.entries(scheduledFunctions).find(([, inItsId]) =>
        Target.Arn['Fn::GetAtt'][0].includes(inItsId),
      );
      const words = Object.entries(said).find(([name]) => name === ofIt?.[0])?.[1];
      expect(words, why).toMatch(wordsOfExpression(ScheduleExpression));
      // Days are the plant's.
      if (ScheduleExpression.startsWith('cron'))
        expect(ScheduleExpressionTimezone).toBe(configuration.timeZone);
    }
  });

  it('is that of its most frequent schedule, where a function has two', () => {
    const { periodSeconds, looks } = ruleOf(shifts, 'NotRunning-reconcile-completions');
    expect((looks - 1) * periodSeconds).toBe(15 * 60);
  });
});

describe('a stalled queue', () => {
  const rule = { comparison: 'GreaterThanOrEqualToThreshold', threshold: 1, looks: 6, ringing: 6 } as const;
  /** The expression of the alarm, over five minutes each. */
  const stateAfter = (looks: readonly { waiting: number; received: number }[]) => {
    const points = looks.map(({ waiting, received }) => Number(waiting > 0 && received < 1));
    return stateOf(points, { ...rule, missing: 'notBreaching' }, 'OK');
  };

  it('rings when nobody takes its messages for half an hour', () => {
    for (const name of Object.values(consumerOf))
      template.hasResourceProperties('AWS::CloudWatch::Alarm', {
        AlarmName: `${stackName}-QueueStalled-${name}`,
        EvaluationPeriods: rule.looks,
        DatapointsToAlarm: rule.ringing,
        TreatMissingData: 'notBreaching',
        Metrics: Match.arrayWith([
          Match.objectLike({ Expression: 'waiting > 0 AND FILL(received, 0) < 1' }),
          Match.objectLike({ Id: 'waiting', MetricStat: Match.objectLike({ Period: 300, Stat: 'Minimum' }) }),
          Match.objectLike({ Id: 'received', MetricStat: Match.objectLike({ Period: 300, Stat: 'Sum' }) }),
        ]),
      });
    expect(stateAfter(Array(6).fill({ waiting: 3, received: 0 }))).toBe('ALARM');
  });

  it.each([
    ['whose messages rest for a Retry-After of an hour, hidden', Array(8).fill({ waiting: 0, received: 0 })],
    ['with more than can be drained in half an hour', Array(8).fill({ waiting: 5000, received: 40 })],
    ['that somebody takes from at times', [0, 0, 0, 0, 2, 0].map((received) => ({ waiting: 1, received }))],
  ])('is none %s', (_what, looks) => {
    expect(stateAfter(looks)).toBe('OK');
  });
});
