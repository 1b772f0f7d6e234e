import { describe, expect, it } from 'vitest';
import { discardDeadLetters } from '../../infra/console/dead-letters.ts';
import { DeadLetterQueue } from '../../infra/ops/dead-letters/queue.ts';
import { endings } from '../../infra/ops/orders/end-order.ts';
import { defaultContract } from '../../shared/azumuta/contract.ts';
import { createQueues } from '../../shared/platform/aws/queue.ts';
import { readSituation } from '../../shared/situation/read.ts';
import { urlOf } from '../simulation/world/network.ts';
import { queueUrlOf } from '../simulation/world/plant.ts';
import { dueTerms } from '../support/due.ts';
import { overriding } from '../support/overriding.ts';
import {
  daysGoBy,
  eachWithPlant,
  endDependencies,
  kinds,
  made,
  plant,
  subjects,
  takePlant,
  withoutArticles,
} from './acts.ts';
import { days, hours, type LifePlant } from './plant.ts';

eachWithPlant();

type Order = ReturnType<LifePlant['plan']>;

/** The ERP refuses each booking, until the answer that this returns is called. */
function closedPeriod(): () => void {
  let isClosed = true;
  plant.answers.erp = ({ method, url }, answer) =>
    isClosed && method === 'POST' && url.pathname.includes('/bookings')
      ? { status: 422, body: { error: { message: 'The period is closed' } } }
      : answer();
  return () => {
    isClosed = false;
  };
}

/** One that Azumuta cannot make, as it lacks the article. */
async function refusedCreation() {
  const correct = withoutArticles();
  const order = plant.plan('5');
  await plant.pulled();
  expect(await kinds()).toEqual(['dead-letter']);
  return { order, correct };
}

/** One that is built, and that the ERP does not book. */
async function refusedBooking() {
  const correct = closedPeriod();
  const order = plant.plan('5', 'plain', { dueDate: '2027-06-01' });
  await plant.pulled();
  plant.azumuta.complete(order.number);
  await plant.work();
  expect(await kinds()).toEqual(['dead-letter']);
  return { order, correct };
}

/** SQS keeps a message for 14 days. */
async function untilMessagesAreGone(): Promise<void> {
  await daysGoBy(20);
  expect(plant.letters()).toEqual([]);
}

function situation() {
  const { ledger, clock } = plant;
  return readSituation({
    ledger,
    breaker: ledger.breaker,
    clock,
    ...dueTerms,
    outageSeconds: 0,
    queue: async () => ({ waiting: 0, underWay: 0 }),
    countDeadLetters: async () => plant.letters().length,
  });
}

const giveUp = ({ number }: Order) =>
  endings['give-up']({ number, go: true, note: 'booked by hand (An)' }, endDependencies());

function deadLetterQueue() {
  const names = defaultContract.trigger;
  return new DeadLetterQueue(plant.queues.client, queueUrlOf('dead-letters'), { names });
}

/** As the console discards: also what the queue does not have any more. */
async function discarded({ number }: Order): Promise<void> {
  const records = (await plant.ledger.deadLetters.listOfOrder(number)).filter(({ isDead }) => isDead);
  const wanted = ({ numbers }: { readonly numbers: readonly string[] }) => numbers.includes(number);
  const request = { wanted, records, note: 'by hand (An)' };
  await discardDeadLetters(request, { deadLetters: deadLetterQueue(), ledger: plant.ledger });
}

const replayed = ({ number }: Order) => plant.replayed({ orders: new Set([number]) });

