import { describe, expect, it } from 'vitest';
import { decideBatch, type PartOfBatch, partsToAskAbout } from '../../../shared/completions/ask-batch.ts';
import { hintId } from '../../../shared/completions/decide-question.ts';
import { completionHint } from '../../../shared/completions/messages.ts';
import { workAttempt } from '../../support/partners.ts';

const now = new Date('2026-12-03T08:00:00Z');
const ago = (seconds: number) => new Date(now.getTime() - seconds * 1000);
const clock = { now: () => now };
const sent = (seconds: number) => workAttempt(clock, { messageId: 'mine', sentAt: ago(seconds) });

const erpOrder = { number: 'MO/1' };
const askedAt = (seconds: number, by = 'another') => [{ erpOrder, asked: { at: ago(seconds), by } }];

describe('a hint that names a batch order', () => {
  it.each([
    ['asks where nobody has asked before', [{ erpOrder }], sent(0), 'ask'],
    ['asks where it was asked before that and some time ago', askedAt(61), sent(1), 'ask'],
    ['waits where it was asked before that and a moment ago', askedAt(40), sent(20), 'wait 20'],
    ['waits where the clocks may differ', askedAt(10), sent(12), 'wait 50'],
    ['ends where it was asked since', askedAt(10), sent(20), 'end'],
    ['asks where only an earlier attempt at it has asked', askedAt(10, hintId(sent(20))), sent(20), 'ask'],
  ] as const)('%s', (_what, batches, attempt, expected) => {
    const hint = completionHint('webhook', { productOrderNumber: 'B-1' }, 'id');
    const decision = decideBatch({ batches, hint, attempt }, now);
    const seconds = decision.to === 'wait' ? ` ${(decision.untilMs - now.getTime()) / 1000}` : '';
    expect(`${decision.to}${seconds}`).toBe(expected);
  });

  it('asks for a person, whoever has asked since', () => {
    const hint = completionHint('operator', { productOrderNumber: 'B-1' }, 'id');
    expect(decideBatch({ batches: askedAt(1), hint, attempt: sent(20) }, now)).toEqual({ to: 'ask' });
  });
});

const [open, completed, booked, notMade] = ['open', 'completed', 'booked', 'not made'].map(
  (is): PartOfBatch => ({
    number: is,
    isMade: is !== 'not made',
    isBooked: is === 'booked',
    isCompleted: is === 'completed' || is === 'booked',
  }),
) as [PartOfBatch, PartOfBatch, PartOfBatch, PartOfBatch];

it.each([
  ['those that are open', [open, booked, open, notMade], ['open', 'open']],
  ['none that waits for those', [completed, open], ['open']],
  ['one where all are completed and none is booked', [completed, booked, completed], ['completed']],
  ['none where all are booked or not made', [booked, notMade], []],
])('asks about these product orders of a batch order: %s', (_which, parts, asked) => {
  expect(partsToAskAbout(parts)).toEqual(asked);
});
