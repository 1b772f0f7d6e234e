import type { TestedMutant } from './mutant.ts';

const book = 'shared/completions/book.ts';
const decide = 'shared/orders/decide-product-orders.ts';
const life = (file: string, name: string) => ({ file: `test/life/${file}.test.ts`, name });

/**
 * Faults in the life of an order after its creation, in what Azumuta and a configuration may answer, and of a kind that
 * journeys seldom show.
 */
export const lifeMutants: readonly TestedMutant[] = [
  {
    name: 'given-up-order-goes-on',
    file: 'shared/orders/life.ts',
    find: "if (entry?.givenUp) return 'given up';",
    replace: '',
    why: 'An order that a person has given up is shown as one that is being built.',
    foundIn: { file: 'test/life/life.test.ts', name: 'given up' },
  },
  {
    name: 'concern-ended-unseen',
    file: 'shared/ledger/records/concerns.ts',
    find: "condition: '#content = :seen',",
    replace: "condition: 'attribute_exists(#content) OR #content = :seen',",
    why: 'Who has seen an older change ends the concern that tells a newer one.',
    foundIn: {
      file: 'test/shared/ledger/records/concerns.test.ts',
      name: 'is not ended by who has read what was told before',
    },
  },
  {
    name: 'product-order-of-another-adopted',
    file: 'shared/orders/create.ts',
    find: 'if (owner !== undefined && owner !== number) {',
    replace: 'if (owner === number && owner === undefined) {',
    why: 'One product order is booked on two ERP orders.',
    foundIn: life('made-by-hand', 'never books one product order on two ERP orders'),
  },
  {
    name: 'deleted-order-not-told',
    file: 'shared/orders/ask-erp.ts',
    find: 'const order = read ? asRecorded(read, record) : deleted(record);',
    replace: 'if (!read) return undefined;\n  const order = asRecorded(read, record);',
    why: 'An order that the ERP has deleted is built for nobody.',
    foundIn: life('daily-look', 'tells once that an order was deleted in the ERP'),
  },
  {
    name: 'accepted-by-the-endpoint-alone',
    file: 'shared/orders/accept.ts',
    find: 'if (ended ?? !accept(order))',
    replace: "if (ended ?? (via !== 'endpoint' && !accept(order)))",
    why: 'What the plant does not accept is made all the same when it is posted.',
    foundIn: life('concerns', 'tells an order that the plant does not accept any more, also at the endpoint'),
  },
  {
    name: 'pull-blinded-by-a-time',
    file: 'shared/orders/pull-window.ts',
    find: 'before(earlierOf(page.changedAt, readAt.toISOString()), lastedMs)',
    replace: 'before(page.changedAt, lastedMs)',
    why: 'One change time that is days ahead hides all orders until then.',
    foundIn: life('erp-side', 'reads what comes after an order whose change time is days ahead'),
  },
  {
    name: 'open-records-expire',
    file: 'shared/ledger/records/known-orders.ts',
    find: 'if (before > expiresAt - monthSeconds) return;',
    replace: 'if (before > 0) return;',
    why: 'An order that is open for more than 430 days loses its records one by one.',
    foundIn: life('daily-look', 'keeps all records of an order that is open for two years'),
  },
  {
    name: 'id-that-comes-later-is-another',
    file: 'shared/orders/wanted-order.ts',
    find: 'if (!record && order.id !== undefined) record',
    replace: 'if (!record && order.id === undefined) record',
    why: 'An order that came without its id before becomes a second one.',
    foundIn: life('erp-side', 'knows an order that was posted without its id by the id that the pull brings'),
  },
  {
    name: 'older-post-replaces-newer',
    file: 'shared/orders/wanted-order.ts',
    find: 'changedAt < record.changedAt;',
    replace: 'changedAt < record.changedAt && false;',
    why: 'Of two posts that overtake each other, the one that came last counts.',
    foundIn: life('erp-side', 'takes the newer of two posts that overtake each other'),
  },
  {
    name: 'final-over-a-difference',
    file: 'shared/completions/read-contents.ts',
    find: '...(final && erpOrder ? { madeFor:',
    replace: '...(final && erpOrder && false ? { madeFor:',
    why: 'An ERP order that was raised to 99 is closed with the 3 that were built.',
    foundIn: life('daily-look', 'keeps its rest open in'),
  },
  {
    name: 'removed-order-made-twice',
    file: 'infra/ops/orders/end-order.ts',
    find: 'if (!entry || !removed)',
    replace: 'if (!entry)',
    why: 'A product order that is there is made a second time.',
    foundIn: life('operators', 'is refused where it was not removed'),
  },
  {
    name: 'repetition-read-again',
    file: 'shared/completions/next-step.ts',
    find: "return names === 'known' && sentAt.getTime() - readAt.getTime() < sameCompletionMs;",
    replace: "return names !== 'known' && names === 'new' && sentAt < readAt;",
    why: 'Each of a hundred triggers of one completion has Azumuta read.',
    foundIn: life('noise', 'costs no more than one trigger of each order, when all come at once'),
  },
  {
    name: 'letter-for-each-forged-number',
    file: 'shared/completions/ask-azumuta.ts',
    find: "const isUnknown = code === 'unknown-order' && isKnownToNobody(inquiry);",
    replace: "const isUnknown = code !== 'unknown-order' && isKnownToNobody(inquiry);",
    why: 'Whoever has the address of the webhook makes a dead letter with each call.',
    foundIn: life(
      'noise',
      'costs little and leaves no dead letter when triggers name numbers that nobody knows',
    ),
  },
  {
    name: 'added-parameter-is-a-change',
    file: decide,
    find: 'if (!entry || entry.surelyNotCreated || !addsParameters(mapped, entry))',
    replace: 'if (!entry || addsParameters(mapped, entry) || !addsParameters(mapped, entry))',
    why: 'After a deployment people are told that forty orders were changed in the ERP.',
    foundIn: life('mapping-gains', 'is no change in the ERP when a later mapping adds a parameter'),
  },
  {
    name: 'photo-stops-a-booking',
    file: 'shared/azumuta/field-readers.ts',
    find: 'invalid.push(...own.map((field) => ({ ...field, isLazy: true })));',
    replace: 'invalid.push(...own);',
    why: 'One photo in a recording, and nothing of it is booked.',
    foundIn: {
      file: 'test/shared/completions/unknown-forms.test.ts',
      name: 'is booked with what is understood: a photo',
    },
  },
  {
    name: 'promise-taken-for-a-value',
    file: 'shared/model/configured.ts',
    find: 'if (!(answer instanceof Promise)) return answer;',
    replace: 'return answer;',
    why: 'A mapping that asks somebody makes orders without parameters.',
    foundIn: {
      file: 'test/shared/integration/mapping/product-orders.test.ts',
      name: 'is rejected when its promise fails',
    },
  },
  {
    name: 'one-order-says-down',
    file: 'shared/circuit-breaker/circuit-breaker.ts',
    find: 'if (isAlone && !isDown) return false;',
    replace: '',
    why: 'One order with a lasting 500 in a quiet night, and people are told that the ERP is down.',
    foundIn: {
      file: 'test/shared/circuit-breaker/one-order.test.ts',
      name: 'never opens it however often it comes within a minute',
    },
  },
  {
    name: 'unknown-variant-perhaps-created',
    file: 'shared/azumuta/client.ts',
    find: 'throw error instanceof Rejected ? error.beforeWriting() : error;',
    replace: 'throw error;',
    why: 'An order that was never sent can be withdrawn or renumbered no more.',
    foundIn: {
      file: 'test/shared/azumuta/create-product-order.test.ts',
      name: 'has surely created nothing when a variant is unknown',
    },
  },
  {
    name: 'part-by-its-index',
    file: 'shared/orders/decide-product-orders.ts',
    find: 'const kept = beyond.slice(0, unbuilt.length);',
    replace: 'const kept = beyond.slice(0, 0);',
    why: 'People are told to remove a unit that was built, and wait for one that was scrapped.',
    foundIn: life('parts', 'has the part removed that was not built, and is booked with those that were'),
  },
  {
    name: 'waiting-ends-with-the-plan',
    file: book,
    find: 'const isFurther = home !== entry.number;',
    replace: 'const isFurther = true;',
    why: 'The first part of parts that are booked together is not asked about any more before all are booked.',
    foundIn: life('parts', 'waits with its first part until all are booked'),
  },
  {
    name: 'window-begins-at-its-last-row',
    file: 'shared/orders/pull-window.ts',
    find: 'const began = before(earlierOf(page.changedAt, readAt.toISOString()), lastedMs);',
    replace: 'const began = page.changedAt;',
    why: 'An order that is written while a long window is being read is never read.',
    foundIn: {
      file: 'test/shared/orders/pull-window.test.ts',
      name: 'misses no order that is committed within the overlap, whatever fails and however long it takes',
    },
  },
  {
    name: 'parts-put-beside-a-changed-record',
    file: 'shared/orders/accept-wanted.ts',
    find: `    if (record && isWritten && (await ledger.erpOrders.find(record.erpOrder))?.version !== record.version)
      continue;
`,
    replace: '',
    why: 'If two changes come at the same time, the slower one creates parts that the ERP does not want any more.',
    foundIn: {
      file: 'test/shared/orders/accept-at-once.test.ts',
      name: 'makes no further part for a planner, once another has taken it back meanwhile',
    },
  },
  {
    name: 'slot-ends-the-daily-look',
    file: 'shared/orders/ask-erp.ts',
    find: 'if (error instanceof NoFreeSlot || !(',
    replace: 'if (!(',
    why: 'Where a partner takes one call at a time, the reconciliation has its slot, and nothing is ever looked at.',
    foundIn: {
      file: 'test/functions/create-product-orders.test.ts',
      name: 'keeps the daily look of an order for later while another function has the only slot of the ERP',
    },
  },
  {
    name: 'replayed-message-is-another',
    file: 'shared/worker/process-record.ts',
    find: 'return messageAttributes.messageId?.stringValue ?? messageId;',
    replace: 'return messageAttributes.never?.stringValue ?? messageId;',
    why: 'A rejected message that a person sends again does not recognise its own claim, and is dropped.',
    foundIn: life(
      'made-by-hand',
      'finds that an order whose creation was refused is booked, when it was typed by hand and built',
    ),
  },
];
