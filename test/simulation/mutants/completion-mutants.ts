import type { Mutant } from './mutant.ts';

const book = 'shared/completions/book.ts';
const decide = 'shared/completions/decide-bookings.ts';
const mapping = 'shared/integration/mapping/completions.ts';

/** Faults between a completion and its booking. */
export const completionMutants: readonly Mutant[] = [
  {
    name: 'receipt-before-the-effect',
    file: book,
    find: "const receipt = await partners.call('erp', () => {",
    replace:
      "await claims.complete(claim, {}, { event: 'booked' });\n    const receipt = await partners.call('erp', () => {",
    why: 'After a crash before the booking, the ledger says that it is booked, but the ERP has nothing.',
  },
  {
    name: 'booked-without-the-lock',
    file: book,
    find: 'if (!(await lock.take(claim, attempt.endsAt))) {',
    replace: "if (key === '') {",
    why: 'Two parts of one ERP order are booked at the same time, and one overwrites the other.',
  },
  {
    name: 'lock-outlives-its-holder',
    file: book,
    find: 'await lock.keep(claim, untilMs);',
    replace: 'await lock.keep(claim, untilMs + 30 * 86_400_000);',
    why: 'After a lost answer, no other part of the order is booked for a month.',
  },
  {
    name: 'lock-not-released',
    file: book,
    find: 'await lock.release(claim);\n    if (!ours)',
    replace: 'if (!ours)',
    why: 'Each part waits six minutes for the one before it.',
  },
  {
    name: 'busy-booking-dropped',
    file: book,
    find: "if (claimed.by === 'lock') throw lockedByAnother(message);",
    replace: "if (claimed.by === 'claim') return;",
    why: 'The attempt in progress has died, and the message that would continue is deleted.',
  },
  {
    name: 'each-part-finishes-the-order',
    file: book,
    find: 'const final = completion.final && last;',
    replace: 'const final = completion.final;',
    why: 'The first part closes the ERP order, and the others cannot be booked.',
  },
  {
    name: 'key-of-the-number',
    file: decide,
    find: 'const key = quantityKeyOf(first.order);',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is source text.
    replace: 'const key = `${first.order.number}#quantity`;',
    why: 'An order that is renamed between two attempts gets two keys, and is booked twice.',
  },
  {
    name: 'parts-not-waited-for',
    file: decide,
    find: 'isAwaiting ? [] : open, built',
    replace: 'open, built',
    why: 'An ERP order that must be booked as a whole is booked and closed with its first part.',
  },
  {
    name: 'rejected-booking-not-planned-again',
    file: decide,
    find: 'const wantedAgain = again ? bookings',
    replace: 'const wantedAgain = again && !facts ? bookings',
    why: 'A person replays a rejected message, and nothing happens.',
  },
  {
    name: 'open-order-booked',
    file: 'shared/completions/collect.ts',
    find: 'if (order.completed || (dependencies.trustTrigger && wasTriggered)) return order;',
    replace: 'if (order) return order;',
    why: 'A trigger of an order that is still being built books it: stock that does not exist.',
  },
  {
    name: 'opened-part-booked',
    file: 'shared/completions/built-parts.ts',
    find: 'if (order?.completed) {',
    replace: 'if (order) {',
    why: 'A part that is open for rework is booked as good.',
  },
  {
    name: 'booking-sent-before-it-is-planned',
    file: 'shared/completions/collect.ts',
    find: 'if (await writeDown(decision, collected.home, attempt)) return send(decision, collected, attempt);',
    replace:
      'const missing = await send(decision, collected, attempt);\n      if (await writeDown(decision, collected.home, attempt)) return missing;',
    why: 'The plan is saved only after its message is sent: booking it fails, or uses other recordings.',
  },
  {
    name: 'one-piece-unless-recorded',
    file: mapping,
    find: "typeof Quantity === 'number' || typeof Quantity === 'string' ? Quantity : undefined",
    replace: "typeof Quantity === 'number' || typeof Quantity === 'string' ? 1 : undefined",
    why: 'Five pieces were built as planned, but one is booked.',
  },
  {
    name: 'scrap-dropped',
    file: mapping,
    find: "...(scrap && scrap.amount !== '0' ? { scrap } : {}),",
    replace: '',
    why: 'Scrap is never booked, so the stock of components is wrong.',
  },
  {
    name: 'last-lot-dropped',
    file: mapping,
    find: "checked('lots', lots, mapping.lots ?? (() => []))",
    replace: "checked('lots', lots, mapping.lots ?? (() => [])).map((given) => given.slice(0, 1))",
    why: 'Pieces leave the factory with serial numbers that the ERP does not have.',
  },
  {
    name: 'quantity-of-the-first-part',
    file: mapping,
    find: 'sumOf(quantities.map(({ amount }) => amount))',
    replace: 'sumOf(quantities.slice(0, 1).map(({ amount }) => amount))',
    why: 'An order that must be booked as a whole is booked with its first part only.',
  },
  {
    name: 'reconciliation-asks-nobody',
    file: 'shared/completions/reconcile.ts',
    find: 'of await ledger.orders.overdue(dueBy, most)',
    replace: 'of (await ledger.orders.overdue(dueBy, most)).slice(0, 0)',
    why: 'If a trigger is lost, the completion is never booked.',
  },
  {
    name: 'names-of-operators-sent-on',
    file: 'shared/completions/read-recordings.ts',
    find: 'if (includeOperators) return',
    replace: 'if (recording) return',
    why: 'Names of operators are stored in queues and dead letters, where nobody needs them.',
  },
  {
    name: 'names-of-operators-logged',
    file: 'shared/circuit-breaker/guarded-call.ts',
    find: 'const result = await done;',
    replace: "const result = await done;\n      log.info('Partner', { answer: JSON.stringify(result) });",
    why: 'Names of operators are kept in the logs.',
  },
  {
    name: 'replay-loses-them',
    file: 'infra/ops/replay/replay.ts',
    find: 'const refused = await queues.sendAll(queueUrls[queue], group.map(messageOf));',
    replace: 'const refused: number[] = [];',
    why: 'When a person sends dead letters again, they are lost.',
  },
];
