import { expect, it } from 'vitest';
import { createFaults, type Fault } from '../../../../infra/local/sandbox/faults.ts';

function hitsOf(faults: readonly Fault[], routes: readonly string[]): (string | undefined)[] {
  const armed = createFaults();
  armed.set(faults);
  return routes.map((route) => armed.hit(route).fault?.kind);
}

it('hits the named route only, as many times as configured', () => {
  const fault = { kind: 'reset-before', route: 'POST /a', times: 2 } as const;

  const kinds = hitsOf([fault], ['GET /a', 'POST /a', 'POST /a', 'POST /a']);

  expect(kinds).toEqual([undefined, 'reset-before', 'reset-before', undefined]);
});

it('hits every route until it is cleared', () => {
  const faults = createFaults();
  faults.set([{ kind: 'reset-after' }]);

  const before = [faults.hit('GET /a').fault?.kind, faults.hit('POST /b').fault?.kind];
  faults.set([]);

  expect(before).toEqual(['reset-after', 'reset-after']);
  expect(faults.hit('GET /a').fault).toBeUndefined();
});

it('hits with the given probability, and the same requests for the same seed', () => {
  const routes = Array.from({ length: 200 }, () => 'GET /a');
  const fault = { kind: 'reset-before', probability: 0.25 } as const;

  const [once, again, other] = [5, 5, 6].map((seed) => hitsOf([{ ...fault, seed }], routes));

  const hits = once?.filter((kind) => kind !== undefined).length ?? 0;
  expect(hits).toBeGreaterThan(25);
  expect(hits).toBeLessThan(80);
  expect(again).toEqual(once);
  expect(other).not.toEqual(once);
});

it('adds up delays, and lets another fault follow them', () => {
  const faults = createFaults();
  faults.set([
    { kind: 'delay', ms: 20 },
    { kind: 'delay', ms: 5 },
    { kind: 'status', status: 503 },
  ]);

  const { delayMs, fault } = faults.hit('GET /a');

  expect([delayMs, fault?.kind]).toEqual([25, 'status']);
});

it('shows how many times each fault is left', () => {
  const faults = createFaults();
  faults.set([
    { kind: 'reset-before', times: 2 },
    { kind: 'reset-after', times: 1 },
  ]);

  faults.hit('GET /a');

  expect(faults.current()).toEqual([
    { kind: 'reset-before', times: 1 },
    { kind: 'reset-after', times: 1 },
  ]);
});
