import { describe, expect, it } from 'vitest';
import type { AzumutaClient } from '../../../shared/azumuta/client.ts';
import { CompletionReader } from '../../../shared/completions/read-recordings.ts';
import { setFaults } from '../../support/faults.ts';
import { partnersOn, workAttempt } from '../../support/partners.ts';
import { booked, completed, inErp, recordingRoute } from './completed.ts';
import { otherAzumuta } from './other-azumuta.ts';
import { startCompletionStage } from './stage.ts';

const stage = await startCompletionStage();

/** A reader, as a container has it. */
function readerOf(azumuta: AzumutaClient) {
  const { ledger, clock, store } = stage;
  const partners = partnersOn({ ...store, clock });
  return new CompletionReader({ ledger, clock, azumuta, partners, includeOperators: false });
}

describe('the recordings of a completion', () => {
  it('are read four at a time', async () => {
    // Prepare: no answer comes before four were asked for
    const { number, recordingIds } = await completed(stage, { recordings: 9 });
    const four = Promise.withResolvers<void>();
    let underWay = 0;
    let most = 0;
    const { azumuta } = await otherAzumuta(stage, {
      async held() {
        underWay += 1;
        most = Math.max(most, underWay);
        if (underWay === 4) four.resolve();
        await four.promise;
        underWay -= 1;
      },
    });

    // Act
    await stage.handle(number, {}, { azumuta });

    // Assess
    expect(most).toBe(4);
    expect(await booked(stage, number)).toEqual(recordingIds.toSorted());
  });

  it('are not read any more once the attempt is out of time', async () => {
    const { number } = await completed(stage, { recordings: 9 });
    const deadline = new AbortController();
    const { azumuta, readIds } = await otherAzumuta(stage, { held: () => deadline.abort() });
    const failure = await stage.message(number, { signal: deadline.signal })({ azumuta });
    expect(failure).toMatchObject({ name: 'RetryLater', scope: 'order' });
    expect(readIds().length).toBeLessThanOrEqual(4);
    expect(await stage.ledger.bookings.listOfOrder(number)).toEqual([]);
  });
});

describe('a completion that takes longer to read than an attempt may last', () => {
  it('is read from where the attempt before ran out of time, each recording once', async () => {
    // Prepare: every attempt is out of time at its fifth recording
    const { number, recordingIds } = await completed(stage, { recordings: 9 });
    let deadline = new AbortController();
    let reads = 0;
    const { azumuta, readIds } = await otherAzumuta(stage, {
      held() {
        reads += 1;
        if (reads % 5 === 0) deadline.abort();
      },
    });
    const { ledger, clock } = stage;
    const reader = readerOf(azumuta);
    const trigger = { messageId: `trigger of ${number}`, sentAt: clock.now() };
    let attempts = 0;

    // Act: the ERP is down, so that only the reading is limited
    while ((await ledger.bookings.listOfOrder(number)).length === 0 && attempts < 9) {
      attempts += 1;
      deadline = new AbortController();
      await stage.message(number, { ...trigger, signal: deadline.signal })({ reader, down: 'erp' });
      clock.advance(4);
    }
    const readInAll = readIds().length;
    const [id = ''] = recordingIds;
    const [planned] = await ledger.bookings.listOfOrder(number);
    const productOrder = planned?.productOrder ?? { id: '', number };
    await reader.readRecordings([{ id, productOrder }], workAttempt(clock, trigger));

    // Assess: recordings that were asked for at the deadline are asked for again, and nothing is remembered in the end
    expect(planned).toMatchObject({ recordingIds });
    expect(readInAll).toBeLessThanOrEqual(recordingIds.length + 4 * (attempts - 1));
    expect(readIds().slice(readInAll)).toEqual([id]);
  });
});

describe('a completion whose first attempt was out of time after its first recording', () => {
  /** A reader, and an attempt by it that ends so. */
  async function begun() {
    const { number, recordingIds } = await completed(stage, { recordings: 6 });
    const deadline = new AbortController();
    const { azumuta, readIds } = await otherAzumuta(stage, {
      held: () => void (readIds().length > 4 && deadline.abort()),
    });
    const reader = readerOf(azumuta);
    const trigger = { messageId: `trigger of ${number}`, sentAt: stage.clock.now() };
    const failure = await stage.message(number, { ...trigger, signal: deadline.signal })({ reader });
    expect(failure).toMatchObject({ name: 'RetryLater' });
    const again = () => stage.message(number, trigger)({ reader });
    return { number, recordingIds, readIds, reader, again };
  }

  it('has it read again ten minutes later, as it may have been corrected', async () => {
    const { number, recordingIds, readIds, again } = await begun();
    const [first] = readIds();
    stage.clock.advance(11 * 60);
    await again();
    expect(readIds().filter((id) => id === first)).toHaveLength(2);
    expect(await booked(stage, number)).toEqual(recordingIds.toSorted());
  });

  it('has all of it read again by another hint, as that came because it was corrected', async () => {
    const { number, recordingIds, readIds, reader } = await begun();
    const [first] = readIds();
    stage.clock.advance(61);
    await stage.message(number)({ reader });
    expect(readIds().filter((id) => id === first)).toHaveLength(2);
    expect(await booked(stage, number)).toEqual(recordingIds.toSorted());
  });

  it('is booked as what was read first, so that a trigger of meanwhile looks at it again', async () => {
    // Prepare: the first recording is read; then it is corrected, and its trigger comes
    const { number, readIds, again, reader } = await begun();
    const readFirstAt = stage.clock.now();
    const [first] = readIds();
    stage.clock.advance(20);
    const ofCorrection = stage.message(number);
    stage.clock.advance(20);

    // Act
    await again();
    const [planned] = await stage.ledger.bookings.listOfOrder(number);
    stage.clock.advance(61);
    await ofCorrection({ reader });

    // Assess
    expect(planned?.readAt).toEqual(readFirstAt);
    expect(readIds().filter((id) => id === first)).toHaveLength(2);
  });

  it('is not booked where its product order was opened again meanwhile', async () => {
    const { number, again } = await begun();
    stage.azumutaSide.reopen(number);
    stage.clock.advance(61);
    await again();
    expect(await inErp(stage, number)).toEqual([]);
  });
});

describe('a recording that Azumuta lists and does not show', () => {
  const hidden = { kind: 'status', status: 404, route: recordingRoute } as const;

  it('is waited for, so that no other quantity is booked than was recorded', async () => {
    const { number, recordingIds } = await completed(stage, { recordings: 2 });
    const attempt = stage.message(number);
    setFaults(stage.azumutaSide, [{ ...hidden, times: 1 }]);
    const first = await attempt();
    const before = await stage.ledger.bookings.listOfOrder(number);
    await attempt();
    expect(first).toMatchObject({ name: 'RetryLater', scope: 'order' });
    expect(before).toEqual([]);
    expect(await booked(stage, number)).toEqual(recordingIds.toSorted());
  });

  it('is for a person after 30 minutes', async () => {
    const { number } = await completed(stage);
    const attempt = stage.message(number);
    setFaults(stage.azumutaSide, [hidden]);
    const first = await attempt();
    stage.clock.advance(30 * 60);
    const last = await attempt();
    setFaults(stage.azumutaSide, []);
    expect([first, last]).toMatchObject([{ name: 'RetryLater' }, { name: 'Rejected' }]);
    expect(await inErp(stage, number)).toEqual([]);
  });
});
