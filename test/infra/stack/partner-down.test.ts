import { afterAll, describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { calmJourney } from '../../simulation/calm-journey.ts';
import { postOrder } from '../../simulation/scenario/erp-posts.ts';
import type { Outage } from '../../simulation/scenario/scenario-event.ts';
import { beginning, dueDate, minuteMs } from '../../simulation/world/moments.ts';
import { simulateFetch } from '../../simulation/world/network.ts';
import { createWorld, type World } from '../../simulation/world/world.ts';
import { changesOf, evaluations, type Sample } from '../../support/alarm-rule.ts';
import { ruleOf } from './alarm-cases.ts';
import { templateOf } from './assembled.ts';

/** Minutes before the outage, in which all is well. */
const wellFor = 30;
/** Minutes after it, in which all that waits is retried once: waits are 15 minutes at most. */
const watchedFor = 60;

interface Case {
  readonly partner: 'azumuta' | 'erp';
  readonly how: Outage;
  /** Orders that wait for Azumuta. */
  readonly messages: number;
  readonly pullsEveryMinutes?: number;
  readonly minutes: number;
}

const cases: readonly [what: string, given: Case][] = [
  ['one waiting message', { partner: 'azumuta', how: 'answers 503', messages: 1, minutes: 60 }],
  [
    'twelve waiting messages, more than one batch',
    { partner: 'azumuta', how: 'answers 503', messages: 12, minutes: 60 },
  ],
  [
    'no message, and a pull',
    { partner: 'erp', how: 'refuses connections', messages: 0, pullsEveryMinutes: 5, minutes: 60 },
  ],
  ['four hours with one message', { partner: 'azumuta', how: 'answers 503', messages: 1, minutes: 240 }],
  ['refused credentials', { partner: 'azumuta', how: 'refuses our credentials', messages: 1, minutes: 60 }],
];

afterAll(simulateFetch());
const template = await templateOf('test/infra/stack/everything.config.ts', 'production');
const rules = { azumuta: ruleOf(template, 'PartnerDown-azumuta'), erp: ruleOf(template, 'PartnerDown-erp') };

const lineSchema = z.object({
  Partner: z.string(),
  PartnerDown: z.number(),
  _aws: z.object({ Timestamp: z.number() }),
});

/** What the functions reported of a partner. */
const samplesOf = ({ plant }: World, partner: string): Sample[] =>
  plant.logged.flatMap((line) => {
    const { success, data } = z.safeParse(lineSchema, JSON.parse(line));
    return success && data.Partner === partner ? [{ at: data._aws.Timestamp, value: data.PartnerDown }] : [];
  });

/** Runs the deployed functions through the outage, in virtual time. */
async function outage({ partner, how, messages, pullsEveryMinutes, minutes }: Case, seed: number) {
  const world = createWorld({ ...calmJourney(), seed, via: pullsEveryMinutes ? 'pull' : 'endpoint' }, false);
  const { time, plant, erp } = world;
  const at = (minute: number) => beginning + minute * minuteMs;
  const crashes: unknown[] = [];
  const end = wellFor + minutes + watchedFor;
  const orders = (count: number) => {
    for (let nth = 0; nth < count; nth += 1) {
      const ref = erp.plan({ article: 'plain', quantity: '5' });
      postOrder(world, { ref, quantity: 5, dueDate }, () => undefined);
    }
  };
  if (messages > 0) time.at(at(1), () => orders(1));
  time.at(at(wellFor), () => {
    world.setOutage(partner, { how, by: { kind: 'outage', partner, how, at: wellFor, minutes } });
    orders(messages);
  });
  time.at(at(wellFor + minutes), () => world.setOutage(partner, undefined));
  for (let minute = 2; pullsEveryMinutes && minute < end; minute += pullsEveryMinutes)
    time.at(at(minute), () =>
      plant.functions['pull-product-orders'].invoke({}, (ending) => {
        if ('failure' in ending) crashes.push(ending);
      }),
    );
  let isOver = false;
  time.at(at(end), () => {
    isOver = true;
  });
  await time.run(() => isOver);
  const [samples, open] = [samplesOf(world, partner), isOpen(world, partner)];
  crashes.push(...world.unexpected);
  world.close();
  return { samples, crashes, open, from: at(wellFor), until: at(wellFor + minutes), end: at(end) };
}

function isOpen({ plant }: World, partner: string): boolean {
  const state = plant.table.items().find(({ pk, sk }) => pk === `BREAKER#${partner}` && sk === 'STATE');
  return state?.open === true;
}

describe('the alarm of a partner that is down rings within 20 minutes, once, and ends by itself:', () => {
  it.each(cases)('%s', async (_what, given) => {
    for (let seed = 1; seed <= 2; seed += 1) {
      // Act
      const { samples, crashes, open, from, until, end } = await outage(given, seed);

      // Assess: whatever CloudWatch leaves open
      expect([crashes, open]).toEqual([[], false]);
      for (const evaluation of evaluations) {
        const changes = changesOf(samples, rules[given.partner], [beginning, end], evaluation);
        const told = `seed ${seed}, ${JSON.stringify(evaluation)}: ${JSON.stringify(changes)}`;
        expect(
          changes.map(({ state }) => state),
          told,
        ).toEqual(['ALARM', 'OK']);
        const [rings, ends] = changes.map(({ at }) => at);
        expect(((rings ?? 0) - from) / minuteMs, told).toBeGreaterThanOrEqual(2);
        expect(((rings ?? 0) - from) / minuteMs, told).toBeLessThanOrEqual(20);
        expect(((ends ?? 0) - until) / minuteMs, told).toBeGreaterThanOrEqual(0);
        expect(((ends ?? 0) - until) / minuteMs, told).toBeLessThanOrEqual(25);
      }
    }
  });
});
