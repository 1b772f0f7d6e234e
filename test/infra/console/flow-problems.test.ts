import { describe, expect, it } from 'vitest';
import { flowProblemsOf } from '../../../infra/console/flow-problems.ts';
import { type FlowsStatus, maxOpen, type QueueStatus } from '../../../infra/ops/flows/flow-status.ts';
import type { BreakerState } from '../../../shared/circuit-breaker/circuit-breaker.ts';
import { partitionOf } from '../../../shared/ledger/keys.ts';
import { type ConcernKind, concernKinds, type OpenConcern } from '../../../shared/ledger/records/concerns.ts';

const at = new Date('2026-11-24T08:10:00Z');
const empty: QueueStatus = { waiting: 0, underWay: 0, oldestSeconds: undefined, orders: [], paused: false };
const reachable: BreakerState = {
  open: false,
  reason: undefined,
  openedAt: undefined,
  openUntilMs: undefined,
};
const down = (reason: string): BreakerState => ({
  open: true,
  reason,
  openedAt: '2026-11-24T08:05:00Z',
  openUntilMs: at.getTime() + 45_000,
});

function statusOf(
  given: Partial<FlowsStatus['queues']> &
    Partial<FlowsStatus['partners']> &
    Partial<Pick<FlowsStatus, 'deadLetters' | 'open'>> = {},
): FlowsStatus {
  const { erp = reachable, azumuta = reachable, deadLetters = 0, open = [], ...queues } = given;
  return {
    at,
    queues: { 'product-orders': empty, completions: empty, ...queues },
    partners: { erp, azumuta },
    deadLetters,
    open,
  };
}

const concern = (kind: ConcernKind, number: string): OpenConcern => ({
  ...{ kind, partner: 'erp', cause: 'order-state', since: at },
  key: { pk: partitionOf(number), sk: kind },
});

