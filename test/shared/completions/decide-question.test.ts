import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decideQuestion,
  decideUnanswered,
  type QuestionFacts,
  type UnansweredFacts,
} from '../../../shared/completions/decide-question.ts';
import type { Question } from '../../../shared/ledger/records/questions.ts';
import { hourMs } from '../../../shared/model/time.ts';

const now = new Date('2026-11-24T08:00:00Z');
const ago = (seconds: number) => new Date(now.getTime() - seconds * 1000);
const sent = (secondsAgo: number) => ({ attempt: { messageId: 'mine', sentAt: ago(secondsAgo) } });
/** A question of another hint, which began ten minutes ago. */
const question = (given: Partial<Question> = {}): Question => ({
  by: 'another',
  since: ago(600),
  askedAt: ago(20),
  aliveAt: ago(20),
  recordingIds: [],
  ...given,
});
/** A question that the hint which was sent so many seconds ago has asked before. */
const own = (sentSecondsAgo: number, since: number) => ({
  ...sent(sentSecondsAgo),
  question: question({ by: `mine#${ago(sentSecondsAgo).getTime()}`, since: ago(since) }),
});
const asking = (given: Partial<QuestionFacts> = {}): QuestionFacts => ({
  question: question(),
  isOfPerson: false,
  now,
  ...sent(10),
  ...given,
});
const older = sent(100);

describe('before a hint asks Azumuta, it', () => {
  it.each<[string, Partial<QuestionFacts>, string]>([
    ['asks where nobody has asked', { question: undefined }, 'ask'],
    ['waits for the rest of the minute where another hint has asked before it came', {}, 'wait 40'],
    ['joins another hint that has asked since it came', older, 'join'],
    [
      'asks once the last question is a minute old',
      { ...older, question: question({ askedAt: ago(60) }) },
      'ask',
    ],
    [
      'waits for a second at least',
      { ...sent(1), question: question({ askedAt: new Date(ago(60).getTime() + 1) }) },
      'wait 1',
    ],
    ['asks where it asked last itself', own(100, 600), 'ask'],
    ['asks where the other hint is lost', { ...older, question: question({ aliveAt: ago(1200) }) }, 'ask'],
    ['joins one that is almost lost', { ...older, question: question({ aliveAt: ago(1199) }) }, 'join'],
    [
      'asks where only the reconciliation still asks',
      { ...older, question: question({ awaiting: 'completion' }) },
      'ask',
    ],
    ['asks as a person’s hint, whoever asks', { ...older, isOfPerson: true }, 'ask'],
    ['waits where the clocks may differ', { ...sent(24) }, 'wait 40'],
  ])('%s', (_what, given, expected) => {
    const decision = decideQuestion(asking(given));
    expect(decision.to === 'wait' ? `wait ${decision.afterSeconds}` : decision.to).toBe(expected);
  });
});

/** What a hint does that has asked in vain, in words: `ask again since 600` (seconds ago). */
function whatNext(given: Partial<UnansweredFacts>): string {
  const decision = decideUnanswered({
    ...asking(),
    shows: 'not completed',
    isKnownToNobody: false,
    isForBatch: false,
    reconciles: false,
    settledWithinMs: 48 * hourMs,
    ...given,
  });
  const since = 'since' in decision ? ` since ${(now.getTime() - decision.since.getTime()) / 1000}` : '';
  const after = 'afterSeconds' in decision ? ` in ${decision.afterSeconds}` : '';
  const code = 'code' in decision ? ` as ${decision.code}` : '';
  return `${decision.to}${code}${since}${after}`;
}

const forged: Partial<UnansweredFacts> = { shows: 'gone', isKnownToNobody: true };
const reconciled: Partial<UnansweredFacts> = { shows: 'not completed', reconciles: true };
/** For the first time; a second before half an hour is over; and then. */
const stages: Partial<UnansweredFacts>[] = [{ question: undefined }, own(2000, 1799), own(2000, 1800)];

