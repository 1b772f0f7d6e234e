import { getEventListeners } from 'node:events';
import { expect, it } from 'vitest';
import { createWatch } from '../invariants/watch.ts';
import { createChance } from './chance.ts';
import { type Fate, goesWell } from './fate.ts';
import { createProcess, type OutgoingCall } from './process.ts';
import { createTimeline } from './timeline.ts';
import { createVirtualTime } from './virtual-time.ts';

/** A process whose calls meet these fates in turn, and a service that counts the effects. */
function prepared(...fates: readonly Fate[]) {
  const time = createVirtualTime(0);
  const left = [...fates];
  const process = createProcess('book-completion 1', 'book-completion', {
    time,
    chance: createChance(1),
    timeline: createTimeline(false, time.now),
    fateOf: () => left.shift() ?? goesWell,
    partner: () => () => ({}),
    watch: createWatch({
      now: time.now,
      table: () => ({ answer: () => ({ $metadata: {} }), items: () => [] }),
      isCalm: () => false,
      limit: {},
    }),
  });
  let effects = 0;
  const received: unknown[] = [];
  const call = (more: Partial<OutgoingCall<number>> = {}) => {
    const answered = process.call({
      service: 'erp',
      what: () => 'a call',
      act: () => ++effects,
      failure: (how) => new Error(how),
      ...more,
    });
    void answered.then(
      (answer) => received.push(answer),
      (error: unknown) => received.push(error instanceof Error ? error.message : error),
    );
  };
  return { time, process, call, received, effects: () => effects, all: () => time.run(() => false) };
}

it.for([
  { name: 'goes well', fate: goesWell, expected: [1], effects: 1 },
  {
    name: 'is lost on its way',
    fate: { effect: 'none', callerGets: 'broken' },
    expected: ['broken'],
    effects: 0,
  },
  {
    name: 'loses its answer',
    fate: { effect: 'once', callerGets: 'failure' },
    expected: ['failure'],
    effects: 1,
  },
  { name: 'takes effect twice', fate: { effect: 'twice', callerGets: 'answer' }, expected: [2], effects: 2 },
  { name: 'is never answered', fate: { effect: 'once', callerGets: 'nothing' }, expected: [], effects: 1 },
] satisfies { name: string; fate: Fate; expected: unknown[]; effects: number }[])(
  'answers a call that $name according to its fate',
  async ({ fate, expected, effects }) => {
    const stage = prepared(fate);

    stage.call();
    await stage.all();

    expect(stage.received).toEqual(expected);
    expect(stage.effects()).toBe(effects);
  },
);

it.for([
  { dies: 'before', effects: 0 },
  { dies: 'after', effects: 1 },
] as const)(
  'dies $dies a call takes effect, reports its death once, and makes no more calls',
  async (each) => {
    const stage = prepared({ effect: 'once', callerGets: 'nothing', dies: each.dies });
    let deaths = 0;
    stage.process.onDeath = () => {
      deaths += 1;
    };

    stage.call();
    await stage.all();
    stage.call();
    stage.process.die('again');
    await stage.all();

    expect(stage.process.isAlive()).toBe(false);
    expect(deaths).toBe(1);
    expect(stage.received).toEqual([]);
    expect(stage.effects()).toBe(each.effects);
  },
);

it('lets a call take effect after its caller got an error', async () => {
  const stage = prepared({ effect: 'late', callerGets: 'broken' });

  stage.call();
  await stage.time.run(() => stage.received.length > 0);
  const before = stage.effects();
  await stage.all();

  expect([before, stage.effects()]).toEqual([0, 1]);
  expect(stage.received).toEqual(['broken']);
});

it('lets a call take effect late even if its caller has died', async () => {
  const stage = prepared({ effect: 'late', callerGets: 'broken' });

  stage.call();
  await stage.time.run(() => stage.received.length > 0);
  stage.process.die('timeout');
  await stage.all();

  expect(stage.effects()).toBe(1);
});

it('receives no answers while it is frozen, and all of them in order when it is thawed', async () => {
  const stage = prepared();

  stage.call();
  stage.call();
  stage.process.freeze();
  await stage.all();
  const whileFrozen = [...stage.received];
  stage.process.thaw();
  await stage.all();
  await Promise.resolve();

  expect(whileFrozen).toEqual([]);
  expect(stage.effects()).toBe(2);
  expect(stage.received).toEqual(expect.arrayContaining([1, 2]));
});

it('gives a call up when its signal aborts, although the call took effect', async () => {
  const stage = prepared({ effect: 'once', callerGets: 'answer', slowMs: 60_000 });
  const signal = stage.process.clock.timeout(10_000);

  stage.call({ signal });
  await stage.all();

  expect(stage.received).toEqual([expect.stringContaining('timed out')]);
  expect(stage.effects()).toBe(1);
});

it('removes its listener from the signal once the call is answered or the process is dead', async () => {
  const stage = prepared(goesWell, { effect: 'once', callerGets: 'nothing' });
  const { signal } = new AbortController();

  stage.call({ signal });
  stage.call({ signal });
  const underWay = getEventListeners(signal, 'abort').length;
  await stage.all();
  const unanswered = getEventListeners(signal, 'abort').length;
  stage.process.die('timeout');

  expect([underWay, unanswered, getEventListeners(signal, 'abort').length]).toEqual([2, 1, 0]);
});

it('sends no call whose signal is already aborted', async () => {
  const stage = prepared();

  stage.call({ signal: AbortSignal.abort(new Error('over')) });
  await stage.all();

  expect(stage.received).toEqual(['over']);
  expect(stage.effects()).toBe(0);
});
