import { expect, it, onTestFinished, vi } from 'vitest';
import { figureLines, waitingLines } from '../../../shared/alerts/morning-mail.ts';
import type { Situation } from '../../../shared/situation/read.ts';
import { maxAwaited } from '../../../shared/situation/today.ts';

const at = '2026-11-23T09:00:00.000Z';
const closed = { open: false, reason: undefined, openedAt: undefined, openUntilMs: undefined };
const holding = (waiting: number) => ({ waiting, underWay: 0 });
const quiet: Pick<Situation, 'queues' | 'partners' | 'troubles'> = {
  queues: { 'product-orders': holding(0), completions: holding(0) },
  partners: { azumuta: closed, erp: closed },
  troubles: [],
};
const waiting = (
  situation: Partial<typeof quiet>,
  facts: Partial<Parameters<typeof waitingLines>[1]> = {},
) => {
  // The clock of the machine does not matter.
  vi.stubEnv('TZ', 'Asia/Kolkata');
  onTestFinished(() => void vi.unstubAllEnvs());
  const nothing = { awaited: 0, timeZone: 'America/New_York' };
  return waitingLines({ ...quiet, ...situation }, { ...nothing, ...facts });
};

it('describes a quiet day in one line, and says of paused bookings although nothing waits', () => {
  const partners = { azumuta: closed, erp: { ...closed, paused: { bookings: new Date(at) } } };
  const paused = '          0 completions to be booked (bookings are paused).';
  expect(waiting({})).toEqual(['Waiting   0 product orders in Azumuta.']);
  expect(waiting({ partners })).toEqual([...waiting({}), paused]);
});

it('describes what waits on a busy day, and why', () => {
  // Prepare
  const down = {
    open: true,
    reason: 'The ERP answered 503.',
    openedAt: at,
    openUntilMs: 1,
    paused: { completions: new Date(at) },
  };
  const troubles = Array.from({ length: 11 }, (_, index) => ({
    ...({ kind: 'overdue', partner: 'azumuta', isDue: false, since: new Date(at) } as const),
    ...{ id: `MO/${index}`, order: `MO/${index}` },
  }));

  // Act
  const lines = waiting(
    {
      ...{ troubles, queues: { completions: holding(4), 'product-orders': holding(1) } },
      partners: { azumuta: closed, erp: down },
    },
    { awaited: 12 },
  );

  // Assess
  expect(lines).toEqual([
    'Waiting   12 product orders in Azumuta; 11 overdue: MO/0, MO/1, MO/2, MO/3, MO/4, MO/5, MO/6, MO/7, MO/8, MO/9 ….',
    '          1 order to be created.',
    '          4 completions to be booked (completions are paused).',
    '          The ERP is down since 2026-11-23 04:00:00, calls to it wait: The ERP answered 503.',
  ]);
});

it('says that there are more orders in Azumuta than are counted', () => {
  expect(waiting({}, { awaited: maxAwaited + 1 })).toEqual([
    'Waiting   more than 5000 product orders in Azumuta.',
  ]);
});

const nothing = { events: {}, good: {}, scrap: {}, due: 0, late: 0, isCut: false };

it('compares pieces, scrap and what was on time, each unit on its own', () => {
  const monday = {
    ...{ ...nothing, period: '2026-11-23', events: { booked: 4 }, due: 4, late: 1 },
    ...{ good: { u: '120', kg: '3.5' }, scrap: { u: '2' } },
  };
  expect(figureLines([monday, { ...nothing, period: '2026-11-16' }])).toEqual([
    '                         2026-11-23  2026-11-16',
    'Created in Azumuta                0           0',
    'Booked in the ERP                 4           0',
    'Dead letters                      0           0',
    'Changed afterwards                0           0',
    'Pieces                120 u, 3.5 kg           0',
    'Scrap                           2 u           0',
    'On time                        75 %           –',
  ]);
});

it('says when a day has more events than are counted', () => {
  const cut = { ...nothing, period: '2026-11-23', isCut: true };
  const whole = { ...nothing, period: '2026-11-16' };

  expect(figureLines([cut, whole]).at(-1)).toMatch(/the figures are too low/);
  expect(figureLines([whole, whole]).join('\n')).not.toMatch(/too low/);
});
