import { describe, expect, it } from 'vitest';
import type { BreakerState } from '../../../shared/circuit-breaker/breaker-for-people.ts';
import { partitionOf } from '../../../shared/ledger/keys.ts';
import { concernKinds } from '../../../shared/ledger/records/concerns.ts';
import type { FlowName, Pause } from '../../../shared/ledger/records/pauses.ts';
import { problemsOf as problemsOfSituation } from '../../../shared/situation/problems.ts';
import type { QueueStatus, SeenTrouble, Situation, TroubleKind } from '../../../shared/situation/read.ts';
import { dueTerms } from '../../support/due.ts';
import { noOrders } from './no-orders.ts';

const at = new Date('2026-11-24T08:10:00Z');
const day = 86_400;
const ago = (days: number) => new Date(at.getTime() - days * day * 1000);
const empty: QueueStatus = { waiting: 0, underWay: 0 };
const reachable = { open: false, reason: undefined, openedAt: undefined, openUntilMs: undefined };
const paused = (flow: FlowName, days: number, words: Omit<Pause, 'since'> = {}): BreakerState => ({
  ...reachable,
  paused: { [flow]: { since: ago(days), ...words } },
});
const down = (reason: string): BreakerState => ({
  open: true,
  reason,
  openedAt: '2026-11-24T08:05:00Z',
  openUntilMs: at.getTime() + 45_000,
});

type Given = Partial<Situation['queues']> &
  Partial<Situation['partners']> &
  Partial<Pick<Situation, 'troubles' | 'cut'>>;

function problemsOf(given: Given) {
  const { erp = reachable, azumuta = reachable, troubles = [], cut = new Set(), ...queues } = given;
  const situation: Situation = {
    at,
    mode: 'live',
    troubles,
    cut,
    deadLetters: 0,
    unfiled: 0,
    orders: noOrders,
    terms: dueTerms,
    queues: { 'product-orders': empty, completions: empty, ...queues },
    partners: { erp, azumuta },
  };
  return problemsOfSituation(situation, '--local');
}

const trouble = (kind: TroubleKind, number: string): SeenTrouble => ({
  kind,
  partner: 'erp',
  cause: 'order-state',
  since: at,
  isDue: true,
  id: `${kind} ${number}`,
  key: { pk: partitionOf(number), sk: kind },
});

const waiting = (seconds: number, underWay = 1) => ({ ...empty, underWay, oldestSeconds: seconds });
const denied = 'The ERP does not let us (403) at GET /orders: check the rights of its user for this record.';

