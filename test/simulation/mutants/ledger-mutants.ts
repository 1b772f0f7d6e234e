import type { Mutant } from './mutant.ts';

const claims = 'shared/ledger/claims.ts';
const lease = 'shared/ledger/lease.ts';

/** Faults in what keeps two attempts apart, and in what is written down. */
export const ledgerMutants: readonly Mutant[] = [
  {
    name: 'claim-taken-over-at-once',
    file: claims,
    find: "(#state = :claimedState AND #leaseUntil <= :at))'",
    replace: "(#state = :claimedState AND (#leaseUntil <= :at OR #leaseUntil > :at)))'",
    why: 'A message that comes twice is worked on twice at the same time: two product orders, two bookings.',
  },
  {
    name: 'claim-lease-compared-the-wrong-way',
    file: claims,
    find: '#leaseUntil <= :at',
    replace: '#leaseUntil >= :at',
    why: 'A claim is taken from those who live, and never from the dead: their orders are stuck.',
  },
  {
    name: 'claim-without-settling-time',
    file: claims,
    find: 'const leaseUntil = endsAt.getTime() + times.settlingSeconds * 1000;',
    replace: 'const leaseUntil = at;',
    why: 'What a dead attempt had sent takes effect after the next one has looked, and is done twice.',
  },
  {
    name: 'settling-not-waited-for',
    file: claims,
    find: 'const leaseUntil = now() + times.settlingSeconds * 1000;',
    replace: 'const leaseUntil = now();',
    why: 'A write without an answer takes effect after the next attempt has looked, and is done twice.',
  },
  {
    name: 'claim-is-never-again',
    file: claims,
    find: 'again: attempt > 1 && before.clean !== true',
    replace: 'again: false',
    why: 'A product order of our own, completed meanwhile, is taken for one typed by hand and put aside.',
  },
  {
    name: 'rejected-claim-is-anybodys',
    file: claims,
    find: '(#state = :rejected AND #rejectedBy = :message)',
    replace:
      '(#state = :rejected AND (#rejectedBy = :message OR #rejectedBy <> :message OR attribute_not_exists(#rejectedBy)))',
    why: 'A withdrawn order is created by a message that was on its way.',
  },
  {
    name: 'receipt-does-not-close-the-claim',
    file: claims,
    find: "state: 'done',\n          doneAt",
    replace: "state: 'waiting',\n          doneAt",
    why: 'The journey never ends: the ledger says that it waits, and whoever comes does it again.',
  },
  {
    name: 'claim-kept-after-a-failure',
    file: claims,
    find: "const changes = { set: { state: 'waiting', clean }, remove: ['owner', 'leaseUntil'] };",
    replace: 'const changes = { set: { clean } };',
    why: 'Each attempt that failed without a call blocks the next one for six minutes.',
  },
  {
    name: 'lease-compared-the-wrong-way',
    file: lease,
    find: '#leaseUntil <= :now',
    replace: '#leaseUntil >= :now',
    why: 'Runs overlap while one lives, and none ever follows one that died: no order comes in any more.',
  },
  {
    name: 'lease-anybodys',
    file: lease,
    find: 'attribute_not_exists(#leaseUntil) OR #leaseUntil <= :now',
    replace: 'attribute_not_exists(#leaseUntil) OR #leaseUntil <= :now OR #leaseUntil > :now',
    why: 'A slot is taken twice: a partner gets more calls at once than it bears.',
  },
  {
    name: 'lease-not-given-back',
    file: lease,
    find: "remove: ['leaseUntil', 'owner'],",
    replace: '',
    why: 'A slot is free only when its lease has ended: with one slot, a batch every six minutes.',
  },
  {
    name: 'claim-takes-no-notice-of-the-lock',
    file: 'shared/ledger/claims.ts',
    find: '(attribute_not_exists(#lockedUntil) OR #lockedUntil <= :at) AND (',
    replace: '(',
    why: 'A quantity is booked while a later recording of its order is, and each overwrites the other.',
  },
  {
    name: 'lock-takes-no-notice-of-the-claim',
    file: 'shared/ledger/records/booking-locks.ts',
    find: '(#state <> :claimed OR #leaseUntil <= :now)',
    replace: '(#state <> :claimed OR #state = :claimed)',
    why: 'A later recording is noted while the quantity of its order is booked, and each overwrites the other.',
  },
  {
    name: 'lock-of-the-order-is-anybodys',
    file: 'shared/ledger/records/booking-locks.ts',
    find: '(#lockedFor = :booking AND #lockedAttempt <= :attempt)',
    replace: '(#lockedAttempt <= :attempt) OR #lockedFor <> :booking',
    why: 'Two parts of one ERP order are booked at once, and one overwrites the other.',
  },
  {
    name: 'unsent-booking-forgotten',
    file: 'shared/completions/decide-bookings.ts',
    find: "return state === 'waiting' && !enqueued;",
    replace: "return state === 'waiting' && enqueued && false;",
    why: 'A crash between plan and queue: the completion is never booked, and nobody is told.',
  },
  {
    name: 'withdrawn-order-still-waits',
    file: 'shared/ledger/records/product-orders.ts',
    find: "set: { state: 'rejected', withdrawn: true, clean: true, ...rejection },",
    replace: "set: { state: 'waiting', withdrawn: true, clean: true, ...rejection },",
    why: 'What the ERP has taken back is created in Azumuta by the message that waits, and built.',
  },
  {
    name: 'completion-not-noted',
    file: 'shared/completions/collect.ts',
    find: 'if (subject.entry?.awaitsCompletion) await ledger.orders.markCompleted(subject.entry);',
    replace: '',
    why: 'Azumuta is asked about each order ever built, every day, for ever.',
  },
  {
    name: 'history-without-an-end',
    file: 'shared/ledger/history.ts',
    find: 'bytesOf(kept) > maxHistoryBytes',
    replace: 'bytesOf(kept) < 0',
    why: 'An order that waits for days outgrows its item, and can never be written again.',
  },
];
