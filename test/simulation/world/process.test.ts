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
