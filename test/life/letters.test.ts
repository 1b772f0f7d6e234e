import { describe, expect, it } from 'vitest';
import { readSituation } from '../../shared/situation/read.ts';
import { eachWithPlant, kinds, plant, subjects } from './acts.ts';
import { days } from './plant.ts';

eachWithPlant();

/** Azumuta does not know articles, until the answer that this returns is called. */
function withoutArticles(): () => void {
  let isUnknown = true;
  plant.answers.azumuta = ({ url }, answer) =>
    isUnknown && url.pathname.endsWith('/articles') ? { body: { data: [] } } : answer();
  return () => {
    isUnknown = false;
  };
}

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
  for (let day = 0; day < 20; day++) {
    plant.advance(days);
    await plant.pulled();
    await plant.looked();
    await plant.alerts();
  }
  expect(plant.letters()).toEqual([]);
}

function situation() {
  const { ledger, clock } = plant;
  return readSituation({
    ...{ ledger, breaker: ledger.breaker, clock, graceHours: 24, outageSeconds: 0 },
    queue: async () => ({ waiting: 0, underWay: 0 }),
    countDeadLetters: async () => plant.letters().length,
  });
}

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
});
