import { marshall } from '@aws-sdk/util-dynamodb';
import { expect, it } from 'vitest';
import { checkedDraft, maxDraftBytes } from '../../../shared/integration/mapping/validate.ts';
import {
  bookingKeyOf,
  concernKey,
  deadLetterKey,
  orderKey,
  questionKey,
} from '../../../shared/ledger/keys.ts';
import { maxContentBytes, maxPlannedBytes } from '../../../shared/ledger/records/bookings.ts';
import { Rejected } from '../../../shared/model/errors.ts';
import type { Key } from '../../../shared/platform/aws/dynamodb-table.ts';
import { bytesOfItem } from '../../simulation/aws/values.ts';
import { bookingPlan, claimed, plannedBooking } from '../../support/bookings.ts';
import { ledgerOn } from '../../support/ledger.ts';
import { erpOrder, newOrder } from '../../support/orders.ts';

const maxItemBytes = 64 * 1024;

/** The longest number, code or id, in letters of three bytes. */
const longest = (first: string) => first + '水'.repeat(199);
/** What nobody bounds: a sentence of ten thousand characters. */
const sentence = '水'.repeat(10_000);
const refusal = new Rejected(sentence, { causeCode: 'refused-by-azumuta' });

function started() {
  const { table, ledger } = ledgerOn(undefined, undefined, 0);
  const sizeAt = async (key: Key) =>
    bytesOfItem(marshall((await table.get(key)) ?? {}, { removeUndefinedValues: true }));
  return { ledger, sizeAt };
}

/** A draft with a parameter of so many bytes; the largest that there may be has `room`. */
const given = (bytes: number) => ({
  number: longest('n'),
  article: longest('a'),
  variants: [],
  parameters: { Drawing: 'x'.repeat(bytes) },
});
const room = maxDraftBytes - Buffer.byteLength(JSON.stringify(given(0)));
const facts = {
  number: longest('N'),
  id: longest('i'),
  article: longest('A'),
  amount: '12345678.123456',
  unit: longest('u'),
};
const claimant = { owner: longest('o'), messageId: longest('m'), endsAt: new Date('2026-11-24T08:01:00Z') };

it('keeps a product order below 64 KB, with the largest draft, the longest texts and a full history', async () => {
  // Prepare
  const { ledger, sizeAt } = started();
  const number = longest('n');
  expect(() => checkedDraft(given(room + 1), erpOrder())).toThrow('send a link to a large text');
  await ledger.orders.create(
    newOrder({ number, draft: checkedDraft(given(room), erpOrder()), erpOrder: facts }),
  );

  // Act
  let most = 0;
  for (let times = 0; times < 30; times++) {
    await ledger.claims.giveBack(await claimed(ledger, orderKey(number), claimant), {
      error: refusal,
      sent: true,
    });
    most = Math.max(most, await sizeAt(orderKey(number)));
  }
  const productOrder = { id: 'i'.repeat(17), number, url: `https://azumuta.example/${'x'.repeat(500)}` };
  await ledger.claims.complete(
    await claimed(ledger, orderKey(number), claimant),
    { productOrder },
    { event: 'created' },
  );

  // Assess
  expect(Math.max(most, await sizeAt(orderKey(number)))).toBeLessThanOrEqual(maxItemBytes);
  expect(most).toBeGreaterThan(maxItemBytes * 0.75);
});

it('keeps a dead letter below 64 KB with the longest reason and many replays', async () => {
  const { ledger, sizeAt } = started();
  const letter = { messageId: 'm', orderNumber: longest('n'), stage: 'book-completion', reason: sentence };
  for (let times = 0; times < 30; times++) {
    await ledger.deadLetters.record(letter);
    await ledger.deadLetters.markReplayed(letter, sentence);
  }
  await ledger.deadLetters.markDiscarded(letter, sentence);
  expect(await sizeAt(deadLetterKey(letter.orderNumber, 'm'))).toBeLessThanOrEqual(maxItemBytes);
});

it('keeps what a person must see to about an order below 64 KB, however often it changes', async () => {
  const { ledger, sizeAt } = started();
  const number = longest('n');
  for (let times = 0; times < 60; times++)
    await ledger.concerns.begin(number, {
      kind: 'changed',
      content: `${times}${sentence}`,
      cause: 'conflict',
      note: sentence,
      wanted: { draft: checkedDraft(given(room), erpOrder()), contentHash: `${times}`, erpOrder: facts },
    });
  expect(await sizeAt(concernKey(number, 'changed'))).toBeLessThanOrEqual(maxItemBytes);
});

it('keeps a question below 64 KB when many hints name recordings at once and it is asked again and again', async () => {
  // Prepare: a burst of forged hints, each of which has read the question before any of them ends
  const { ledger, sizeAt } = started();
  const number = longest('n');
  const asker = { by: longest('m'), since: new Date('2026-11-24T08:00:00Z') };
  await ledger.questions.recordAsked(number, asker);
  const named = (hint: number) => Array.from({ length: 50 }, (_, at) => `${hint}-${at}`.padEnd(100, '水'));

  // Act
  await Promise.all(
    Array.from({ length: 50 }, (_, hint) => ledger.questions.join(number, { recordingIds: named(hint) })),
  );
  for (let times = 0; times < 60; times++) {
    await ledger.questions.leaveToReconciliation(number, sentence);
    await ledger.questions.recordAsked(number, asker);
  }

  // Assess
  expect(await sizeAt(questionKey(number))).toBeLessThanOrEqual(maxItemBytes);
  // Who only repeats what is named may still end.
  expect(await ledger.questions.join(number, { recordingIds: [] })).toBe(true);
});

it('keeps a booking below 100 KB with the highest number of parts and recordings, the largest content and a full history', async () => {
  // Prepare
  const { ledger, sizeAt } = started();
  const id = (prefix: string, index: number) => `${prefix}${index}`.padEnd(17, 'x');
  const parts = Array.from({ length: 500 }, (_, at) => at + 1);
  const erpOrder = { number: longest('N'), id: longest('i') };
  const booking = plannedBooking({ key: `${id('p', 1)}#quantity`, parts, erpOrder, recordingIds: [] });
  const many = (maxPlannedBytes - Buffer.byteLength(JSON.stringify(booking))) / 20;
  const recordingIds = Array.from({ length: many }, (_, at) => id('r', at));
  const key = bookingKeyOf('MO/1/1', booking.key);
  const plan = bookingPlan({
    planned: { ...booking, recordingIds },
    content: Buffer.alloc(maxContentBytes),
    plannedFor: claimant.messageId,
  });
  await ledger.bookings.planOnly('MO/1/1', plan, { awaiting: 'completion', dueAt: 1 });

  // Act
  for (let times = 0; times < 30; times++)
    await ledger.claims.giveBack(await claimed(ledger, key, claimant), { error: refusal, sent: true });

  // Assess
  expect(recordingIds.length).toBeGreaterThan(1800);
  expect(await sizeAt(key)).toBeLessThanOrEqual(100 * 1024);
});
