import { GetItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, expect, it } from 'vitest';
import { compressContent } from '../../../shared/completions/content.ts';
import { productOrderMessage } from '../../../shared/orders/messages.ts';
import { createQueues } from '../../../shared/platform/aws/queue.ts';
import type { BookedQuantity, PlantBooks } from '../../shared/erp/conformance/plants/plant.ts';
import type { Details } from '../../shared/erp/conformance/target.ts';
import { calmJourney } from '../calm-journey.ts';
import type { BuiltProductOrder } from '../partners/azumuta.ts';
import { runScenario } from '../run-scenario.ts';
import { pauseFlow } from '../scenario/administrators.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { beginning, minuteMs } from '../world/moments.ts';
import { simulateFetch } from '../world/network.ts';
import { queueUrlOf } from '../world/plant.ts';
import type { World } from '../world/world.ts';
import { invariants, type PromiseName } from './finding.ts';
import { operatorName } from './watch.ts';

afterAll(simulateFetch());

type Disturbance = (world: World) => unknown;

/** Replaces a method of something that the judge reads. */
const shows = <T extends object, K extends keyof T>(part: T, name: K, change: (read: T[K]) => T[K]) =>
  Object.assign(part, { [name]: change(part[name]) });
const books =
  (change: (books: PlantBooks) => Partial<PlantBooks>): Disturbance =>
  ({ erp }) =>
    shows(erp, 'books', (read) => (ref) => ({ ...read(ref), ...change(read(ref)) }));
const bookings = (change: (one: BookedQuantity) => readonly BookedQuantity[]) =>
  books((before) => ({ bookings: before.bookings.flatMap(change) }));
const notBooked = bookings(() => []);
/** What Azumuta shows of a completed product order. */
const made =
  (change: (one: BuiltProductOrder) => readonly BuiltProductOrder[]): Disturbance =>
  ({ azumuta }) =>
    shows(
      azumuta,
      'productOrders',
      (read) => () => read().flatMap((one) => (one.status === 'completed' ? change(one) : [one])),
    );
/** The ledger shows its items with these changes, or without them. */
const items =
  (which: RegExp, change: object | 'none'): Disturbance =>
  ({ plant }) =>
    shows(
      plant.table,
      'items',
      (read) => () =>
        read().flatMap((item) => {
          if (!which.test(`${item.pk} ${item.sk}`)) return [item];
          return change === 'none' ? [] : [{ ...item, ...change }];
        }),
    );
