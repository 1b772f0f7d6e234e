import { describe, expect, it } from 'vitest';
import { type Concern, removedConcern } from '../../../shared/ledger/records/concerns.ts';
import { type OrderEntry, orderEntryOf } from '../../../shared/ledger/records/product-orders.ts';
import { decideLook, type LookFacts } from '../../../shared/orders/decide-look.ts';

const number = 'PO-1';
const erpOrder = { number: 'MO-1', article: 'GEAR-01', amount: '5', unit: 'u' };
const contentOf = (quantity: string) => ({
  erpOrder: { ...erpOrder, amount: quantity },
  draft: { number, article: 'GEAR-01', parameters: { Quantity: quantity }, variants: [] },
  contentHash: `hash of ${quantity}`,
});
const stored = {
  number,
  ...contentOf('5'),
  part: { index: 1, first: number, book: 'alone' },
  state: 'done',
  attempts: 1,
  awaiting: 'completion',
  expiresAt: 0,
};
const made = orderEntryOf(stored);
const notAwaited: OrderEntry = { ...made, awaiting: undefined };
const givenUp = orderEntryOf({ ...stored, givenUp: true });

const changed: Concern = {
  kind: 'changed',
  content: 'of 8',
  note: 'of 8',
  cause: 'conflict',
  wanted: contentOf('8'),
};
const renumbered: Concern = { kind: 'changed', content: 'numbered', note: 'numbered', cause: 'conflict' };
const unwanted: Concern = {
  kind: 'unwanted',
  content: 'cancelled',
  note: 'cancelled',
  cause: 'order-state',
};
const wantedAgain: Concern = { ...unwanted, wanted: contentOf('8') };

const seenOf = (quantity: number) => ({
  id: 'azumuta-1',
  number,
  article: 'GEAR-01',
  completed: false,
  parameters: { Quantity: quantity },
  variants: [],
});
const looked = (facts: Partial<LookFacts>) =>
  decideLook({ entry: made, concerns: [], seen: seenOf(5), booking: 'none', ...facts });

/** What a look changes, in words. */
function inWords({ begins, ends, adopts, withdraws, awaiting }: ReturnType<typeof looked>): string {
  const said = [
    ...begins.map(({ kind, note }) => `begins ${kind}: ${note}`),
    ...ends.map(({ concern, note }) => `ends ${concern.kind}: ${note}`),
    ...(adopts ? [`adopts ${adopts.contentHash}`] : []),
    ...(withdraws ? [`withdraws, then makes ${withdraws.makesAgain?.contentHash ?? 'nothing'}`] : []),
    ...(awaiting ? [`asking ${awaiting}`] : []),
  ];
  return said.join('; ') || 'nothing';
}

describe('a look', () => {
  it.each<[what: string, facts: Partial<LookFacts>, then: string]>([
    [
      'adopts what the ERP wants once Azumuta has it',
      { concerns: [changed], seen: seenOf(8) },
      'ends changed: Azumuta has it as the ERP wants it.; adopts hash of 8',
    ],
    [
      'says what differs while it differs',
      { concerns: [changed], seen: seenOf(9) },
      'begins changed: parameters["Quantity"] is 9, wanted 8',
    ],
    [
      'ends nothing that Azumuta cannot show',
      { concerns: [renumbered, removedConcern] },
      'ends removed: Azumuta has it as the ERP wants it.',
    ],
    [
      'begins nothing beside what Azumuta cannot show',
      { concerns: [renumbered, removedConcern], seen: seenOf(9) },
      'ends removed: Azumuta has it again.',
    ],
    [
      'tells that it was removed, and has nobody ask about it',
      { concerns: [changed], seen: undefined },
      'begins removed: Azumuta does not have it any more; asking ends',
    ],
    [
      'has it asked about again once it is seen again',
      { entry: notAwaited, concerns: [removedConcern] },
      'ends removed: Azumuta has it as the ERP wants it.; asking begins',
    ],
    ['waits while a person was asked to remove it', { entry: notAwaited, concerns: [unwanted] }, 'nothing'],
    [
      'withdraws what nobody wants once it is gone',
      { entry: notAwaited, concerns: [unwanted], seen: undefined },
      'ends unwanted: Azumuta does not have it any more.; withdraws, then makes nothing',
    ],
    [
      'has it made again as the ERP wants it by now once it is gone',
      { entry: notAwaited, concerns: [wantedAgain], seen: undefined },
      'ends unwanted: Azumuta does not have it any more.; withdraws, then makes hash of 8',
    ],
    [
      'says what differs of what the ERP wants again',
      { entry: notAwaited, concerns: [wantedAgain] },
      'begins changed: parameters["Quantity"] is 5, wanted 8; ends unwanted: The ERP wants it again.; asking begins',
    ],
    [
      'leaves who asks about it as it is, once its booking is planned',
      { concerns: [removedConcern], seen: undefined, booking: 'planned' },
      'ends removed: It is built, and its booking is written down.',
    ],
    [
      'ends what was open in Azumuta of what is booked, and no difference to the ERP',
      { concerns: [changed, unwanted], seen: seenOf(9), booking: 'booked' },
      'ends unwanted: It is built and booked.',
    ],
    [
      'ends all that was open of what was given up',
      { entry: givenUp, concerns: [renumbered, unwanted], seen: undefined },
      'ends changed: It is given up.; ends unwanted: It is given up.; asking ends',
    ],
  ])('%s', (_what, facts, then) => {
    const decision = looked(facts);

    expect(inWords(decision)).toBe(then);
  });
});
