import type { SQSRecord } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import { sqsRecord } from '../../support/sqs.ts';
import { plantOn, secondsBefore } from './plant.ts';
import { batch, doing, failedIds, idsOf, invocation, workerStage } from './stage.ts';

const stage = await workerStage();
const hour = 3600;
const day = 24 * hour;
const secondsAgo = (seconds: number) => secondsBefore(stage.clock, seconds);
const planted = (erp = {}) => plantOn(stage, { erp });

/** A container of a plant whose ERP is down, and what it has called. */
async function whileDown(erp = {}) {
  const plant = planted(erp);
  await plant.outage();
  const called: string[] = [];
  const worker = plant.container(async (body) => void called.push(body));
  plant.forget();
  return { plant, worker, called };
}

it('gives a batch back while its flow is paused, calling nobody, and puts what is older than a day into its queue again', async () => {
  // Prepare
  const plant = planted();
  const called: string[] = [];
  const worker = plant.container(async (body) => void called.push(body));
  await plant.ledger.pauses.pauseFlow('completions');
  stage.clock.advance(20 * day);
  const waited = (seconds: number) =>
    sqsRecord({ body: 'success', receiveCount: 50, sentAt: secondsAgo(seconds) });
  const [fresh, young, old, oldest] = [waited(1), waited(day - 60), waited(day + 1), waited(13 * day)];

  // Act
  const paused = await worker(batch(fresh, young, old, oldest), invocation());
  await plant.ledger.pauses.resumeFlow('completions');
  stage.clock.advance(3);
  const calledMeanwhile = [...called];
  await worker(batch(fresh, young), invocation());

  // Assess
  const asFirstSent = ({ messageId, attributes: { SentTimestamp } }: SQSRecord) => ({
    queue: 'completions',
    attributes: { messageId, sentAt: new Date(Number(SentTimestamp)).toISOString() },
  });
  expect(failedIds(paused)).toEqual(idsOf([fresh, young]));
  expect(calledMeanwhile).toEqual([]);
  expect(stage.sqs.visibility.get(young.receiptHandle)).toBeGreaterThanOrEqual(600);
  expect(stage.sqs.sent).toMatchObject([old, oldest].map(asFirstSent));
  expect(called).toHaveLength(2);
});

it.each([
  ['completions', 1],
  ['bookings', 2],
] as const)(
  'calls nobody where the ledger cannot tell whether it is paused, and works once it can: %s, which read %i says',
  async (flow, failing) => {
    // Prepare
    const plant = planted();
    const called: string[] = [];
    const breaker = plant.newBreaker();
    let reads = 0;
    const outage: typeof breaker.outage = async (partner, asked = 'bookings') => {
      reads += 1;
      if (reads === failing) throw new Error('ProvisionedThroughputExceededException');
      return breaker.outage(partner, asked);
    };
    const worker = plant.workerOf(
      doing(async (body) => void called.push(body)),
      { outage },
    );
    const record = sqsRecord({ body: 'success' });
    await plant.ledger.pauses.pauseFlow(flow);

    // Act
    const unknown = await worker(batch(record), invocation());
    const paused = await worker(batch(record), invocation());
    await plant.ledger.pauses.resumeFlow(flow);
    const resumed = await worker(batch(record), invocation());

    // Assess
    expect([unknown, paused, resumed].map(failedIds)).toEqual([[record.messageId], [record.messageId], []]);
    expect(called).toEqual(['success']);
  },
);

it('does not put a message into its queue again whose order was given up during the pause', async () => {
  // Prepare
  const plant = planted();
  const isGivenUp = async () => true;
  const worker = plant.workerOf({ ...doing(async () => undefined), isGivenUp });
  await plant.ledger.pauses.pauseFlow('completions');
  const old = sqsRecord({ body: 'success', receiveCount: 50, sentAt: secondsAgo(day + 1) });

  // Act
  const response = await worker(batch(old), invocation());

  // Assess
  expect(failedIds(response)).toEqual([]);
  expect(stage.sqs.sent).toEqual([]);
});

it('keeps a message in its pause that SQS does not take again', async () => {
  // Prepare
  const plant = planted();
  const worker = plant.container(async () => undefined);
  await plant.ledger.pauses.pauseFlow('completions');
  const old = sqsRecord({ body: 'success', receiveCount: 50, sentAt: secondsAgo(day + 1) });
  stage.sqs.fail('SendMessage', 503, 9);

  // Act
  const response = await worker(batch(old), invocation());

  // Assess
  expect(failedIds(response)).toEqual(idsOf([old]));
});

