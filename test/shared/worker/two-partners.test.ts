import { describe, expect, it, vi } from 'vitest';
import type { Consumer, WorkerStep } from '../../../shared/worker/worker.ts';
import { sqsRecord } from '../../support/sqs.ts';
import { type Plant, plantOn } from './plant.ts';
import { batch, doing, failedIds, idsOf, stoppedTime, workerStage } from './stage.ts';

const stage = await workerStage();
stoppedTime();

/** What a message needs: Azumuta and then the ERP (`reads …`), or only the ERP (`books …`). */
function partnered(story: string[], during: (event: string) => unknown = () => undefined): Consumer<string> {
  const tell = async (event: string) => {
    story.push(event);
    await during(event);
  };
  return {
    ...doing(async () => undefined),
    partners: ['azumuta', 'erp'],
    begin: async (body) => {
      await during('begins');
      const booking = {
        needs: 'erp',
        async run() {
          await tell(`erp ${body}`);
          return undefined;
        },
      } as const;
      if (body.startsWith('books')) return booking;
      return {
        needs: 'azumuta',
        async run({ signal }) {
          await tell(`azumuta ${body}`);
          signal.throwIfAborted();
          return { ...booking, leave: () => tell(`leaves ${body}`) };
        },
      };
    },
  };
}

/** An invocation whose time passes when the test says so. */
function invoked() {
  let left = 60_000;
  return {
    awsRequestId: 'request',
    getRemainingTimeInMillis: () => left,
    async pass(passed: number) {
      left -= passed * 1000;
      await vi.advanceTimersByTimeAsync(passed * 1000);
    },
  };
}

/** A container works on these messages. */
async function worked(
  plant: Plant,
  records: readonly ReturnType<typeof sqsRecord>[],
  {
    during,
    time = invoked(),
  }: { during?: (event: string) => unknown; time?: ReturnType<typeof invoked> } = {},
) {
  const story: string[] = [];
  plant.forget();
  const response = await plant.workerOf(partnered(story, during))(batch(...records), time);
  return { story, again: failedIds(response), writes: plant.asked.filter((one) => !one.startsWith('reads')) };
}

const message = (body: string, receiveCount = 1) => sqsRecord({ body, receiveCount });

