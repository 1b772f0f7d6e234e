import { describe, expect, it } from 'vitest';
import { type ReplayCounts, replayLines } from '../../../../infra/ops/replay/report.ts';

describe('the report of a replay', () => {
  const toCreate = { stage: 'create-product-orders', to: 'product-orders', whyNot: undefined } as const;
  const keptCall = { stage: 'receive-webhook', to: undefined, whyNot: 'still not understood' };
  const report: ReplayCounts = {
    lookedAt: 4,
    selected: 3,
    movable: 2,
    moved: 0,
    copies: 0,
    copiesRemoved: 0,
    copied: 0,
    more: false,
    hinted: [],
    unknown: [],
    created: [],
    gone: [],
    interrupted: false,
    failure: undefined,
    groups: [
      {
        ...toCreate,
        reason: 'Azumuta has no article for ‹order›.',
        cause: 'unknown-article',
        deadLetters: 2,
        orders: ['PO-1', 'PO-2'],
        since: '2026-11-24T10:00:00.000Z',
      },
      {
        ...keptCall,
        reason: 'No product order number.',
        cause: undefined,
        deadLetters: 1,
        orders: [],
        since: '2026-11-23T10:00:00.000Z',
      },
    ],
  };
  const about = {
    target: 'the stack',
    now: new Date('2026-11-24T12:00:00Z'),
    command: 'npm run replay -- …',
  };
  const textOf = (changes: Partial<ReplayCounts>, go: boolean, hidden = 0) =>
    replayLines({ ...report, ...changes }, { ...about, go, hidden });

  it('shows for a dry run each reason with its orders, and the command that does it', () => {
    expect(textOf({}, false)).toEqual([
      'Dead letters of the stack (dry run: nothing is moved)',
      '',
      'Letters  Cause            Reason                               Dead-lettered by       Goes to                        Orders       First attempt',
      '      2  unknown-article  Azumuta has no article for ‹order›.  create-product-orders  product-orders                 PO-1 · PO-2  2 h ago',
      '      1  –                No product order number.             receive-webhook        remains: still not understood  –            26 h ago',
      '',
      '2 of 4 dead letters would be replayed.',
      '1 dead letter cannot be replayed and remains.',
      'To do it:',
      '  npm run replay -- …',
    ]);
  });

  it.each([
    ['what was done', { moved: 2 }, 'Replayed 2 of 4 dead letters.'],
    ['what SQS did not take', { moved: 1 }, 'SQS did not take 1 message: run it again.'],
    [
      'which letters are in both queues',
      { moved: 1, copied: 1 },
      '1 dead letter could not be removed here: run it again.',
    ],
    ['that there are more', { moved: 2, more: true }, 'There are more: run it again.'],
    [
      'that there are more, though none was selected so far',
      { selected: 0, more: true },
      'There are more: run it again.',
    ],
    [
      'which orders are looked at without a letter',
      { hinted: ['PO-9'] },
      'PO-9 is looked at again without a dead letter: what was refused or discarded is booked if it can be now.',
    ],
    [
      'which orders are sent to be created without a letter',
      { created: ['PO-8', 'PO-9'] },
      'PO-8, PO-9 are sent to be created without a dead letter: the ERP is asked first, where it can be, and what it wants no more is not created.',
    ],
    [
      'which orders wait for a person though their messages are gone',
      { gone: ['PO-8', 'PO-9'] },
      'The messages of PO-8, PO-9 are gone, and what they were about is still open: each is replayed by its number, with --order.',
    ],
    ['why it stopped', { failure: 'No rights.' }, 'Stopped after 0 dead letters: No rights.'],
    [
      'that it was interrupted',
      { interrupted: true, moved: 1 },
      'Interrupted after 1 dead letter. Nothing is lost: run it again to go on.',
    ],
    [
      'how many second copies it removed',
      { copies: 2, copiesRemoved: 2 },
      '2 second copies of them were removed.',
    ],
    ['that there was nothing', { lookedAt: 0, selected: 0, groups: [] }, 'There are no dead letters.'],
    ['that nothing was selected', { selected: 0, groups: [] }, 'None of 4 dead letters is selected.'],
  ])('says %s', (_, changes, sentence) => {
    expect(textOf(changes, true)).toContain(sentence);
  });

  it('says how many second copies a replay would remove', () => {
    expect(textOf({ copies: 2 }, false)).toContain(
      '2 are second copies of these: a replay removes what it replays with its copies.',
    );
  });

  it('says how many letters another run holds', () => {
    expect(textOf({}, false, 3).at(-1)).toMatch(/^3 dead letters more could not be looked at/);
  });
});