describe('the list of problems', () => {
  it('is empty while messages are finished quickly', () => {
    const busy = { ...empty, waiting: 40, underWay: 5, oldestSeconds: 3 };
    expect(flowProblemsOf(statusOf({ completions: busy }), '--local')).toEqual([]);
  });

  it('says since when a partner is down, what waits for it, why, and that it continues automatically', () => {
    const completions = { ...empty, underWay: 3, oldestSeconds: 300, orders: ['MO/0007'] };
    const [problem, ...others] = flowProblemsOf(
      statusOf({ erp: down('It answered 503'), completions }),
      '--local',
    );
    expect(problem).toMatchObject({
      what: 'The ERP has been down for 5 min; 3 completions to be booked wait for it.',
      why: 'It answered 503.',
      next: 'Fix the cause in the ERP. Nothing is lost: messages that wait continue automatically (the next try is in 45 s).',
      orders: ['MO/0007'],
    });
    expect(others).toEqual([]);
  });

  it('says how to set the credentials that a partner refuses', () => {
    const [problem] = flowProblemsOf(
      statusOf({ azumuta: down('Azumuta refused the API key (401).') }),
      '--stack S',
    );
    expect(problem?.command).toBe('npm run secrets -- set azumuta-api-key --stack S');
    expect(problem?.next).toContain('the next message tries it again');
  });

  it('does not say to set credentials when a partner denies a right (403)', () => {
    const reason =
      'The ERP does not let us (403) at GET /orders: check the rights of its user for this record.';
    const [problem] = flowProblemsOf(statusOf({ erp: down(reason) }), '--stack S');
    expect(problem?.command).toBeUndefined();
    expect(problem?.next).toMatch(/^Fix the cause in the ERP\./);
  });

  it('says how to resume a paused flow', () => {
    const [problem] = flowProblemsOf(
      statusOf({ completions: { ...empty, waiting: 1, paused: true } }),
      '--local',
    );
    expect(problem).toMatchObject({
      what: 'Reading completions from Azumuta and booking them in the ERP is paused; 1 completion to be booked waits.',
      command: 'npm run resume -- completions --local',
    });
  });

  it('says how to resume paused bookings, and does not call slow what waits for them', () => {
    const erp = { ...reachable, bookingsPausedAt: '2026-11-24T08:00:00Z' };
    const completions = { ...empty, underWay: 2, oldestSeconds: 600 };
    const [problem, ...others] = flowProblemsOf(statusOf({ erp, completions }), '--local');
    expect(problem).toMatchObject({
      what: 'Booking in the ERP is paused; 2 completions to be booked wait.',
      next: expect.stringContaining('within 15 minutes'),
      command: 'npm run resume -- bookings --local',
    });
    expect(others).toEqual([]);
  });

  it('says that dead letters need a person, and links to them', () => {
    const [problem] = flowProblemsOf(statusOf({ deadLetters: 2 }), '--local');
    expect(problem).toMatchObject({ what: '2 messages need a person.', link: { href: '/letters' } });
  });

  it.each(concernKinds)('is never empty while a concern %s is open, and says what to do', (kind) => {
    const [problem, ...others] = flowProblemsOf(statusOf({ open: [concern(kind, 'MO/1')] }), '--local');
    expect(problem).toMatchObject({ grade: 'stuck', next: expect.stringMatching(/^[A-Z].+\.$/) });
    expect(others).toEqual([]);
  });

  it('groups what is open by kind, and names its orders', () => {
    const open = [concern('unwanted', 'MO/1'), concern('changed', 'MO/2'), concern('unwanted', 'MO/3')];
    expect(flowProblemsOf(statusOf({ open }), '--stack S')).toMatchObject([
      {
        what: '2 product orders are not wanted any more.',
        next: 'Remove the product order in Azumuta, or let the shop floor know.',
        command: 'npm run alert -- --stack S',
        orders: ['MO/1', 'MO/3'],
      },
      { what: '1 product order is not as the ERP wants it.', orders: ['MO/2'] },
    ]);
  });

  it('says that there are at least so many, where not all were read', () => {
    const open = Array.from({ length: maxOpen }, (_, index) => concern('changed', `MO/${index}`));
    const [problem] = flowProblemsOf(statusOf({ open }), '--local');
    expect(problem?.what).toBe(`At least ${maxOpen} product orders are not as the ERP wants them.`);
    expect(problem?.orders).toHaveLength(10);
  });

  it('says of messages that wait for a partner only that it is down', () => {
    const open = [concern('waiting', 'MO/1')];
    const problems = flowProblemsOf(statusOf({ erp: down('It answered 503'), open }), '--local');
    expect(problems.map(({ id }) => id)).toEqual(['partner-erp']);
  });

  it('lists messages that are retried for minutes although the partner is reachable', () => {
    const completions = { ...empty, underWay: 1, oldestSeconds: 600 };
    const [problem] = flowProblemsOf(statusOf({ completions }), '--local');
    expect(problem).toMatchObject({
      grade: 'slow',
      what: '1 completion to be booked waits, the oldest for 10 min.',
    });
  });

  it('says within seconds why the last attempt at a message failed', () => {
    const completions = { ...empty, underWay: 1, oldestSeconds: 9, orders: ['MO/0007'] };
    const attempts = { completions: { number: 'MO/0007', note: 'The ERP answered 503' } };
    const [problem] = flowProblemsOf(statusOf({ completions }), '--local', attempts);
    expect(problem).toMatchObject({
      grade: 'slow',
      why: 'The last attempt at MO/0007: The ERP answered 503.',
      orders: ['MO/0007'],
    });
  });

  it('says which function to check when no function takes the messages', () => {
    const completions = { ...empty, waiting: 2, oldestSeconds: 600 };
    const [problem] = flowProblemsOf(statusOf({ completions }), '--local');
    expect(problem).toMatchObject({ grade: 'stuck', next: expect.stringContaining('book-completion') });
  });
});
