import type { Mutant } from './mutant.ts';

const claims = 'shared/ledger/claims.ts';
const lease = 'shared/ledger/lease.ts';

/** Faults in the code that keeps two attempts apart, and in what the ledger records. */
export const ledgerMutants: readonly Mutant[] = [
  {
    name: 'claim-taken-over-at-once',
    file: claims,
    find: "(#state = :claimedState AND #leaseUntil <= :at))'",
    replace: "(#state = :claimedState AND (#leaseUntil <= :at OR #leaseUntil > :at)))'",
    why: 'A message that comes twice is processed twice at the same time: two product orders, two bookings.',
  },
  {
    name: 'claim-lease-compared-the-wrong-way',
    file: claims,
    find: '#leaseUntil <= :at',
    replace: '#leaseUntil >= :at',
    why: 'A claim is taken over while its attempt still runs, and never after it has died: those orders are stuck.',
  },
  {
    name: 'claim-without-settling-time',
    file: claims,
    find: 'const leaseUntil = endsAt.getTime() + times.settlingSeconds * 1000;',
    replace: 'const leaseUntil = at;',
    why: 'A call of a dead attempt takes effect after the next attempt has looked, and is made twice.',
  },
  {
    name: 'settling-not-waited-for',
    file: claims,
    find: 'const leaseUntil = now() + times.settlingSeconds * 1000;',
    replace: 'const leaseUntil = now();',
    why: 'A write without an answer takes effect after the next attempt has looked, and is made twice.',
  },
  {
    name: 'claim-is-never-again',
    file: claims,
    find: 'again: attempt > 1 && before.clean !== true',
    replace: 'again: false',
    why: 'Our own product order, completed in the meantime, counts as typed by hand and becomes a dead letter.',
  },
  {
    name: 'rejected-claim-is-anybodys',
    file: claims,
    find: '(#state = :rejected AND #rejectedBy = :message)',
    replace:
      '(#state = :rejected AND (#rejectedBy = :message OR #rejectedBy <> :message OR attribute_not_exists(#rejectedBy)))',
    why: 'A withdrawn order is created by a message that was still in the queue.',
  },
  {
    name: 'receipt-does-not-close-the-claim',
    file: claims,
    find: "state: 'done',\n          doneAt",
    replace: "state: 'waiting',\n          doneAt",
    why: 'The ledger still says that the work waits, so each further message does it again.',
  },
  {
    name: 'claim-kept-after-a-failure',
    file: claims,
    find: "const changes = { set: { state: 'waiting', clean }, remove: ['owner', 'leaseUntil'] };",
    replace: 'const changes = { set: { clean } };',
    why: 'Each attempt that fails before its first call blocks the next one for six minutes.',
  },
  {
    name: 'lease-compared-the-wrong-way',
    file: lease,
    find: '#leaseUntil <= :now',
    replace: '#leaseUntil >= :now',
    why: 'Runs overlap, and after a run that died no other run starts: no more orders come in.',
  },
  {
    name: 'lease-anybodys',
    file: lease,
    find: 'attribute_not_exists(#leaseUntil) OR #leaseUntil <= :now',
    replace: 'attribute_not_exists(#leaseUntil) OR #leaseUntil <= :now OR #leaseUntil > :now',
    why: 'A slot is taken twice: a partner gets more simultaneous calls than its limit.',
  },
  {
    name: 'lease-not-given-back',
    file: lease,
    find: "{ set, remove: ['leaseUntil', 'owner'] }",
    replace: '{ set }',
    why: 'A slot is free only when its lease has ended: with one slot, one batch every six minutes.',
  },
  {
    name: 'claim-takes-no-notice-of-the-lock',
    file: 'shared/ledger/claims.ts',
    find: '(attribute_not_exists(#lockedUntil) OR #lockedUntil <= :at) AND (',
    replace: '(',
    why: 'A quantity and a later recording of its order are booked at the same time, and overwrite each other.',
  },
  {
    name: 'lock-takes-no-notice-of-the-claim',
    file: 'shared/ledger/records/booking-locks.ts',
    find: '(#state <> :claimed OR #leaseUntil <= :now)',
    replace: '(#state <> :claimed OR #state = :claimed)',
    why: 'A later recording and the quantity of its order are booked at the same time, and overwrite each other.',
  },
  {
    name: 'lock-of-the-order-is-anybodys',
    file: 'shared/ledger/records/booking-locks.ts',
    find: '(#lockedFor = :booking AND #lockedAttempt <= :attempt)',
    replace: '(#lockedAttempt <= :attempt) OR #lockedFor <> :booking',
    why: 'Two parts of one ERP order are booked at the same time, and one overwrites the other.',
  },
  {
    name: 'unsent-booking-forgotten',
    file: 'shared/completions/decide-bookings.ts',
    find: "return state === 'waiting' && !enqueued;",
    replace: "return state === 'waiting' && enqueued && false;",
    why: 'After a crash between plan and queue, the completion is never booked, and nobody learns of it.',
  },
  {
    name: 'withdrawn-order-still-waits',
    file: 'shared/ledger/records/product-orders.ts',
    find: "set: { state: 'rejected', withdrawn: true, clean: true, ...rejection },",
    replace: "set: { state: 'waiting', withdrawn: true, clean: true, ...rejection },",
    why: 'An order that the ERP has withdrawn is created in Azumuta by a waiting message, and built.',
  },
  {
    name: 'completion-not-noted',
    file: 'shared/completions/collect.ts',
    find: 'if (subject.entry?.awaitsCompletion) await ledger.orders.markCompleted(subject.entry);',
    replace: '',
    why: 'Azumuta is asked about every order ever built, every day, forever.',
  },
  {
    name: 'history-without-an-end',
    file: 'shared/ledger/history.ts',
    find: 'bytesOf(kept) > maxHistoryBytes',
    replace: 'bytesOf(kept) < 0',
    why: 'The item of an order that waits for days grows beyond the limit, and can never be written again.',
  },
];