describe('a container that calls two partners', () => {
  it('is done with the first before it calls the second, and never holds slots of both', async () => {
    // Prepare: whoever asks for the other partner's slot gets it
    const plant = plantOn(stage, { azumuta: { atOnce: 1 }, erp: { atOnce: 1 } });
    const free: boolean[] = [];
    const during = async (event: string) => {
      if (event === 'begins') return;
      const partner = event.startsWith('azumuta') ? 'erp' : 'azumuta';
      const slots = await plant.held('new', partner);
      free.push((await slots?.take(partner)) === true);
      await slots?.end();
    };

    // Act
    const { story, again } = await worked(plant, [message('reads 1', 7), message('reads 2', 7)], { during });

    // Assess
    expect(again).toEqual([]);
    expect(story).toEqual(['azumuta reads 1', 'azumuta reads 2', 'erp reads 1', 'erp reads 2']);
    expect(free).toEqual([true, true, true, true]);
  });

  it('calls the first until half of its time, and gives back unwritten what it has not begun', async () => {
    // Prepare: reading the second ends at half of the time
    const plant = plantOn(stage, { azumuta: { atOnce: 1 } });
    const records = ['reads 1', 'reads 2', 'reads 3'].map((body) => message(body));
    const time = invoked();
    const during = (event: string) => event.startsWith('azumuta') && time.pass(event.endsWith('1') ? 10 : 20);

    // Act
    const { story, again } = await worked(plant, records, { during, time });

    // Assess
    expect(story).toEqual(['azumuta reads 1', 'azumuta reads 2', 'erp reads 1']);
    expect(again).toEqual(idsOf(records.slice(1)));
    expect(plant.asked.filter((one) => one.includes('MESSAGE#'))).toEqual([
      `writes MESSAGE#${records[1]?.messageId} ATTEMPTS`,
    ]);
  });

  it.each([
    ['is down', {}, (plant: Plant) => plant.outage()],
    ['has no slot', { erp: { atOnce: 1 } }, (plant: Plant) => plant.held('new')],
  ])('writes down what it has read when the second %s, and nothing else', async (_, limits, prepare) => {
    // Prepare
    const plant = plantOn(stage, limits);
    await prepare(plant);
    const records = [message('reads 1'), message('books 2', 7), message('reads 3', 7)];
    const noted = `writes MESSAGE#${records[2]?.messageId} ATTEMPTS`;

    // Act
    const { story, again, writes } = await worked(plant, records);

    // Assess: the attempt that had begun is taken back
    expect(story.toSorted()).toEqual([
      'azumuta reads 1',
      'azumuta reads 3',
      'leaves reads 1',
      'leaves reads 3',
    ]);
    expect(again).toEqual(idsOf(records));
    expect(writes.filter((one) => !one.includes('SLOTS#'))).toEqual([noted, noted]);
    expect(await plant.ledger.attempts.countUnfinished(records[2]?.messageId ?? '')).toBe(0);
  });

  it('begins a booking only with 24 s left', async () => {
    // Prepare
    const plant = plantOn(stage);
    const story: string[] = [];
    const passes = new Map<string, number>();
    let time = invoked();
    const during = (event: string) => time.pass(passes.get(event) ?? 0);
    const worker = plant.workerOf(partnered(story, during));
    await worker(batch(message('books 1')), time);
    const records = [message('reads 2'), message('books 3', 7)];
    const workedWith = async (left: number) => {
      time = invoked();
      passes.set('begins', (60 - left) / 2);
      return failedIds(await worker(batch(...records), time));
    };

    // Act
    plant.forget();
    const late = await workedWith(23.99);
    const written = plant.asked.filter((one) => !one.startsWith('reads'));
    const inTime = await workedWith(24);

    // Assess
    expect([late, inTime]).toEqual([idsOf(records), []]);
    expect(written).toEqual([]);
    expect(story.slice(1, 3)).toEqual(['azumuta reads 2', 'leaves reads 2']);
    expect(story.slice(3).toSorted()).toEqual(['azumuta reads 2', 'erp books 3', 'erp reads 2']);
  });

  it('goes on with what needs only the second while the first is down, and gives back the rest unwritten', async () => {
    const plant = plantOn(stage);
    await plant.outage('azumuta');
    const [reads, books] = [message('reads 1', 7), message('books 2')];
    const { story, again, writes } = await worked(plant, [reads, books]);
    expect(story).toEqual(['erp books 2']);
    expect(again).toEqual([reads.messageId]);
    expect(writes).toEqual([]);
  });

  it('gives back a step that needs a partner whose turn is over: it is not lost', async () => {
    // Prepare
    const record = message('reads 1');
    const reads = async (): Promise<WorkerStep> => ({ needs: 'azumuta', run: reads });
    const consumer: Consumer<string> = { ...partnered([]), begin: reads };

    // Act
    const response = await plantOn(stage).workerOf(consumer)(batch(record), invoked());

    // Assess
    expect(failedIds(response)).toEqual([record.messageId]);
  });
});

describe('a suspect among messages that need two partners', () => {
  /** The body names who is suspected. */
  async function delivered(plant: Plant, ...bodies: readonly string[]) {
    const records = bodies.map((body) => message(body, 3));
    const { attempts } = plant.ledger;
    for (const { messageId, body } of records)
      if (body.includes('suspect')) await attempts.recordUnfinished(messageId, 1);
      else await attempts.recordFailure(messageId, { unexpected: false });
    return records;
  }

  it('is alone with both partners when it needs both, and the others are given back before it begins', async () => {
    // Prepare
    const plant = plantOn(stage);
    const records = await delivered(plant, 'books 1', 'reads 2', 'reads suspect');
    const hidden: number[] = [];
    const during = (event: string) => event !== 'begins' && hidden.push(stage.sqs.visibility.size);

    // Act
    const { story, again } = await worked(plant, records, { during });

    // Assess
    expect(story).toEqual(['azumuta reads suspect', 'erp reads suspect']);
    expect(hidden).toEqual([2, 2]);
    expect(again).toEqual(idsOf(records.slice(0, 2)));
  });

  it('is alone with the second: what was read for others is written down before', async () => {
    // Prepare
    const plant = plantOn(stage);
    const records = await delivered(plant, 'reads 1', 'books suspect', 'books 3');

    // Act
    const { story, again } = await worked(plant, records);

    // Assess
    expect(story).toEqual(['azumuta reads 1', 'leaves reads 1', 'erp books suspect']);
    expect(again).toEqual(idsOf(records.filter(({ body }) => body !== 'books suspect')));
  });
});