describe('a hint that has asked Azumuta in vain', () => {
  it.each<[string, Partial<UnansweredFacts>, string]>([
    ['gone, and known to nobody', forged, 'ask soon since 0 in 20 | ask at the end in 1 | count'],
    ['gone', { shows: 'gone' }, 'ask again since 0 | ask again since 1799 | reject as unknown-order'],
    [
      'unclear',
      { shows: 'unclear' },
      'ask again since 0 | ask again since 1799 | reject as completion-unclear',
    ],
    [
      'unclear, while the reconciliation runs',
      { shows: 'unclear', reconciles: true },
      'ask again since 0 | ask again since 1799 | reject as completion-unclear',
    ],
    [
      'not completed',
      { shows: 'not completed' },
      'ask again since 0 | ask again since 1799 | reject as completion-unclear',
    ],
    [
      'not completed, while the reconciliation runs',
      reconciled,
      'ask again since 0 | ask again since 1799 | leave to the reconciliation',
    ],
    [
      'not completed, where its batch order was named',
      { shows: 'not completed', isForBatch: true },
      'ask at the end in 290 | end | end',
    ],
    [
      'gone, where its batch order was named',
      { shows: 'gone', isForBatch: true },
      'ask at the end in 290 | end | end',
    ],
    [
      'unclear, where its batch order was named',
      { shows: 'unclear', isForBatch: true },
      'ask again since 0 | ask again since 1799 | reject as completion-unclear',
    ],
    [
      'not settled',
      { shows: 'not settled' },
      'ask again since 0 | ask again since 1799 | reject as completion-unclear',
    ],
    [
      'not settled, while the reconciliation runs',
      { shows: 'not settled', reconciles: true },
      'ask again since 0 | ask again since 1799 | leave to the reconciliation',
    ],
    [
      'not completed, of a number that only Azumuta knows',
      { ...reconciled, isKnownToNobody: true },
      'ask again since 0 | ask again since 1799 | leave to the reconciliation',
    ],
  ])('does what its half hour demands about an order that is %s', (_which, given, expected) => {
    expect(stages.map((stage) => whatNext({ ...given, ...stage })).join(' | ')).toBe(expected);
  });

  it.each<[string, Partial<UnansweredFacts>, string]>([
    ['goes on with a question that began after it was sent', sent(700), 'ask again since 600'],
    ['begins a half hour of its own where it was sent later', sent(10), 'ask again since 0'],
    ['goes on where the clocks may differ', sent(596), 'ask again since 600'],
    ['notes a number that nobody knows once', { ...forged, ...sent(700) }, 'ask at the end in 1200'],
  ])('%s', (_what, given, expected) => {
    expect(whatNext(given)).toBe(expected);
  });

  it.each<[number, string]>([
    [48 * 3600 - 1, 'leave to the reconciliation'],
    [48 * 3600, 'reject as completion-unclear'],
  ])(
    'tells a person once what was recorded is not settled for as long as it may take: %i s',
    (seconds, expected) => {
      const { question: asked, ...attempt } = own(2000, 1800);
      const unsettled = { ...asked, unsettledSince: ago(seconds) };
      expect(whatNext({ ...attempt, question: unsettled, shows: 'not settled', reconciles: true })).toBe(
        expected,
      );
      expect(whatNext({ ...attempt, question: unsettled, ...reconciled })).toBe(
        'leave to the reconciliation',
      );
    },
  );

  it('asks for half an hour, however often it is asked and whoever asked before, and not for longer', () => {
    const anyFacts = fc.record({
      sentAt: fc.nat(4000).map(ago),
      since: fc.nat(4000).map(ago),
      isOwn: fc.boolean(),
      shows: fc.constantFrom('not completed', 'gone', 'unclear', 'not settled'),
      isKnownToNobody: fc.boolean(),
      reconciles: fc.boolean(),
    });
    fc.assert(
      fc.property(anyFacts, ({ sentAt, since, isOwn, ...given }) => {
        const attempt = { messageId: 'mine', sentAt };
        const by = isOwn ? `mine#${sentAt.getTime()}` : 'another';
        const decision = decideUnanswered({
          ...asking({ attempt, question: question({ by, since }) }),
          settledWithinMs: 48 * hourMs,
          isForBatch: false,
          ...given,
        });
        const asks = decision.to.startsWith('ask');
        const isOver = now.getTime() - since.getTime() >= 30 * 60_000;
        if (isOwn) expect(asks).toBe(!isOver);
        if (!isOver) expect(asks).toBe(true);
        if ('since' in decision) expect([since.getTime(), now.getTime()]).toContain(decision.since.getTime());
      }),
    );
  });
});
