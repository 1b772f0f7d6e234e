import type { Mutant } from './mutant.ts';

const breaker = 'shared/circuit-breaker/circuit-breaker.ts';
const record = 'shared/worker/process-record.ts';

/** Faults in how partners are called, in the connectors, and in the queues' worker. */
export const partnerMutants: readonly Mutant[] = [
  {
    name: 'breaker-never-closes',
    file: breaker,
    find: 'set: { open: false, closedAt',
    replace: 'set: { open: true, closedAt',
    why: 'After an outage of one minute nothing is processed any more.',
  },
  {
    name: 'breaker-never-opens',
    file: breaker,
    find: 'if (failures < threshold && !isDown && !failure.unauthorized) return false;',
    replace: 'if (failures >= 0) return false;',
    why: 'A partner that is down is called for every message, and locks our account.',
  },
  {
    name: 'breaker-lets-everything-through',
    file: breaker,
    find: 'if (state?.open !== true) {',
    replace: 'if (at > 0) {',
    why: 'A partner that is down is called for every message, and locks our account.',
  },
  {
    name: 'failed-probe-makes-nobody-wait',
    file: breaker,
    find: 'const openUntil = at + cooldown(failure, openings) * 1000;',
    replace: 'const openUntil = at;',
    why: 'Every next call is a probe: a partner that is down is called for every message.',
  },
  {
    name: 'slot-not-given-back',
    file: 'shared/slots/slots.ts',
    find: 'else await lease.release(owner, pacer && { nextCallAt: pacer.nextAt() });',
    replace: '',
    why: 'With one slot, only one batch is processed every six minutes.',
  },
  {
    name: 'called-without-a-slot',
    file: 'shared/slots/slots.ts',
    find: 'if (!(await take(partner))) throw new NoFreeSlot(partner);',
    replace: '',
    why: 'A partner gets more simultaneous calls than its limit.',
  },
  {
    name: 'calls-with-one-slot-at-once',
    file: 'shared/slots/slots.ts',
    find: 'const call = turn.calls.then(() => alone(partner, turn, work));',
    replace: 'const call = alone(partner, turn, work);',
    why: 'One slot is used for several simultaneous calls: the partner gets more than its limit.',
  },
  {
    name: 'requests-leave-at-no-pace',
    file: 'shared/platform/http.ts',
    find: 'return sendAtPace(request.signal, () => sendNow(request, built));',
    replace: 'return sendNow(request, built);',
    why: 'A partner gets more calls per second than its limit, and refuses them.',
  },
  {
    name: 'failed-messages-deleted',
    file: 'shared/worker/worker.ts',
    find: 'return responseOf([...waiting, ...again]);',
    replace: 'return responseOf(waiting);',
    why: 'A message that failed once is never tried again.',
  },
  {
    name: 'dead-letter-lost',
    file: record,
    find: "log.error('Could not write a dead letter', { reason: reasonOf(error) });",
    replace:
      "log.error('Could not write a dead letter', { reason: reasonOf(error) });\n      return undefined;",
    why: 'SQS refuses a dead letter, but its message is deleted: nobody learns of it.',
  },
  {
    name: 'dead-letter-not-noted',
    file: record,
    find: "await deadLetters.record({ messageId, orderNumber: orderNumber || 'unknown', stage, ...why });",
    replace: '',
    why: 'The journey of an order does not show that it waits for a person.',
  },
  {
    name: 'dead-letter-not-counted',
    file: record,
    find: "log.error('Dead letter', { ...why }, { DeadLettered: 1 });",
    replace: "log.error('Dead letter', { ...why });",
    why: 'The morning mail and the dashboard show no problem.',
  },
  {
    name: 'retried-without-a-wait',
    file: 'shared/worker/backoff.ts',
    find: 'return Math.max(1, Math.round(seconds));',
    replace: 'return 1;',
    why: 'A failed call is repeated every second: a partner that is overloaded goes down.',
  },
  {
    name: 'mark-not-posted-in-odoo',
    file: 'shared/erp/odoo/book.ts',
    find: '  if (note) {',
    replace: '  if (note && picks.length < 0) {',
    why: 'The next attempt cannot recognise which booking is ours.',
  },
  {
    name: 'own-booking-not-recognised-in-odoo',
    file: 'shared/erp/odoo/look.ts',
    find: "const done = family.find((one) => one.state === 'done' && isOurs(one));",
    replace: 'const done = undefined;',
    why: 'A booking whose answer was lost is refused, or booked on the rest of the order.',
  },
  {
    name: 'own-booking-not-recognised-in-sap',
    file: 'shared/erp/sap-s4hana/look.ts',
    find: 'const posted = findOurs(confirmations, key, erpOrder);',
    replace: 'const posted = findOurs([], key, erpOrder);',
    why: 'A confirmation whose answer was lost is posted twice.',
  },
  {
    name: 'own-booking-not-recognised-in-rest',
    file: 'shared/erp/rest/look.ts',
    find: "reference ??= part.done && call('done', part.done, answer, run.context);",
    replace: '',
    why: 'A booking whose answer was lost is posted twice.',
  },
  {
    name: 'lock-of-the-order-taken-for-a-refusal',
    file: 'shared/erp/rest/book.ts',
    find: 'if (answer.status === 423 ||',
    replace: 'if (answer.status === 599 ||',
    why: 'An order that a clerk has open for a minute becomes a dead letter.',
  },
];
