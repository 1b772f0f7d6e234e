import { getEventListeners } from 'node:events';
import { expect, it } from 'vitest';
import { createWatch } from '../invariants/watch.ts';
import { createChance } from './chance.ts';
import { type Fate, goesWell } from './fate.ts';
import { createProcess, type OutgoingCall } from './process.ts';
import { createTimeline } from './timeline.ts';
import { createVirtualTime } from './virtual-time.ts';

/** A process whose calls meet these fates, one after the other, and whose service counts what takes effect. */
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
  const heard: unknown[] = [];
  const call = (more: Partial<OutgoingCall<number>> = {}) => {
    const answered = process.call({
      service: 'erp',
      what: () => 'a call',
      act: () => ++effects,
      failure: (how) => new Error(how),
      ...more,
    });
    void answered.then(
      (answer) => heard.push(answer),
      (error: unknown) => heard.push(error instanceof Error ? error.message : error),
    );
  };
  return { time, process, call, heard, effects: () => effects, all: () => time.run(() => false) };
}

it.for([
  { name: 'goes well', fate: goesWell, heard: [1], effects: 1 },
  { name: 'is lost on its way', fate: { effect: 'none', heard: 'broken' }, heard: ['broken'], effects: 0 },
  { name: 'loses its answer', fate: { effect: 'once', heard: 'failure' }, heard: ['failure'], effects: 1 },
  { name: 'takes effect twice', fate: { effect: 'twice', heard: 'answer' }, heard: [2], effects: 2 },
  { name: 'is never answered', fate: { effect: 'once', heard: 'nothing' }, heard: [], effects: 1 },
] satisfies { name: string; fate: Fate; heard: unknown[]; effects: number }[])(
  'answers a call that $name as its fate says',
  async ({ fate, heard, effects }) => {
    const stage = prepared(fate);

    stage.call();
    await stage.all();

    expect(stage.heard).toEqual(heard);
    expect(stage.effects()).toBe(effects);
  },
);

it.for([
  { dies: 'before', effects: 0 },
  { dies: 'after', effects: 1 },
] as const)('dies $dies a call takes effect, is told once, and calls nothing more', async (each) => {
  const stage = prepared({ effect: 'once', heard: 'nothing', dies: each.dies });
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
  expect(stage.heard).toEqual([]);
  expect(stage.effects()).toBe(each.effects);
});

it('lets a call take effect after its caller has heard that it failed', async () => {
  const stage = prepared({ effect: 'late', heard: 'broken' });

  stage.call();
  await stage.time.run(() => stage.heard.length > 0);
  const before = stage.effects();
  await stage.all();

  expect([before, stage.effects()]).toEqual([0, 1]);
  expect(stage.heard).toEqual(['broken']);
});

it('lets a call take effect late even when its caller has died', async () => {
  const stage = prepared({ effect: 'late', heard: 'broken' });

  stage.call();
  await stage.time.run(() => stage.heard.length > 0);
  stage.process.die('its time is up');
  await stage.all();

  expect(stage.effects()).toBe(1);
});

it('hears nothing while it stands still, and all of it, in turn, when it goes on', async () => {
  const stage = prepared();

  stage.call();
  stage.call();
  stage.process.freeze();
  await stage.all();
  const whileFrozen = [...stage.heard];
  stage.process.thaw();
  await stage.all();
  await Promise.resolve();

  expect(whileFrozen).toEqual([]);
  expect(stage.effects()).toBe(2);
  expect(stage.heard).toEqual(expect.arrayContaining([1, 2]));
});

it('gives a call up when its signal says so, though it took effect', async () => {
  const stage = prepared({ effect: 'once', heard: 'answer', slowMs: 60_000 });
  const signal = stage.process.clock.timeout(10_000);

  stage.call({ signal });
  await stage.all();

  expect(stage.heard).toEqual([expect.stringContaining('timed out')]);
  expect(stage.effects()).toBe(1);
});

it('listens to no signal any more once it is answered, or dead', async () => {
  const stage = prepared(goesWell, { effect: 'once', heard: 'nothing' });
  const { signal } = new AbortController();

  stage.call({ signal });
  stage.call({ signal });
  const underWay = getEventListeners(signal, 'abort').length;
  await stage.all();
  const unanswered = getEventListeners(signal, 'abort').length;
  stage.process.die('its time is up');

  expect([underWay, unanswered, getEventListeners(signal, 'abort').length]).toEqual([2, 1, 0]);
});

it('sends no call whose signal was aborted before', async () => {
  const stage = prepared();

  stage.call({ signal: AbortSignal.abort(new Error('over')) });
  await stage.all();

  expect(stage.heard).toEqual(['over']);
  expect(stage.effects()).toBe(0);
});
