import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { traceOrder } from '../../infra/ops/trace/trace.ts';
import { Table } from '../../shared/platform/aws/dynamodb-table.ts';
import { adviceInWords, adviceOnOthers } from '../../shared/situation/advice.ts';
import type { TroubleKind } from '../../shared/situation/read.ts';
import type { PlannedOrderRef } from '../shared/erp/conformance/target.ts';
import { lookingLocally } from '../support/due.ts';
import { daysGoBy, eachWithPlant, kinds, made, plant, withoutArticles } from './acts.ts';
import {
  allUntyped,
  built,
  closedPeriod,
  followed,
  released,
  rowsOf,
  type Story,
  typeFrom,
  unexpectedSince,
} from './following.ts';
import { days, hours } from './plant.ts';

eachWithPlant();

type Name = keyof typeof adviceOnOthers;

/** Puts right what the story before has spoilt. */
let correct: () => unknown = () => undefined;
const corrected = () => correct();

/** A partner gives this answer, until it is corrected. */
function answering(partner: 'azumuta' | 'erp', status: number): void {
  plant.answers[partner] = () => ({ status });
  correct = () => {
    plant.answers[partner] = (_, answer) => answer();
  };
}

async function overdue(): Promise<PlannedOrderRef> {
  const order = plant.plan('5', 'plain', { dueDate: '2026-11-25' });
  await plant.pulled();
  plant.advance(3 * days);
  return order;
}

/** Azumuta is down, so that it waits to be created. */
async function lateBeforeAzumuta(): Promise<PlannedOrderRef> {
  answering('azumuta', 503);
  const order = plant.plan('5', 'plain', { dueDate: '2026-11-22' });
  await plant.pulled();
  await plant.work(2 * hours);
  return order;
}

/** Built when it was late, while the ERP is down. */
async function lateBeforeErp(): Promise<PlannedOrderRef> {
  const order = plant.plan('5', 'plain', { dueDate: '2026-11-22' });
  await plant.pulled();
  answering('erp', 503);
  plant.azumuta.complete(order.number, { quantity: 5 });
  await plant.work(2 * hours);
  return order;
}

/** Built, while the ERP gives this answer to every call. */
async function builtWhile(status: number): Promise<PlannedOrderRef> {
  const order = await released();
  answering('erp', status);
  plant.azumuta.complete(order.number, { quantity: 5 });
  await plant.work(2 * hours);
  return order;
}

/** Those that a mail tells. */
const told = {
  'refused by the mapping': {
    'in the configuration': {
      async happens() {
        plant.deploy({
          productOrders: {
            parameters: () => {
              throw new Error('no such field');
            },
          },
        });
        const order = plant.plan('5', 'plain', { dueDate: '2027-06-01' });
        await plant.pulled();
        return order;
      },
      async follow(order) {
        plant.deploy({ productOrders: { parameters: () => ({ Quantity: 5 }) } }, 'second');
        plant.advance(hours);
        plant.erp.touch(order);
        await plant.pulled();
        await built(order, 5);
      },
      books: { good: '5' },
    },
  },
  waiting: {
    'in the ERP': {
      async happens() {
        const order = await released();
        plant.erp.lock(order);
        plant.azumuta.complete(order.number, { quantity: 5 });
        await plant.work(3 * hours);
        return order;
      },
      follow: (order) => plant.erp.unlock(order),
      books: { good: '5' },
    },
  },
  overdue: {
    'in Azumuta': {
      happens: overdue,
      follow: (order) => built(order, 5),
      books: { good: '5' },
    },
    'in the ERP': {
      happens: overdue,
      follow: (order) => plant.erp.changeDueDate(order, '2027-06-01'),
      made: ['MO/0001 open'],
    },
  },
  'late and under way': {
    'by waiting': { happens: lateBeforeErp, follow: () => corrected(), books: { good: '5' } },
    'in the ERP': {
      happens: lateBeforeAzumuta,
      async follow(order) {
        plant.erp.changeDueDate(order, '2027-06-01');
        await plant.pulled();
        await corrected();
      },
      made: ['MO/0001 open'],
    },
  },
  'partner-down': {
    'at the partner': {
      happens: () => builtWhile(503),
      named: { partner: 'the ERP' },
      follow: corrected,
      books: { good: '5' },
    },
  },
  'credentials refused': {
    'with the right ones': { happens: () => builtWhile(401), follow: corrected, books: { good: '5' } },
  },
} as const satisfies Partial<Record<Name, Readonly<Record<string, Story>>>>;

const kindOf: Readonly<Record<keyof typeof told, TroubleKind>> = {
  'refused by the mapping': 'refused',
  waiting: 'waiting',
  overdue: 'overdue',
  'late and under way': 'overdue',
  'partner-down': 'partner-down',
  'credentials refused': 'partner-down',
};

