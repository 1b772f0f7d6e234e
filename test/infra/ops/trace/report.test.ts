import { expect, it, onTestFinished, vi } from 'vitest';
import { traceLines } from '../../../../infra/ops/trace/report.ts';
import type { Trace, TracedOrder } from '../../../../infra/ops/trace/trace.ts';
import type { JourneyEntry } from '../../../../shared/ledger/records/events.ts';

const at = (time: string, of: string, event: string, note?: string): JourneyEntry => ({
  of,
  event,
  at: `2026-11-24T${time}Z`,
  ...(note === undefined ? {} : { note }),
});
const order: TracedOrder = {
  number: 'MO/7/1',
  erpOrder: 'MO/7',
  azumuta: { id: 'SarLiLeyuNWgw3Tai', url: undefined },
  cause: undefined,
  part: { index: 1, of: 2 },
  state: 'needs a person',
  stage: 'to be booked',
  place: 'to be booked',
  says: 'It has a dead letter. It is locked.',
  next: 'Release the order, then replay.',
  who: ['operator'],
  command: 'npm run replay -- --order MO/7/1 --stack AzumutaErp-ghent-production',
  draft: { number: 'MO/7/1', article: 'GEAR-01', parameters: { Quantity: 1 }, variants: ['Left'] },
  concerns: [],
  bookings: [],
  deadLetters: [],
  quantity: '1 u',
  article: 'GEAR-01',
  dueDate: '2026-12-01',
  journey: [],
};
const linesOf = (productOrders: readonly TracedOrder[]) => {
  // The clock of the machine does not matter.
  vi.stubEnv('TZ', 'Asia/Kolkata');
  onTestFinished(() => void vi.unstubAllEnvs());
  const trace: Trace = { asked: 'MO/7', productOrders };
  return traceLines(trace, {
    where: '--stack AzumutaErp-ghent-production',
    timeZone: 'Europe/Brussels',
  });
};

it('prints the status, what to do, and then the timeline', () => {
  // Prepare
  const journey = [
    at('21:58:00.000', 'order', 'queued', 'by pull'),
    at('21:58:00.500', 'order', 'created', 'Azumuta id SarLiLeyuNWgw3Tai'),
    at('22:58:00.000', 'booking x', 'retry', 'somebody has it open'),
    at('22:58:09.000', 'booking x', 'retry', 'somebody has it open'),
    at('22:59:00.000', 'booking x', 'retry', 'somebody has it open'),
    at('23:00:00.000', 'booking x', 'rejected', 'It is locked.'),
    at('23:00:00.100', 'dead letter m', 'dead-lettered', 'book-completion: It is locked.'),
  ];

  // Act and assess
  expect(linesOf([{ ...order, journey }])).toEqual([
    'MO/7/1  ERP order MO/7 · part 1 of 2 · Azumuta SarLiLeyuNWgw3Tai · to be booked',
    'It has a dead letter. It is locked.',
    'What to do (operator): Release the order, then replay.',
    '  npm run replay -- --order MO/7/1 --stack AzumutaErp-ghent-production',
    'Article GEAR-01 · Quantity 1 · variants Left',
    '',
    '  2026-11-24',
    '  22:58:00            · Received from the ERP: by pull',
    '  22:58:00    +0.5 s  ✔ Created in Azumuta: Azumuta id SarLiLeyuNWgw3Tai',
    '  23:58:00   +60 min  ! Failed, will be retried (3 times, last at 23:59:00): somebody has it open',
    '  2026-11-25',
    '  00:00:00   +60.0 s  ! Refused: It is locked.',
    '  00:00:00    +0.1 s  ! Became a dead letter: by book-completion',
  ]);
});

it('prints one line for each part of an order with many parts', () => {
  // Prepare
  const parts = ['1', '2', '3', '4', '5', '6'].map(
    (index): TracedOrder => ({
      ...order,
      number: `MO/7/${index}`,
      state: 'in Azumuta',
      stage: 'in Azumuta',
      says: 'It waits.',
    }),
  );

  // Act
  const lines = linesOf([order, ...parts]);

  // Assess
  expect(lines.slice(0, 6)).toEqual([
    'MO/7 is 7 product orders',
    '1 needs a person · 6 in Azumuta',
    '',
    'Product order  State           Status',
    'MO/7/1         needs a person  It has a dead letter. It is locked.',
    'MO/7/1         in Azumuta      It waits.',
  ]);
  expect(lines.at(-1)).toBe('  npm run trace -- MO/7/1 --stack AzumutaErp-ghent-production');
});

it('says that the ledger does not know an order, and where to look next', () => {
  expect(linesOf([])).toEqual([
    'The ledger has no order, ERP order or recording MO/7.',
    expect.stringContaining('The beginning of a number is searched on'),
    expect.stringContaining('or the pull has found them'),
    '  npm run pull -- --dry-run --stack AzumutaErp-ghent-production',
  ]);
});
