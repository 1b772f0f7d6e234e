import { expect, it } from 'vitest';
import type { BookingEntry } from '../../../shared/ledger/records/bookings.ts';
import type { Concern } from '../../../shared/ledger/records/concerns.ts';
import type { OrderEntry } from '../../../shared/ledger/records/product-orders.ts';
import { lifeOf, type Stage } from '../../../shared/life/life.ts';
import { type AzumutaRow, azumutaRowOf, howFarBooked } from '../../../shared/life/what-azumuta-shows.ts';
import { type ErpRow, erpRowOf } from '../../../shared/life/what-the-erp-says.ts';

interface Facts {
  readonly entry: OrderEntry | undefined;
  readonly booking?: BookingEntry | undefined;
  readonly concerns: readonly Concern[];
  /** A part that waits for others. */
  readonly isCompleted?: boolean;
}

const content = {
  draft: { number: 'MO/1', article: 'GEAR-01', parameters: {}, variants: [] },
  contentHash: 'x',
  erpOrder: { number: 'MO/1', article: 'GEAR-01', amount: '5' },
};

function entryOf(state: OrderEntry['state'], given: Partial<OrderEntry> = {}): OrderEntry {
  return {
    number: 'MO/1',
    ...content,
    part: { index: 1, first: 'MO/1', book: 'alone' },
    state,
    attempts: 1,
    clean: false,
    enqueued: false,
    end: undefined,
    productOrder: undefined,
    linkedAt: undefined,
    linkInDoubt: false,
    awaiting: undefined,
    reason: undefined,
    cause: undefined,
    history: [],
    historyLeft: 0,
    expiresAt: 0,
    ...given,
  };
}

function bookingIn(state: BookingEntry['state'], discarded = false): BookingEntry {
  return {
    key: 'quantity',
    kind: 'quantity',
    parts: [1],
    state,
    discarded,
    attempts: 1,
    clean: false,
    recordingIds: [],
    erpOrder: content.erpOrder,
    productOrder: { id: 'id', number: 'MO/1' },
    readAt: new Date(0),
    plannedFor: 'm-1',
    configuration: 'first',
  };
}

const concern = (kind: Concern['kind'], wanted?: Concern['wanted']): Concern => ({
  kind,
  content: 'open',
  note: 'open',
  cause: 'conflict',
  ...(wanted ? { wanted } : {}),
});

const ended = (how: 'withdrawn' | 'given up') =>
  ({ how, at: undefined, because: '', by: 'the ERP' }) as const;
const bookings = [
  undefined,
  bookingIn('waiting'),
  bookingIn('claimed'),
  bookingIn('rejected'),
  bookingIn('rejected', true),
  bookingIn('done'),
];
const opened: readonly (readonly Concern[])[] = [
  [],
  [concern('removed')],
  [concern('unwanted')],
  [concern('unwanted', content)],
];

/** Ledger facts of a product order that came from the ERP. What was typed by hand has its booking before it is created. */
const facts: readonly Facts[] = [
  { entry: undefined, concerns: [] },
  { entry: entryOf('waiting', { attempts: 0 }), concerns: [] },
  { entry: entryOf('waiting'), concerns: [] },
  { entry: entryOf('claimed'), concerns: [] },
  { entry: entryOf('rejected', { clean: true }), concerns: [] },
  { entry: entryOf('rejected'), concerns: [] },
  { entry: entryOf('rejected', { clean: true }), booking: bookingIn('done'), concerns: [] },
  { entry: entryOf('rejected', { clean: true, end: ended('withdrawn') }), concerns: [] },
  { entry: entryOf('rejected', { clean: true, end: ended('given up') }), concerns: [] },
  { entry: entryOf('done', { end: ended('given up') }), booking: bookingIn('rejected', true), concerns: [] },
  { entry: entryOf('done'), concerns: [], isCompleted: true },
  ...bookings.flatMap((booking) =>
    opened.flatMap((concerns) => [
      { entry: entryOf('done'), booking, concerns },
      { entry: entryOf('done', { awaiting: 'completion' }), booking, concerns },
    ]),
  ),
];

/** The stages of each row of what the ERP says. */
const ofErp: Record<ErpRow, readonly Stage[]> = {
  nothing: ['wanted'],
  withdrawn: ['withdrawn'],
  'given up': ['given up'],
  // It is of another ERP order, whatever its stage.
  "another's": [],
  'not made': ['wanted'],
  refused: ['wanted'],
  'refused, perhaps made': ['wanted'],
  'refused, but booked': ['booked'],
  // An attempt is under way, or the next one waits.
  'perhaps made': ['wanted', 'being created'],
  // The ERP does not know what became of it there; what a person has discarded is no booking to come.
  made: ['in Azumuta', 'completed', 'removed', 'given up'],
  // One that waits for others is not to be booked yet.
  built: ['completed', 'to be booked'],
  booked: ['booked'],
};

/** The stages of each row of what Azumuta shows. */
const ofAzumuta: Record<AzumutaRow, readonly Stage[]> = {
  withdrawn: ['withdrawn'],
  'given up': ['given up'],
  'perhaps made': ['wanted', 'being created'],
  // A booking that was refused, or discarded, may be none: what is in Azumuta counts.
  made: ['in Azumuta', 'completed', 'removed', 'to be booked', 'given up'],
  unwanted: ['in Azumuta', 'to be booked', 'given up'],
  'wanted again': ['in Azumuta', 'to be booked', 'given up'],
  built: ['to be booked'],
  'built, unwanted': ['to be booked'],
  booked: ['booked'],
};

function stagesOf<Row extends string>(rowOf: (facts: Facts) => Row | undefined) {
  const found = new Map<Row, Set<Stage>>();
  for (const one of facts) {
    const row = rowOf(one);
    const { stage } = lifeOf({ ...one, bookings: one.booking ? [one.booking] : [] });
    if (row) found.set(row, (found.get(row) ?? new Set()).add(stage));
  }
  return Object.fromEntries([...found].map(([row, stages]) => [row, [...stages].toSorted()]));
}

const sorted = (stages: Record<string, readonly Stage[]>) =>
  Object.fromEntries(
    Object.entries(stages).flatMap(([row, all]) => (all.length === 0 ? [] : [[row, all.toSorted()]])),
  );

it('has the same few stages in each row of what the ERP says', () => {
  const rowOf = ({ entry, booking, isCompleted = false }: Facts) =>
    erpRowOf({
      entry,
      erpOrder: content.erpOrder,
      isBuilt: isCompleted || (booking !== undefined && !booking.discarded),
      isBooked: booking?.state === 'done',
    });
  expect(stagesOf(rowOf)).toEqual(sorted(ofErp));
});

it('has the same few stages in each row of what Azumuta shows', () => {
  const rowOf = ({ entry, booking, concerns }: Facts) =>
    entry && azumutaRowOf({ entry, concerns, booking: howFarBooked(booking ? [booking] : [], 1) });
  expect(stagesOf(rowOf)).toEqual(sorted(ofAzumuta));
});
