import { describe, expect, it } from 'vitest';
import { ledgerOnDynalite } from '../../../support/ledger.ts';

const { clock, ledger } = await ledgerOnDynalite();

describe('hints that end because another one asks', () => {
  it('cannot join a question that has ended, and add no recording to the next one', async () => {
    // Prepare
    const number = 'ended';
    const asker = { by: 'asker', since: clock.now() };
    await ledger.questions.recordAsked(number, asker);
    const whileAsked = await ledger.questions.join(number, { recordingIds: ['one'] });
    await ledger.questions.end(number, { recordingIds: ['one'] });

    // Act
    const afterwards = await ledger.questions.join(number, { recordingIds: ['two'] });
    await ledger.questions.recordAsked(number, asker);

    // Assess
    expect([whileAsked, afterwards]).toEqual([true, false]);
    expect((await ledger.knownOrders.read(number)).question?.recordingIds).toEqual([]);
  });

  it('keep all their recordings, even when many end at once', async () => {
    // Prepare: all have read the question before any ends
    const number = 'at once';
    await ledger.questions.recordAsked(number, { by: 'asker', since: clock.now() });
    const ids = Array.from({ length: 10 }, (_, at) => `recording ${at}`);

    // Act
    await Promise.all(ids.map((id) => ledger.questions.join(number, { recordingIds: [id] })));

    // Assess
    expect([...((await ledger.knownOrders.read(number)).question?.recordingIds ?? [])].sort()).toEqual(ids);
  });
});