/** The dead letters of an order are gone without an end, as 0.3.0 let them expire; SQS keeps a message for 14 days. */
async function lettersExpire(): Promise<void> {
  plant.advance(15 * days);
  const table = new Table(plant.table.client, 'ledger');
  for (const { pk, sk } of plant.table.items())
    if (String(sk).startsWith('DEAD-LETTER#')) await table.remove({ pk: String(pk), sk: String(sk) });
}

async function tracedNext(number: string): Promise<string> {
  const { ledger, clock } = plant;
  const trace = await traceOrder(number, ledger, lookingLocally(clock.now()));
  return trace.productOrders.find((order) => order.number === number)?.next ?? '';
}

async function refusedBooking(): Promise<PlannedOrderRef> {
  const order = await released();
  correct = closedPeriod();
  await built(order, 5);
  await lettersExpire();
  return order;
}

async function refusedCreation(): Promise<PlannedOrderRef> {
  correct = withoutArticles();
  const order = await released();
  await lettersExpire();
  return order;
}

const replayed: Story['follow'] = async (_, type) => {
  await correct();
  await type('replay');
};

/** Those that only `trace` and the page of the order tell. */
const shown = {
  'booking refused, dead letter gone': {
    'with a replay': { happens: refusedBooking, types: ['replay'], follow: replayed, books: { good: '5' } },
    'by hand': {
      happens: refusedBooking,
      types: ['give-up'],
      async follow(order, type) {
        plant.erp.finishByHand(order);
        await type('give-up');
      },
      books: { good: '5' },
    },
  },
  'creation refused, dead letter gone': {
    'with a replay': {
      happens: refusedCreation,
      types: ['replay'],
      follow: replayed,
      made: ['MO/0001 open'],
    },
    'by its end': {
      happens: refusedCreation,
      types: ['give-up'],
      follow: (_, type) => type('give-up'),
      made: [],
    },
  },
  'sent again': {
    'by waiting': {
      async happens() {
        const order = await released();
        correct = closedPeriod();
        await built(order, 5);
        await correct();
        await plant.ledger.pauses.pauseFlow('completions');
        await plant.replayed();
        return order;
      },
      follow: () => plant.ledger.pauses.resumeFlow('completions'),
      books: { good: '5' },
    },
  },
  'bookings paused until': {
    'by waiting': {
      async happens() {
        const order = await released();
        const until = new Date(plant.clock.now().getTime() + days / 2);
        await plant.ledger.pauses.pauseFlow('bookings', { until, ends: 'by itself' });
        await built(order, 5);
        return order;
      },
      follow: async () => undefined,
      books: { good: '5' },
    },
  },
  'bookings paused': {
    'by resuming them': {
      async happens() {
        const order = await released();
        await plant.ledger.pauses.pauseFlow('bookings');
        await built(order, 5);
        return order;
      },
      follow: () => plant.ledger.pauses.resumeFlow('bookings'),
      books: { good: '5' },
    },
  },
} as const satisfies Partial<Record<Name, Readonly<Record<string, Story>>>>;

/** What is about no order, and where its end is tested. */
const elsewhere = {
  'channel-down': 'test/shared/alerts/delivery.test.ts',
  paused: 'test/infra/ops/commands/pause.ts',
  'paused until': 'test/shared/situation/problems.test.ts',
  'paused too long': 'test/infra/ops/commands/pause.ts',
  slow: 'test/shared/situation/problems.test.ts',
  stalled: 'test/shared/situation/problems.test.ts',
} as const;

/** A new advice does not compile without a story, or the place of its test. */
const all = { ...told, ...shown, ...elsewhere } satisfies Record<Name, unknown>;

describe('what is advised about anything else', () => {
  it.each(rowsOf<keyof typeof told>(told))('ends it: %s, put right %s', async (name, _way, story) => {
    await followed(kindOf[name], adviceOnOthers[name], story);
  });

  it.each(rowsOf<keyof typeof shown>(shown))('ends it: %s, put right %s', async (name, _way, story) => {
    // Prepare
    const order = await story.happens();
    const advice = adviceInWords(adviceOnOthers[name]);
    const before = await tracedNext(order.number);
    await plant.alerts();
    const mails = plant.mails.length;

    // Act
    await story.follow(order, (word) => typeFrom(advice, word, order.number));
    await plant.work();
    await daysGoBy(3);

    // Assess
    expect(before).toBe(advice);
    expect(await kinds()).toEqual([]);
    expect(unexpectedSince(mails)).toEqual([]);
    if (story.books) expect(plant.erp.books(order)).toMatchObject(story.books);
    if (story.made) expect(made()).toEqual(story.made);
  });

  it('has each of its commands typed here', () => {
    const missing = allUntyped<keyof typeof told | keyof typeof shown>(adviceOnOthers, { ...told, ...shown });
    expect(missing).toEqual([]);
  });

  it('is tested where the others are', () => {
    for (const file of Object.values(elsewhere)) expect(existsSync(file), file).toBe(true);
    expect(Object.keys(all)).toHaveLength(Object.keys(adviceOnOthers).length);
  });
});