const [theOrder, theBooking, concern] = [/^ORDER#\S+ ORDER$/, / BOOKING#/, / CONCERN#/];
/** The item that the watch finds in the ledger. */
const read =
  (which: RegExp, item: object): Disturbance =>
  ({ plant }) =>
    shows(plant.table, 'answer', (answer) => (command) => {
      if (!(command instanceof GetItemCommand)) return answer(command);
      const { pk, sk } = command.input.Key ?? {};
      return which.test(`${pk?.S} ${sk?.S}`) ? { $metadata: {}, Item: item } : answer(command);
    });
const refusedLetter = { messageId: 'm', stage: 'some-stage', reason: 'It is closed.' };
/** A dead letter that no function has made; `by` SQS has no attributes. */
const letter =
  (by: 'a function' | 'SQS', body = '"MO/0001"'): Disturbance =>
  ({ plant }) =>
    createQueues(plant.queues.client).send(queueUrlOf('dead-letters'), {
      body,
      ...(by === 'SQS' ? {} : { attributes: refusedLetter }),
    });
const adds =
  (item: { readonly pk: string; readonly sk: string; readonly [name: string]: unknown }): Disturbance =>
  ({ plant }) =>
    shows(plant.table, 'items', (before) => () => [...before(), item]);
const calls =
  (times: number, container = 'one', stage = 'some-stage'): Disturbance =>
  ({ time, watch }) =>
    time.after(10 * minuteMs, () => {
      for (let each = 0; each < times; each += 1) watch.begins(container, stage, 'erp');
    });
const all =
  (...disturbances: readonly Disturbance[]): Disturbance =>
  (world) =>
    disturbances.map((disturb) => disturb(world));

const change = { kind: 'planner changes the quantity', order: 0, at: 5, quantity: 8 } as const;
const cancellation = { kind: 'planner cancels', order: 0, at: 5 } as const;
const correction = { kind: 'recording is corrected afterwards', order: 0, at: 20, more: -1 } as const;
const removal = { kind: 'operator removes it', order: 0, at: 5 } as const;
const how = 'refuses our credentials';
const outage = { kind: 'outage', partner: 'erp', at: 0, minutes: 60, how } as const;
const booking = { kind: 'call', stage: 'book-completion', service: 'erp', nth: 1 } as const;
const refusal = { ...booking, accident: 'the partner refuses it' } as const;
const late = beginning + 30 * 86_400_000;
const slot = { owner: { S: 'some-stage r' }, leaseUntil: { N: `${late}` } };

/** From an hour after the beginning on. */
const afterwards =
  (disturb: Disturbance): Disturbance =>
  (world) =>
    world.time.after(60 * minuteMs, () => disturb(world));

const givenUp = { kind: 'person gives up an order', order: 0, at: 5, byHand: false } as const;
const remake = { kind: 'person has it made again', order: 0, at: 6, after: 'given up' } as const;
const settling = { kind: 'person settles', concern: 'changed', order: 0, at: 20 } as const;
/** At the call that books. */
const refusedBooking = { ...refusal, nth: 3 } as const;
const typing = { kind: 'operator types it by hand', order: 0, at: 2, equal: true } as const;
const ordersPaused = { kind: 'flow is paused', flow: 'orders', at: 1, minutes: 80 } as const;
const nothingReceived = {
  kind: 'nothing is received',
  queue: 'product-orders',
  at: 20,
  minutes: 8670,
} as const;
/** Its daily look is received before its own message. */
const typed = {
  erp: 'odoo 19',
  events: [ordersPaused, typing, nothingReceived, { ...change, at: 24 }, { ...cancellation, at: 52 }],
} as const;
const discarding = { kind: 'dead letter is discarded', at: 30, byHand: false } as const;
const ofEnded = { pk: 'ORDER#MO/0001' } as const;
/** Both of the booking that was planned first. */
const bookedSince = afterwards(({ erp, plant, azumuta }) => {
  const [first] = azumuta.productOrders();
  const key = `${first?.id}#quantity`;
  adds({ ...ofEnded, sk: `BOOKING#${key}`, parts: [1], state: 'done', kind: 'quantity' })(
    // It changes no other part of the world.
    { plant } as World,
  );
  const booking = { mark: erp.markOf(key), good: '5', scrap: '0', lots: [], scrappedLots: [] };
  shows(erp, 'books', (read) => (ref) => ({ ...read(ref), bookings: [booking] }));
});
const concernSince = (since: number) =>
  afterwards(
    adds({
      ...ofEnded,
      sk: 'CONCERN#changed',
      content: 'x',
      concernOf: `changed erp conflict ${new Date(since).toISOString()}`,
    }),
  );

const following = { kind: 'person follows the advice', at: 30 } as const;
const builtLater: Partial<Scenario> = {
  events: [change, following],
  orders: calmJourney().orders.map((order) => ({ ...order, builtAfter: 60 })),
};
/** By then the operator does not look for it any more. */
const neverBuilt: Partial<Scenario> = {
  ...builtLater,
  orders: calmJourney().orders.map((order) => ({ ...order, builtAfter: 2000 })),
};
/** What a person corrects in Azumuta stays as it was. */
const putRightInVain: Disturbance = ({ azumuta }) =>
  shows(azumuta, 'setParameter', () => () => azumuta.productOrders()[0]);

const mailedAgain: Disturbance = ({ alerts }) => {
  const at = new Date(beginning + 3 * 24 * 60 * minuteMs).toISOString();
  const trouble = { order: 'MO/0001', since: at, why: '', next: '', command: '' };
  const texts = { id: '', stack: '', title: '', summary: '', command: '' };
  const told = { v: 1, event: 'reminder', kind: 'changed', partner: 'erp', cause: 'conflict' } as const;
  const mail = { ...texts, ...told, at, since: at, count: 1, troubles: [trouble], open: [] };
  shows(alerts, 'told', (before) => [...before, mail]);
};

/** Two of three parts are built, and the third is not wanted any more. */
const fewerParts = {
  // It builds the third part last.
  seed: 2,
  split: 'when-all-done',
  orders: calmJourney().orders.map((order) => ({ ...order, quantity: 3 })),
  events: [{ ...change, at: 17, quantity: 2 }],
} as const;
/** Parts of two, two and one. */
const perTwo = { split: 'each', per: 2 } as const;
/** The rest is booked as one, and the ERP then wants another two of it. */
const otherSizes = {
  ...perTwo,
  orders: calmJourney().orders.map((order) => ({ ...order, lastPartFirst: true })),
  events: [{ ...change, at: 13, quantity: 7 }],
} as const;
const madeForTwo = made((one) => [{ ...one, parameters: { ...one.parameters, Quantity: 2 } }]);
/** It is open from minute 15 to 25. */
const reworked = {
  events: [{ kind: 'operator opens it again', order: 0, at: 15, rework: 10 }],
} as const;
/** Of which more is recorded than the quantity. */
const assembled: Partial<Scenario> = {
  orders: calmJourney().orders.map((order) => ({ ...order, article: 'assembly', scrap: 1 })),
};
const bookedDetails = (differs: Details) => books(({ details }) => ({ details: { ...details, ...differs } }));
const minutesTwice = books(({ details: { operations = {}, ...others } = {} }) => {
  const twice = Object.entries(operations).map(
    ([name, one]) => [name, { ...one, minutes: 2 * one.minutes }] as const,
  );
  return { details: { ...others, operations: Object.fromEntries(twice) } };
});
const readAt = (minute: number) =>
  items(theBooking, { readAt: new Date(beginning + minute * minuteMs).toISOString() });

/** What is broken in a calm journey, and the beginning of what the judge then says. */
type Breach = readonly [says: RegExp, disturb: Disturbance, given?: Partial<Scenario>];
const breaches: Readonly<Record<PromiseName, readonly Breach[]>> = {
  created: [
    [/is in Azumuta twice/, made((one) => [one, one])],
    [/should have 1 product order\(s\) in Azumuta, but has 0/, made(() => [])],
    [/MO\/0001\/3 is made for 2, its share is 1/, madeForTwo, perTwo],
    [/has article GEAR-01 in the ledger, but X in Azumuta/, made((one) => [{ ...one, article: 'X' }])],
  ],
  ordered: [
    [/no planner released it/, ({ azumuta }) => azumuta.typeByHand('MO/9', 'GEAR-01', { Source: 'nobody' })],
  ],
  booked: [
    [/is booked 2 times/, bookings((one) => [one, one])],
    [/is completed, but not booked/, notBooked],
    [/All 2 part\(s\) of MO\/0001 are completed, but it is not booked/, notBooked, fewerParts],
    [
      /completed but not booked, and nothing reports it/,
      all(notBooked, items(concern, 'none')),
      { events: [change] },
    ],
  ],
  figures: [
    [/: 4 good booked, 5 recorded/, bookings((one) => [{ ...one, good: '4' }])],
    [/: 1 scrap booked, 0 recorded/, bookings((one) => [{ ...one, scrap: '1' }])],
    [/: lots L booked, none recorded/, bookings((one) => [{ ...one, lots: ['L'] }])],
  ],
  plausible: [
    [/is for 5 at most, and 6 are booked/, bookings((one) => [{ ...one, good: '6' }])],
    [/is for 5 at most, and 5.1 are booked/, bookings((one) => [{ ...one, scrap: '5.1' }])],
  ],
  details: [
    [/: components \{\} booked, \{"HOUSING-02":\{"amount":"5"/, bookedDetails({ components: {} }), assembled],
    [/: reasons \{\} booked, \{"Scratch":"1"\} recorded/, bookedDetails({ reasons: {} }), assembled],
    [/: checks \[\] booked, \["Torque 10"/, bookedDetails({ checks: [] }), assembled],
    [/: 0 min of operation 10 booked, 8 recorded/, bookedDetails({ operations: {} }), assembled],
    [/: 16 min of operation 10 booked, 8 recorded/, minutesTwice, assembled],
    [/: operation 10 is not finished/, bookedDetails({ operations: {} }), assembled],
  ],
  worked: [
    [/: 64 min booked, 32 recorded/, minutesTwice, assembled],
    [/: 32 min booked, 16 recorded/, minutesTwice, { erp: 'sap-s4hana' }],
    [/: 32 min booked, 16 recorded/, minutesTwice, { erp: 'sap-s4hana', events: [change] }],
  ],
  nothingElse: [
    [
      /was discarded by a person, and planned again/,
      items(theBooking, { history: ['discarded', 'planned'].map((event, at) => ({ at: `${at}`, event })) }),
    ],
    [/has a booking another of 5, but no completion/, bookings((one) => [{ ...one, mark: 'another' }])],
    [/has a booking of 5 without a mark/, bookings((one) => [{ ...one, mark: undefined }])],
    [/booking that was planned before/, readAt(0)],
    [/booking that was planned before/, made((one) => [{ ...one, status: 'open' }])],
    [/was planned while MO\/0001 was open for rework/, readAt(20), reworked],
  ],
  recordings: [
    [/has 0 links to recording/, books(() => ({ links: [] }))],
    [/has 2 links to recording/, books(({ links }) => ({ links: [...links, ...links] }))],
  ],
  linked: [[/the ERP knows none/, books(() => ({ productOrders: [] }))]],
  linkedOnce: [
    [/the ERP was sent/, books(({ productOrders: sent }) => ({ productOrders: [...sent, ...sent] }))],
  ],
  reported: [
    [
      /is made for 5, the ERP wants 8, and nothing reports it/,
      all(
        items(concern, 'none'),
        books(() => ({ state: 'open' })),
      ),
      { events: [change] },
    ],
    [/The parts of MO\/0001 come to 6, the ERP wants 7, and nothing/, items(concern, 'none'), otherSizes],
    [/are open in Azumuta, the ERP order has 2 part/, items(concern, 'none'), fewerParts],
    [/is booked as 5, Azumuta shows 4, and nothing tells/, items(concern, 'none'), { events: [correction] }],
    [/Nothing reports that MO\/0001 was removed/, items(concern, 'none'), { events: [removal] }],
  ],
  told: [
    [
      /Over: .* is told, and ORDER#MO\/0001 CONCERN#changed is open/,
      ({ alerts, time }) =>
        time.after(60 * minuteMs, () => {
          const [first] = alerts.told;
          if (first)
            Object.assign(first, {
              event: 'over',
              title: 'Over: it',
              open: ['ORDER#MO/0001 CONCERN#changed'],
            });
        }),
      { events: [change, { kind: 'alert run' }] },
    ],
    [
      /CONCERN#changed is open for hours, and is told 0 times/,
      all(concernSince(beginning), ({ alerts }) => shows(alerts, 'mailed', () => () => undefined)),
      { events: [{ kind: 'alert run' }] },
    ],
  ],
  followed: [
    [/changed of MO\/0001 is told two days after its advice was followed/, putRightInVain, neverBuilt],
    [/changed of MO\/0001 is told two days after its advice was followed/, mailedAgain, builtLater],
  ],
  concerns: [
    [
      /is open, and Azumuta has MO\/0001/,
      adds({ pk: 'ORDER#MO/0001', sk: 'CONCERN#removed', content: 'removed' }),
    ],
    [
      /is open, and Azumuta does not have it/,
      adds({ pk: 'ORDER#MO/9', sk: 'CONCERN#unwanted', content: 'x' }),
    ],
    [
      /is open, and Azumuta has what the ERP wants/,
      adds({
        pk: 'ORDER#MO/0001',
        sk: 'CONCERN#changed',
        content: 'x',
        wanted: { draft: { number: 'MO/0001', article: 'GEAR-01', parameters: { Quantity: 5 } } },
      }),
    ],
    [
      /is booked as Azumuta shows it, and 5 good, 4 good is told/,
      adds({ pk: 'ORDER#MO/0001', sk: 'CONCERN#figures-changed', content: '5 good, 4 good' }),
      { events: [correction, { ...correction, at: 40, more: 1 }] },
    ],
    [
      /the ERP does not want its order, and nothing tells/,
      all(items(concern, 'none'), items(/DEAD-LETTER/, 'none')),
      { events: [cancellation] },
    ],
  ],
  withdrawn: [[/is withdrawn, but is in Azumuta/, items(theOrder, { withdrawn: true })]],
  deadLetters: [[/MO\/0001, some-stage: It is closed/, letter('a function')]],
  passing: [[/a failure that passes by itself/, letter('a function')]],
  recorded: [
    [/SQS itself moved a message/, letter('SQS')],
    [/1 dead letters, but only 0 are counted/, letter('a function')],
    [/The ledger has no record of a dead letter/, letter('a function')],
    [
      /dead letter m, which does not exist/,
      adds({
        pk: 'ORDER#1',
        sk: 'DEAD-LETTER#m',
        isDead: true,
      }),
    ],
  ],
  ended: [
    [
      /MO\/0001 was given up, and is made as \S+ after that/,
      afterwards(({ azumuta }) => azumuta.typeByHand('MO/0001', 'GEAR-01', { Source: 'po-00000001' })),
      { events: [givenUp] },
    ],
    [/MO\/0001 was given up, and is booked after that/, bookedSince, { events: [givenUp] }],
    [/was given up, and CONCERN#changed is open/, concernSince(late), { events: [givenUp] }],
    [
      /was given up, and is still asked about/,
      items(theOrder, { awaiting: 'completion' }),
      { events: [givenUp] },
    ],
    [
      /was given up, and becomes a dead letter/,
      adds({
        ...ofEnded,
        sk: 'DEAD-LETTER#m',
        stage: 'create-product-orders',
        history: [{ at: new Date(late).toISOString(), event: 'dead-lettered' }],
      }),
      { events: [givenUp] },
    ],
    [/was discarded, and \S+ is booked after that/, bookedSince, { events: [refusedBooking, discarding] }],
  ],
  settled: [
    [
      /changed of MO\/0001 was settled, and is open as before/,
      concernSince(beginning),
      { events: [change, settling] },
    ],
    [
      /was settled, and is open again, though the ERP/,
      concernSince(beginning + 50 * minuteMs),
      { events: [change, settling] },
    ],
  ],
  remade: [
    [/MO\/0001 is made again, and there 2 times/, made((one) => [one, one]), { events: [givenUp, remake] }],
    [/is to be made again, is not there, and nothing tells/, made(() => []), { events: [givenUp, remake] }],
  ],
  journey: [
    [/is in Azumuta, but its journey/, items(theOrder, { history: [] })],
    [/is booked, but its journey/, items(theBooking, { history: [] })],
    [/is booked, but its journey/, items(theBooking, { state: 'waiting' })],
  ],
  waiting: [
    [/its completion is still awaited/, items(theOrder, { awaiting: 'completion' })],
    [/ORDER is waiting/, items(theOrder, { state: 'waiting' })],
    [/quantity is claimed/, items(theBooking, { state: 'claimed' })],
  ],
  wakes: [
    [/BOOKING#\S+ is waiting, and nothing wakes it/, items(theBooking, { state: 'waiting' })],
    [/ORDER is refused, and nobody is told/, items(theOrder, { state: 'rejected' })],
    [
      /ORDER is open in Azumuta, and nothing asks about it/,
      all(
        made((one) => [{ ...one, status: 'open' }]),
        items(theBooking, 'none'),
      ),
    ],
  ],
  announced: [
    [
      /as a trigger of its batch order has announced, and is not read/,
      all(
        ({ azumuta, announced }) => {
          const first = () => azumuta.productOrders()[0]?.id ?? '';
          announced.push(Object.defineProperty({ id: '', at: beginning }, 'id', { get: first }));
        },
        items(theBooking, { readAt: new Date(beginning + 180 * minuteMs).toISOString() }),
      ),
    ],
  ],
  ends: [
    [/not ended within 4 days: .*in completions/, (world) => pauseFlow('completions', world)],
    [
      /There is no end after/,
      ({ time }) => {
        const again = () => time.afterAlone(1, again);
        again();
      },
    ],
  ],
  leases: [[/is held until/, items(theOrder, { leaseUntil: late })]],
  released: [
    [
      /is still held/,
      adds({
        pk: 'LOCK',
        sk: 'x',
        owner: 'an attempt',
        leaseUntil: 1,
      }),
    ],
    [/is held, but no function runs/, items(theOrder, { owner: 'an attempt', leaseUntil: 1 })],
  ],
  items: [
    [
      /has 25000 bytes/,
      ({ plant }) =>
        shows(plant.table, 'largest', () => () => ({ key: { pk: 'ORDER#1', sk: 'ORDER' }, bytes: 25_000 })),
    ],
  ],
  atOnce: [
    [/call erp with 0 slot/, read(/^SLOTS#erp/, {}), { atOnce: 1 }],
    [/one and one call erp with 1 slot/, all(calls(2), read(/^SLOTS#erp/, slot)), { atOnce: 1 }],
    [
      /one and another call erp with 1 slot/,
      all(calls(1), calls(1, 'another'), read(/^SLOTS#erp/, slot)),
      { atOnce: 1 },
    ],
  ],
  perSecond: [
    [/erp gets 70 calls in 60 s/, calls(70), { perSecond: 1 }],
    [/erp gets 7 calls in 5 s/, calls(7), { perSecond: 1 }],
  ],
  oneSlot: [
    [
      /calls the ERP with a slot of Azumuta/,
      read(/^SLOTS#azumuta/, { owner: { S: 'book-completion r' }, leaseUntil: { N: `${late}` } }),
      { atOnce: 1 },
    ],
  ],
  breaker: [
    [/some-stage calls erp, whose breaker is open until/, calls(1), { events: [outage] }],
    [/one and another probe erp at once/, all(calls(1), calls(1, 'another')), { events: [outage] }],
  ],
  paused: [
    [
      /book-completion calls erp, and the flow of bookings is paused/,
      calls(1, 'one', 'book-completion'),
      { events: [{ kind: 'plant is closed', at: 0, minutes: 60 }] },
    ],
  ],
  calls: [
    [/\d+ calls for 1 order/, calls(2001)],
    [/erp is called \d+ times in 60 minutes/, calls(200), { events: [outage] }],
  ],
  waits: [
    [
      /A wait is noted as a failure/,
      ({ plant }) =>
        plant.logged.push('{"message":"Retried","reason":"Azumuta was asked about it a moment ago."}'),
    ],
  ],
  kept: [[/still holds what was booked/, items(theBooking, { content: compressContent('{}') })]],
  personal: [
    [/names an operator/, items(theOrder, { note: operatorName })],
    [/A log names an operator/, ({ plant }) => plant.logged.push(`{"note":"${operatorName}"}`)],
    [/A dead letter of some-stage names/, letter('a function', `"${operatorName}"`)],
    [
      /message to book-completion has the name/,
      ({ watch }) => watch.gives('book-completion', { operatorName }),
    ],
  ],
  unexpected: [
    [
      /Unhandled rejection: Error: A bug/,
      ({ time }) =>
        time.after(1, () => {
          const [listener] = process.listeners('unhandledRejection').slice(-1);
          listener?.(new Error('A bug.'), Promise.resolve());
        }),
    ],
    [
      /TypeError: A bug of ours/,
      ({ time }) =>
        time.after(1, () => {
          throw new TypeError('A bug of ours.');
        }),
    ],
    // No queue invokes a function with undefined, so it cannot parse its event.
    [/book-completion failed/, ({ plant }) => plant.functions['book-completion'].invoke({}, () => undefined)],
  ],
};

/** What looks broken, but is not. */
const kept: readonly { readonly what: string; disturb?: Disturbance; given?: Partial<Scenario> }[] = [
  { what: 'a journey without accidents' },
  { what: 'a dead letter that a refusal explains', given: { events: [refusal] } },
  { what: 'a surplus part that is reported', given: fewerParts },
  { what: 'an order that is given up, and built', given: { events: [givenUp] } },
  { what: 'an order that is given up, made again, and built', given: { events: [givenUp, remake] } },
  { what: 'a change that is settled', given: { events: [change, settling] } },
  {
    what: 'an order that was typed by hand, and then changed and cancelled before it was created',
    given: typed,
  },
  { what: 'a dead letter that is discarded', given: { events: [refusedBooking, discarding] } },
  { what: 'a booking that was planned before a rework', disturb: readAt(14), given: reworked },
  { what: 'a booking that was planned after a rework', disturb: readAt(26), given: reworked },
  {
    what: 'an id that two messages sent to the ERP',
    disturb: all(
      books(({ productOrders: sent }) => ({ productOrders: [...sent, ...sent] })),
      ({ plant, time }) =>
        time.after(minuteMs, () =>
          createQueues(plant.queues.client).send(queueUrlOf('product-orders'), {
            body: productOrderMessage('MO/0001'),
          }),
        ),
    ),
  },
];

const findingsOf = async (disturb: Disturbance = () => {}, given: Partial<Scenario> = {}) =>
  (await runScenario({ ...calmJourney(), ...given }, { disturb })).findings;

it.each(
  // The keys of the table are the promises.
  (Object.keys(invariants) as PromiseName[]).flatMap((name) =>
    breaches[name].map(([says, disturb, given]) => ({ name, says, disturb, given })),
  ),
)('finds that the promise "$name" is broken: $says', async ({ name, says, disturb, given }) => {
  const findings = await findingsOf(disturb, given);

  expect(findings).toContainEqual({ invariant: invariants[name], sentence: expect.stringMatching(says) });
});

it.each(kept)('finds nothing wrong with $what', async ({ disturb, given }) => {
  expect(await findingsOf(disturb, given)).toEqual([]);
});
