import { expect, it, onTestFinished, vi } from 'vitest';
import {
  figureLines,
  figuresOf,
  maxEvents,
  peopleLines,
  type Waiting,
  waitingLines,
} from '../../../shared/alerts/mail-lines.ts';

const at = '2026-11-23T09:00:00.000Z';
const closed = { open: false, reason: undefined, openedAt: undefined, openUntilMs: undefined };
const quiet: Waiting['situation'] = {
  counts: { 'product-orders': 0, completions: 0, 'dead-letters': 0 },
  partners: { azumuta: closed, erp: closed },
};
const waiting = (facts: Partial<Waiting>) => {
  // The clock of the machine does not matter.
  vi.stubEnv('TZ', 'Asia/Kolkata');
  onTestFinished(() => void vi.unstubAllEnvs());
  const nothing = { awaited: '0', overdue: [], paused: [], situation: quiet };
  return waitingLines({ ...nothing, timeZone: 'America/New_York', ...facts });
};

it('describes a quiet day in two lines', () => {
  expect([...waiting({}), ...peopleLines([], '--stack S')]).toEqual([
    'Waiting   0 product orders in Azumuta to be completed.',
    'To do     Nobody has to see to anything.',
  ]);
});

it('describes what waits on a busy day, and why', () => {
  // Prepare
  const down = { open: true, reason: 'The ERP answered 503.', openedAt: at, openUntilMs: 1 };
  const situation = {
    counts: { ...quiet.counts, completions: 4, 'product-orders': 1 },
    partners: { azumuta: closed, erp: down },
  };
  const overdue = Array.from({ length: 11 }, (_, index) => `MO/${index}`);

  // Act
  const lines = waiting({ awaited: '12', overdue, paused: ['completions'], situation });

  // Assess
  expect(lines).toEqual([
    'Waiting   12 product orders in Azumuta to be completed; 11 overdue: MO/0, MO/1, MO/2, MO/3, MO/4, MO/5, MO/6, MO/7, MO/8, MO/9 ….',
    '          1 message to be created in Azumuta.',
    '          4 messages to be booked in the ERP (paused).',
    '          The ERP is down since 2026-11-23 04:00:00, calls to it wait: The ERP answered 503.',
  ]);
});

it('says that bookings are paused, although nothing waits', () => {
  const partners = { azumuta: closed, erp: { ...closed, bookingsPausedAt: at } };
  expect(waiting({ situation: { ...quiet, partners } })).toContain(
    '          0 messages to be booked in the ERP (bookings are paused).',
  );
});

it('names to each person the first of what is theirs, and counts the rest', () => {
  const tasks = [
    { who: 'planner', count: 3, told: [{ order: 'MO/3', why: 'Quantity: is 5, wanted 6' }] },
    { who: 'Azumuta administrator', count: 1, told: [{ order: '', why: 'message was put aside' }] },
  ];

  expect(peopleLines(tasks, '--stack S')).toEqual([
    'To do     3 for planner',
    '          · MO/3: Quantity: is 5, wanted 6',
    '          … and 2 more.',
    '          1 for Azumuta administrator',
    '          · message was put aside',
    '          All of it, with what to do: npm run alert -- --stack S',
  ]);
});

it('says when a day has more events than are counted', () => {
  const event = { at, event: 'booked', number: 'MO/1' };
  const cut = { period: '2026-11-23', ...figuresOf(Array(maxEvents).fill(event)) };
  const whole = { period: '2026-11-16', ...figuresOf([event]) };

  expect(figureLines([cut, whole]).slice(2, 3)).toEqual(['Booked in the ERP          50000           1']);
  expect(figureLines([cut, whole]).at(-1)).toMatch(/the figures are too low/);
  expect(figureLines([whole, whole]).join('\n')).not.toMatch(/too low/);
});