describe('a dead letter whose message SQS has forgotten', () => {
  it.each([
    ['booking', refusedBooking],
    ['creation', refusedCreation],
  ])('stays open and told every day while its %s is refused', async (_, refused) => {
    // Prepare
    const { order } = await refused();

    // Act
    await untilMessagesAreGone();

    // Assess
    expect(subjects().filter((subject) => subject.startsWith('Over'))).toEqual([]);
    expect(plant.mails.at(-1)).toMatchObject({
      at: plant.clock.now().toISOString(),
      subject: expect.stringContaining(`Still open: ${order.number}: `),
    });
    const { troubles, deadLetters, unfiled } = await situation();
    expect(troubles.filter(({ kind }) => kind === 'dead-letter')).toHaveLength(1);
    expect([deadLetters, unfiled]).toEqual([1, 0]);
  });

  it('hides no letter of the queue that belongs to no known order', async () => {
    await refusedBooking();
    await untilMessagesAreGone();
    await plant.trigger('{"nonsense":true}');
    expect(await situation()).toMatchObject({ unfiled: 1, deadLetters: 2 });
  });

  it.each<[string, (order: Order, correct: () => void) => Promise<unknown>, string]>([
    [
      'the replay of its order, once that can be booked',
      (order, correct) => {
        correct();
        return replayed(order);
      },
      'done',
    ],
    ['discarding it', (order) => discarded(order), 'open'],
    ['giving its order up', (order) => giveUp(order), 'open'],
  ])('ends by %s', async (_, end, state) => {
    const { order, correct } = await refusedBooking();
    await untilMessagesAreGone();
    await end(order, correct);
    await plant.alerts();
    expect(await kinds()).toEqual([]);
    expect(plant.erp.books(order).state).toBe(state);
    expect(subjects()).toContainEqual(expect.stringMatching(/^Over: 1 /));
  });

  it.each<[string, (order: Order, correct: () => void) => Promise<unknown>, string[]]>([
    [
      'the replay of its order, once that can be made',
      (order, correct) => {
        correct();
        return replayed(order);
      },
      ['MO/0001 open'],
    ],
    [
      'the replay of its order, once the ERP does not want it any more',
      (order) => {
        plant.erp.remove(order);
        return replayed(order);
      },
      [],
    ],
    ['discarding it', (order) => discarded(order), []],
    ['giving its order up', (order) => giveUp(order), []],
  ])('of a creation ends by %s', async (_, end, there) => {
    const { order, correct } = await refusedCreation();
    await untilMessagesAreGone();
    await end(order, correct);
    await plant.alerts();
    expect(await kinds()).toEqual([]);
    expect(made()).toEqual(there);
    expect(subjects()).toContainEqual(expect.stringMatching(/^Over: 1 /));
  });

  it('of a creation is replayed, too, where the ERP cannot be asked for one order', async () => {
    const definition = plant.erp.definition(urlOf('erp'));
    const connect: typeof definition.connect = (environment) =>
      overriding(definition.connect(environment), { readOrder: undefined });
    plant.deploy({ erp: { ...definition, connect } });
    const { order, correct } = await refusedCreation();
    await untilMessagesAreGone();
    correct();
    await replayed(order);
    expect(made()).toEqual([`${order.number} open`]);
    expect(await kinds()).toEqual([]);
  });
});

describe('a dead letter of a creation', () => {
  it.each(['rest', 'sap-s4hana', 'odoo 17'] as const)(
    'ends once its order is cancelled in the ERP (%s), which is said in its place',
    async (erp) => {
      takePlant({ erp });
      const { order } = await refusedCreation();
      plant.advance(hours);
      plant.erp.cancel(order);
      await plant.pulled();
      expect(await kinds()).toEqual([]);
      expect(await plant.get(order.number)).toMatchObject({
        productOrders: [{ stage: 'withdrawn', reason: expect.stringContaining('cancelled in the ERP') }],
      });
    },
  );

  it('that has waited too long ends once another message has made its order', async () => {
    // Prepare
    const order = plant.plan('5');
    plant.answers.azumuta = () => ({ status: 503 });
    await plant.pull();
    await plant.work(7 * days);
    expect(await kinds()).toEqual(['dead-letter']);

    // Act
    plant.answers.azumuta = (_, answer) => answer();
    await plant.post({ number: order.number, id: order.id, article: 'GEAR-01', quantity: '5', unit: 'u' });
    await plant.work();

    // Assess
    expect(made()).toEqual([`${order.number} open`]);
    expect(await kinds()).toEqual([]);
  });
});

it('stays over when a person discards it, and SQS sends a copy of it back', async () => {
  // Prepare
  const { order } = await refusedBooking();
  const [letter] = plant.queues.messages(queueUrlOf('dead-letters'));
  await discarded(order);
  plant.advance(days);

  // Act: the attributes of a letter stay with it.
  const attributes = Object.entries(letter?.attributes ?? {}).flatMap(([name, { StringValue }]) =>
    StringValue === undefined ? [] : [[name, StringValue] as const],
  );
  const { send } = createQueues(plant.queues.client);
  await send(queueUrlOf('completions'), {
    body: letter?.body ?? '',
    attributes: Object.fromEntries(attributes),
  });
  await plant.work();

  // Assess
  expect(plant.letters()).toEqual([]);
  expect(await kinds()).toEqual([]);
  expect(plant.erp.books(order).state).toBe('open');
});
