import { expect, it, onTestFinished, vi } from 'vitest';
import type { Digest } from '../../../shared/alerts/digest.ts';
import { openLines } from '../../../shared/alerts/digest-lines.ts';

const idle = { waiting: 0, paused: false };
const closed = { open: false, reason: undefined, openedAt: undefined, openUntilMs: undefined };
const quiet: Digest = {
  created: 0,
  booked: 0,
  deadLettered: { count: 0, first: [] },
  conflicts: { count: 0, first: [] },
  cancelled: [],
  unmapped: { count: 0, first: [] },
  awaited: 0,
  overdue: { count: 0, first: [] },
  flows: {
    queues: { 'product-orders': idle, completions: idle },
    partners: { azumuta: closed, erp: closed },
    deadLetters: 0,
  },
  cut: false,
};
const linesOf = (digest: Partial<Digest>) => {
  // The clock of the machine does not matter.
  vi.stubEnv('TZ', 'Asia/Kolkata');
  onTestFinished(() => void vi.unstubAllEnvs());
  return openLines({ ...quiet, ...digest }, { where: '--stack S', timeZone: 'America/New_York' });
};
const at = '2026-11-23T09:00:00.000Z';

it('describes a quiet day in two lines', () => {
  expect(linesOf({})).toEqual(['Waiting   0 product orders in Azumuta to be completed.', 'Dead      none.']);
});

it('describes what waits after a busy day and why, and what needs a person', () => {
  // Act
  const lines = linesOf({
    awaited: 12,
    overdue: { count: 11, first: ['MO/1', 'MO/2'] },
    deadLettered: {
      count: 2,
      first: [
        { number: 'MO/3', at, reason: 'Azumuta has no article GEAR-99.', settled: false },
        { number: 'MO/4', at, reason: 'It is locked.', settled: true },
      ],
    },
    conflicts: { count: 1, first: [{ number: 'MO/5', at, reason: 'Quantity: was 5, is 6' }] },
    unmapped: { count: 1, first: [{ number: 'MO/6', at, reason: 'It has no article.' }] },
    cancelled: ['MO/7'],
    flows: {
      ...quiet.flows,
      queues: { ...quiet.flows.queues, completions: { ...idle, waiting: 4, paused: true } },
      partners: {
        azumuta: closed,
        erp: { open: true, reason: 'The ERP answered 503.', openedAt: at, openUntilMs: 1 },
      },
      deadLetters: 1,
    },
  });

  // Assess
  expect(lines).toEqual([
    'Waiting   12 product orders in Azumuta to be completed; 11 overdue: MO/1, MO/2 ….',
    '          4 messages to be booked in the ERP (paused).',
    '          The ERP is down since 2026-11-23 04:00:00, calls to it wait: The ERP answered 503.',
    'Dead      1 dead letter waits for a person; 2 put aside since, 1 of these orders settled.',
    '          · MO/3: Azumuta has no article GEAR-99.',
    '          · MO/4 (settled since): It is locked.',
    '          Reasons and what to do: npm run replay -- --stack S',
    'Refused   1 order by the mapping: there is no product order.',
    '          · MO/6: It has no article.',
    'Changed   1 order in the ERP after it came: correct the product order in Azumuta by hand.',
    '          · MO/5: Quantity: was 5, is 6',
    'Cancelled MO/7 in the ERP: remove it in Azumuta by hand.',
  ]);
});

it('says that bookings are paused, although nothing waits', () => {
  const partners = { azumuta: closed, erp: { ...closed, bookingsPausedAt: at } };
  expect(linesOf({ flows: { ...quiet.flows, partners } })).toContain(
    '          0 messages to be booked in the ERP (bookings are paused).',
  );
});
