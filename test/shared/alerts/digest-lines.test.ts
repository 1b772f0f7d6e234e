import { expect, it, onTestFinished, vi } from 'vitest';
import type { Digest } from '../../../shared/alerts/digest.ts';
import { digestLines } from '../../../shared/alerts/digest-lines.ts';

const idle = { waiting: 0, underWay: 0, oldestSeconds: undefined, orders: [], paused: false };
const closed = { open: false, reason: undefined, openedAt: undefined, openUntilMs: undefined };
const quiet: Digest = {
  since: '2026-11-23T05:00:00.000Z',
  until: '2026-11-24T08:00:00.000Z',
  created: 0,
  adopted: 0,
  booked: 0,
  amended: 0,
  ignored: 0,
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
  const about = { target: 'the stack', where: '--stack S', timeZone: 'America/New_York' };
  return digestLines({ ...quiet, ...digest }, about).map(({ text }) => text);
};
const at = '2026-11-23T09:00:00.000Z';

it('describes a quiet day in four lines', () => {
  expect(linesOf({})).toEqual([
    'the stack: since 2026-11-23 00:00:00 (America/New_York)',
    '',
    'Created   0 product orders in Azumuta.',
    'Booked    0 completions in the ERP.',
    'Waiting   0 product orders in Azumuta to be completed.',
    'Dead      none.',
  ]);
});

it('describes what was done on a busy day, what waits and why, and what needs a person', () => {
  // Act
  const lines = linesOf({
    created: 42,
    adopted: 2,
    booked: 40,
    amended: 1,
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
      queues: { ...quiet.flows.queues, completions: { ...idle, waiting: 3, underWay: 1, paused: true } },
      partners: {
        azumuta: closed,
        erp: { open: true, reason: 'The ERP answered 503.', openedAt: at, openUntilMs: 1 },
      },
      deadLetters: 1,
    },
  });

  // Assess
  expect(lines.slice(2)).toEqual([
    'Created   42 product orders in Azumuta (2 of them had been typed by hand, and were adopted).',
    'Booked    40 completions in the ERP; 1 later recording added as notes.',
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
