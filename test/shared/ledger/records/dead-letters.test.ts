import { expect, it } from 'vitest';
import { deadLetterKey } from '../../../../shared/ledger/keys.ts';
import type { DeadLetterRecord } from '../../../../shared/ledger/records/dead-letters.ts';
import { ledgerOn } from '../../../support/ledger.ts';

const { table, ledger } = ledgerOn();
const { deadLetters } = ledger;

const letterOf = (orderNumber: string): DeadLetterRecord => ({
  messageId: 'm',
  orderNumber,
  stage: 'book-completion',
  reason: 'The period is closed.',
  cause: 'refused-by-erp',
  partner: 'erp',
});
const expires = async ({ orderNumber, messageId }: DeadLetterRecord) =>
  (await table.get(deadLetterKey(orderNumber, messageId)))?.expiresAt !== undefined;

it.each([
  ['replayed', (letter: DeadLetterRecord) => deadLetters.markReplayed(letter, 'by hand')],
  ['discarded', (letter: DeadLetterRecord) => deadLetters.markDiscarded(letter, 'by hand')],
  ['recovered', (letter: DeadLetterRecord) => deadLetters.markRecovered(letter)],
  ['settled', (letter: DeadLetterRecord) => deadLetters.markSettled(letter)],
])('never expires while it is open, and does once it was %s', async (how, end) => {
  const letter = letterOf(how);
  await deadLetters.record(letter);
  const seen = [await expires(letter)];
  await end(letter);
  seen.push(await expires(letter));
  await deadLetters.record(letter);
  seen.push(await expires(letter));
  expect(seen).toEqual([false, true, false]);
});

it('expires where it names no order, as only its message can be worked on', async () => {
  await deadLetters.record(letterOf('unknown'));
  expect(await expires(letterOf('unknown'))).toBe(true);
});