describe('the list of problems', () => {
  it('is empty while messages are finished quickly', () => {
    expect(problemsOf({ completions: { ...waiting(3, 5), waiting: 40 } })).toEqual([]);
  });

  it.each<[string, Given, object]>([
    [
      'since when a partner is down, what waits for it, why, and that it continues automatically',
      { erp: down('It answered 503'), completions: waiting(300, 3) },
      {
        what: 'The ERP has been down for 5 min.',
        why: 'It answered 503.',
        next: 'Fix the cause in the ERP. Nothing is lost: 3 messages about completions wait, and continue automatically.',
      },
    ],
    [
      'how to set the credentials that a partner refuses',
      { azumuta: down('Azumuta refused the API key (401).') },
      {
        what: 'Azumuta refuses our login (for 5 min).',
        command: 'npm run secrets -- set azumuta-api-key --local',
        next: expect.stringContaining('the next message tries it again'),
      },
    ],
    [
      'nothing about credentials when a partner denies a right (403)',
      { erp: down(denied) },
      { command: undefined, next: expect.stringMatching(/^Fix the cause in the ERP\./) },
    ],
    [
      'how to resume a paused flow',
      { erp: paused('completions', 1), completions: { ...empty, waiting: 1 } },
      {
        what: 'Reading completions from Azumuta and booking them in the ERP is paused for 24 h.',
        next: expect.stringContaining('1 message about completions waits.'),
        command: 'npm run resume -- completions --local',
      },
    ],
    [
      'how to resume paused bookings, and does not call slow what waits for them',
      { erp: paused('bookings', 1 / 144), completions: waiting(600, 2) },
      {
        what: 'Booking in the ERP is paused for 10 min.',
        next: expect.stringContaining('within 15 minutes'),
        command: 'npm run resume -- bookings --local',
      },
    ],
    [
      'how many dead letters have the same cause, and what to do about it',
      { troubles: [trouble('dead-letter', 'MO/1'), trouble('dead-letter', 'MO/2')] },
      {
        what: '2 completions cannot be booked in the ERP: order state.',
        orders: ['MO/1', 'MO/2'],
        command: 'npm run replay -- --local',
        who: 'planner',
      },
    ],
    [
      'of a flow that was paused days ago, by nobody knows until when, how it ends',
      { erp: paused('orders', 4), 'product-orders': { ...empty, waiting: 1 } },
      {
        what: expect.stringContaining('is paused for 4 d.'),
        kind: 'paused-too-long',
        next: 'Resume it, or pause it again with the time at which it shall end by itself. Then what waits goes on within 15 minutes. 1 message about orders waits.',
      },
    ],
    [
      'until when a flow is paused that ends by itself, however long it lasts, and what waits',
      {
        erp: paused('orders', 20, { until: new Date('2026-11-30T05:00:00Z'), ends: 'by itself' }),
        'product-orders': { ...empty, waiting: 1 },
      },
      {
        kind: 'paused',
        what: 'Creating product orders in Azumuta is paused until 2026-11-30 05:00.',
        why: expect.stringContaining('It ends by itself on 2026-11-30 05:00.'),
        next: 'It ends by itself; resume it if it shall end before. Then what waits goes on within 15 minutes. 1 message about orders waits.',
      },
    ],
    [
      'that a flow with nothing in its queue is paused',
      { erp: paused('completions', 30) },
      { kind: 'paused', next: expect.stringContaining('Nothing waits.') },
    ],
    [
      'that the pull is paused',
      { erp: paused('pull', 30) },
      {
        kind: 'paused',
        what: 'Reading orders from the ERP is paused for 30 d.',
        command: 'npm run resume -- pull --local',
      },
    ],
    [
      'by whom and why a flow is paused, and for how long it is planned',
      { erp: paused('pull', 1, { note: 'stock-taking (signed by an.peeters)', until: ago(-1 / 8) }) },
      {
        kind: 'paused',
        why: expect.stringMatching(
          /^It is paused: stock-taking \(signed by an\.peeters\)\. It is planned to end in 3 h\. /,
        ),
      },
    ],
    [
      'that a pause has lasted for longer than it was planned',
      { erp: paused('pull', 1, { note: 'stock-taking (signed by an.peeters)', until: ago(1 / 8) }) },
      { kind: 'paused', why: expect.stringContaining('It was planned to end 3 h ago.') },
    ],
    [
      'of messages that wait for a partner only that it is down',
      { erp: down('It answered 503'), troubles: [trouble('waiting', 'MO/1')] },
      { id: 'partner-erp' },
    ],
    [
      'which messages are retried for minutes although the partner is reachable',
      { completions: waiting(600) },
      { kind: 'slow', what: '1 message about completions waits, the oldest for 10 min.' },
    ],
    [
      'which function to check when no function takes the messages',
      { completions: { ...waiting(600, 0), waiting: 2 } },
      { kind: 'stalled', next: expect.stringContaining('book-completion') },
    ],
  ])('says %s', (_, given, told) => {
    const [problem, ...others] = problemsOf(given);
    expect(problem).toMatchObject(told);
    expect(others).toEqual([]);
  });

  it.each([...concernKinds, 'overdue', 'unfiled', 'channel-down'] as const)(
    'is never empty while there is a trouble %s, and says what to do',
    (kind) => {
      const [problem, ...others] = problemsOf({ troubles: [trouble(kind, 'MO/1')] });
      expect(problem).toMatchObject({ next: expect.stringMatching(/^[A-Z].+\.$/) });
      expect(others).toEqual([]);
    },
  );

  it.each([
    ['changed', 'settle <number> changed'],
    ['figures-changed', 'settle <number> figures-changed'],
    ['number-taken', 'settle <number> number-taken'],
    ['used-again', 'settle <number> used-again'],
    ['removed', 'remake <number>'],
    ['removed', 'give-up <number>'],
    ['unknown-numbers', 'settle unknown unknown-numbers'],
  ] as const)('names the command that ends what no look ends: of %s it is %s', (kind, command) => {
    const [problem] = problemsOf({ troubles: [trouble(kind, 'MO/1')] });
    expect(problem?.next).toContain(`npm run orders -- ${command} --because "…" --go --stack <stack>`);
  });

  it('groups what is open by kind, and names its orders', () => {
    const troubles = [trouble('unwanted', 'MO/1'), trouble('changed', 'MO/2'), trouble('unwanted', 'MO/3')];
    expect(problemsOf({ troubles })).toMatchObject([
      {
        what: '2 product orders are not wanted any more.',
        next: expect.stringContaining('If it is not built, remove it in Azumuta'),
        command: 'npm run alert -- --local',
        orders: ['MO/1', 'MO/3'],
      },
      { what: '1 product order is not as the ERP wants it.', orders: ['MO/2'] },
    ]);
  });

  it('says that there are at least so many, where not all were read', () => {
    const troubles = Array.from({ length: 1000 }, (_, index) => trouble('changed', `MO/${index}`));
    const [problem] = problemsOf({ troubles, cut: new Set(['changed']) });
    expect(problem?.what).toBe('At least 1000 product orders are not as the ERP wants them.');
    expect(problem?.orders).toHaveLength(10);
  });
});
