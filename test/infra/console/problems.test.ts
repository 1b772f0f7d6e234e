import { describe, expect, it } from 'vitest';
import { flowProblemsOf } from '../../../infra/console/problems.ts';
import type { FlowsStatus, QueueStatus } from '../../../infra/ops/flows/flow-status.ts';
import type { BreakerState } from '../../../shared/circuit-breaker/circuit-breaker.ts';

const at = new Date('2026-11-24T08:10:00Z');
const empty: QueueStatus = { waiting: 0, underWay: 0, oldestSeconds: undefined, orders: [], paused: false };
const well: BreakerState = { open: false, reason: undefined, openedAt: undefined, openUntilMs: undefined };
const unwell = (reason: string): BreakerState => ({
  open: true,
  reason,
  openedAt: '2026-11-24T08:05:00Z',
  openUntilMs: at.getTime() + 45_000,
});

function standing(
  given: Partial<FlowsStatus['queues']> & Partial<FlowsStatus['partners']> & { deadLetters?: number } = {},
): FlowsStatus {
  const { erp = well, azumuta = well, deadLetters = 0, ...queues } = given;
  return {
    at,
    queues: { 'product-orders': empty, completions: empty, bookings: empty, ...queues },
    partners: { erp, azumuta },
    deadLetters,
  };
}

describe('what stands still', () => {
  it('is nothing while messages pass through quickly', () => {
    const busy = { ...empty, waiting: 40, underWay: 5, oldestSeconds: 3 };
    expect(flowProblemsOf(standing({ bookings: busy }), '--local')).toEqual([]);
  });

  it('an unwell partner: since when, what waits for it, why, and that it goes on by itself', () => {
    const bookings = { ...empty, underWay: 3, oldestSeconds: 300, orders: ['MO/0007'] };
    const [trouble, ...others] = flowProblemsOf(
      standing({ erp: unwell('It answered 503'), bookings }),
      '--local',
    );
    expect(trouble).toMatchObject({
      what: 'The ERP has been unwell for 5 min; 3 bookings wait for it.',
      why: 'It answered 503.',
      next: 'Mend it there. Nothing is lost: what waits goes on by itself (the next try is in 45 s).',
      orders: ['MO/0007'],
    });
    expect(others).toEqual([]);
  });

  it('a partner that refuses the credentials: how to set them', () => {
    const [trouble] = flowProblemsOf(
      standing({ azumuta: unwell('Azumuta refused the API key (401).') }),
      '--stack S',
    );
    expect(trouble?.command).toBe('npm run secrets -- --stack S');
    expect(trouble?.next).toContain('the next message tries it again');
  });

  it('a partner that denies a right (403): no secret is to be set', () => {
    const reason =
      'The ERP does not let us (403) at GET /orders: check the rights of its user for this record.';
    const [trouble] = flowProblemsOf(standing({ erp: unwell(reason) }), '--stack S');
    expect(trouble).not.toHaveProperty('command');
    expect(trouble?.next).toMatch(/^Mend it there\./);
  });

  it('a paused flow: how to resume it', () => {
    const [trouble] = flowProblemsOf(
      standing({ bookings: { ...empty, waiting: 1, paused: true } }),
      '--local',
    );
    expect(trouble).toMatchObject({
      what: 'Booking in the ERP is paused; 1 booking waits.',
      command: 'npm run resume -- bookings --local',
    });
  });

  it('dead letters: that they need a person, and where they are', () => {
    const [trouble] = flowProblemsOf(standing({ deadLetters: 2 }), '--local');
    expect(trouble).toMatchObject({ what: '2 messages need a person.', link: { href: '/letters' } });
  });

  it('messages that come again for minutes while the partner is well: it is about their orders', () => {
    const completions = { ...empty, underWay: 1, oldestSeconds: 600 };
    const [trouble] = flowProblemsOf(standing({ completions }), '--local');
    expect(trouble).toMatchObject({
      grade: 'slow',
      what: '1 completion to be read waits, the oldest for 10 min.',
    });
  });

  it('a message that comes again: what its last attempt said, without waiting for minutes', () => {
    const bookings = { ...empty, underWay: 1, oldestSeconds: 9, orders: ['MO/0007'] };
    const tries = { bookings: { number: 'MO/0007', note: 'The ERP answered 503' } };
    const [trouble] = flowProblemsOf(standing({ bookings }), '--local', tries);
    expect(trouble).toMatchObject({
      grade: 'slow',
      why: 'The last attempt at MO/0007: The ERP answered 503.',
      orders: ['MO/0007'],
    });
  });

  it('messages that nobody takes: the function is to be looked at', () => {
    const completions = { ...empty, waiting: 2, oldestSeconds: 600 };
    const [trouble] = flowProblemsOf(standing({ completions }), '--local');
    expect(trouble).toMatchObject({ grade: 'stuck', next: expect.stringContaining('collect-completion') });
  });
});