describe('a batch while the partner is down', () => {
  it('costs two reads of the ledger, one call of the queue and one log line each time it comes', async () => {
    // Prepare
    const { plant, worker } = await whileDown({ atOnce: 1 });
    const records = [1, 1, 2, 30].map((receiveCount) => sqsRecord({ body: 'success', receiveCount }));

    // Act
    const response = await worker(batch(...records), invocation());

    // Assess
    expect(failedIds(response)).toEqual(idsOf(records));
    expect(plant.asked).toEqual(Array(2).fill('reads BREAKER#erp STATE'));
    expect(plant.changed).toEqual([4]);
    expect(stage.logged.lines).toHaveLength(1);
    expect(stage.logged.measured('Retried')).toEqual([4]);
  });

  it('waits at least as long as the breaker says, and not long for a short outage, however often it came before', async () => {
    // Prepare
    const { worker } = await whileDown();
    const record = sqsRecord({ body: 'success', receiveCount: 400 });

    // Act
    await worker(batch(record), invocation());

    // Assess
    const seconds = stage.sqs.visibility.get(record.receiptHandle);
    expect(seconds).toBeGreaterThanOrEqual(15);
    expect(seconds).toBeLessThanOrEqual(20);
  });

  it('dead-letters messages that have waited too long, and leaves the others', async () => {
    // Prepare
    const { worker } = await whileDown();
    const old = sqsRecord({ body: 'success', receiveCount: 600, sentAt: secondsAgo(6 * day + 1) });
    const neighbour = sqsRecord({ body: 'success', receiveCount: 3 });

    // Act
    const response = await worker(batch(neighbour, old), invocation());

    // Assess
    expect(failedIds(response)).toEqual([neighbour.messageId]);
    expect(stage.sqs.sent).toMatchObject([
      { attributes: { cause: 'waited-too-long', messageId: old.messageId } },
    ]);
  });

  it('has one message probe when a probe is due, and the others wait for a moment', async () => {
    // Prepare
    const { worker, called } = await whileDown();
    stage.clock.advance(20);
    const records = ['first', 'second', 'third'].map((body) => sqsRecord({ body, receiveCount: 5 }));

    // Act
    const response = await worker(batch(...records), invocation());

    // Assess
    expect(called).toEqual(['first']);
    expect(failedIds(response)).toEqual(idsOf(records.slice(1)));
    const seconds = records.slice(1).map(({ receiptHandle }) => stage.sqs.visibility.get(receiptHandle));
    expect(seconds).toEqual([4, 4]);
  });
});

describe('a batch with new messages and a backlog', () => {
  const old = (body = 'old') => sqsRecord({ body, receiveCount: 20, sentAt: secondsAgo(2 * hour) });
  const fresh = () => sqsRecord({ body: 'new' });

  it('has its new messages worked on first', async () => {
    const worked: string[] = [];
    const worker = planted({ atOnce: 2 }).container(async (body) => void worked.push(body));
    await worker(batch(old(), fresh(), old(), fresh()), invocation());
    expect(worked).toEqual(['new', 'new', 'old', 'old']);
  });

  it('costs a query and two writes for the slot of all its messages', async () => {
    const plant = planted({ atOnce: 1 });
    await plant.container(async () => {})(batch(fresh(), fresh(), fresh()), invocation());
    const ofSlots = plant.asked.filter((one) => one.includes('SLOTS#'));
    const slot = 'writes SLOTS#erp SLOT#1';
    expect(ofSlots).toEqual(['queries SLOTS#erp', slot, slot]);
  });

  it('has only its new messages worked on while the backlog has its half of the slots', async () => {
    // Prepare
    const plant = planted({ atOnce: 2 });
    await plant.held('backlog');
    const worked: string[] = [];
    const records = [old(), fresh(), old()];

    // Act
    const worker = plant.container(async (body) => void worked.push(body));
    const response = await worker(batch(...records), invocation());

    // Assess
    expect(worked).toEqual(['new']);
    expect(failedIds(response)).toEqual(idsOf([0, 2].flatMap((at) => records[at] ?? [])));
  });

  it('costs two requests when it is all backlog and another container works on that, and is retried in minutes if it is full', async () => {
    // Prepare
    const plant = planted({ atOnce: 1 });
    await plant.held('backlog');
    const worker = plant.container(async () => {});
    plant.forget();
    const full = Array.from({ length: 10 }, () => old());
    const single = old();

    // Act
    await worker(batch(...full), invocation());
    const asked = [...plant.asked];
    await worker(batch(single), invocation());

    // Assess: of two hours it waits at most a quarter, and a quarter of an hour at most
    expect(asked).toEqual(['reads BREAKER#erp STATE', 'queries SLOTS#erp']);
    for (const { receiptHandle } of full) expect(stage.sqs.visibility.get(receiptHandle)).toBe(750);
    expect(stage.sqs.visibility.get(single.receiptHandle)).toBe(75);
  });

  it('gives the rest of its backlog back as soon as a new message waits', async () => {
    // Prepare: a new message comes during the second booking
    const plant = planted({ atOnce: 1 });
    const worked: string[] = [];
    const worker = plant.container(async (body) => {
      worked.push(body);
      if (body === 'second') await plant.held('new');
    });
    const records = ['first', 'second', 'third', 'fourth'].map(old);

    // Act
    const response = await worker(batch(...records), invocation());

    // Assess
    expect(worked).toEqual(['first', 'second']);
    expect(failedIds(response)).toEqual(idsOf(records.slice(2)));
    expect(await plant.held('new').then((slots) => slots?.take('erp'))).toBe(true);
  });
});
