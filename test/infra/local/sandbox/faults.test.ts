import { expect, it } from 'vitest';
import { createFaults } from '../../../../infra/local/sandbox/faults.ts';

it('hits the named route only, as many times as configured, and shows how many are left', () => {
  const faults = createFaults();
  faults.set([
    { kind: 'reset-before', route: 'POST /a', times: 2 },
    { kind: 'reset-after', times: 1 },
  ]);

  const hit = (route: string) => faults.hit(route).fault?.kind;

  expect([hit('GET /a'), hit('POST /a')]).toEqual(['reset-after', 'reset-before']);
  expect(faults.current()).toEqual([{ kind: 'reset-before', route: 'POST /a', times: 1 }]);
  expect([hit('POST /a'), hit('POST /a')]).toEqual(['reset-before', undefined]);
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
  const [once, again, other] = [5, 5, 6].map((seed) => {
    const faults = createFaults();
    faults.set([{ kind: 'reset-before', probability: 0.25, seed }]);
    return Array.from({ length: 200 }, () => faults.hit('GET /a').fault !== undefined);
  });

  const hits = once?.filter(Boolean).length ?? 0;
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
