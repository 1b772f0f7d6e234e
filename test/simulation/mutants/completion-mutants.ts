import type { Mutant } from './mutant.ts';

const book = 'shared/completions/book.ts';
const decide = 'shared/completions/decide-bookings.ts';
const mapping = 'shared/integration/mapping/completions.ts';

/** Faults on the way from a completion to its booking. */
export const completionMutants: readonly Mutant[] = [
  {
    name: 'receipt-before-the-effect',
    file: book,
    find: "const receipt = await partners.call('erp', () => {",
    replace:
      "await claims.complete(claim, {}, { event: 'booked' });\n    const receipt = await partners.call('erp', () => {",
    why: 'A crash before the booking: the ledger says that it is booked, and the ERP knows nothing of it.',
  },
  {
    name: 'booked-without-the-lock',
    file: book,
    find: 'if (!(await lock.take(claim, attempt.endsAt))) {',
    replace: "if (key === '') {",
    why: 'Two parts of one ERP order are booked at once, and one overwrites the other.',
  },
  {
    name: 'lock-outlives-its-holder',
    file: book,
    find: 'await lock.keep(claim, untilMs);',
    replace: 'await lock.keep(claim, untilMs + 30 * 86_400_000);',
    why: 'Once an answer was lost, no other part of the order is booked for a month.',
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
    why: 'The attempt that was under way has died, and the message that would go on is deleted.',
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
    why: 'An order that is renamed between two attempts is booked under two keys: twice.',
  },
  {
    name: 'parts-not-waited-for',
    file: decide,
    find: 'isAwaiting ? [] : open, built',
    replace: 'open, built',
    why: 'An ERP order that is to be booked whole is booked, and closed, with its first part.',
  },
  {
    name: 'rejected-booking-not-planned-again',
    file: decide,
    find: 'const wantedAgain = again ? bookings',
    replace: 'const wantedAgain = again && !facts ? bookings',
    why: 'A person replays what was rejected, and nothing happens.',
  },
  {
    name: 'open-order-booked',
    file: 'shared/completions/collect.ts',
    find: 'if (order.completed || (dependencies.trustTrigger && wasTriggered)) return order;',
    replace: 'if (order) return order;',
    why: 'A trigger of an order that is still built books it: stock that is not there.',
  },
  {
    name: 'opened-part-booked',
    file: 'shared/completions/built-parts.ts',
    find: 'if (order?.completed) {',
    replace: 'if (order) {',
    why: 'A part that is opened again for rework is booked as good.',
  },
  {
    name: 'booking-sent-before-it-is-planned',
    file: 'shared/completions/collect.ts',
    find: 'if (await writeDown(decision, collected.home, attempt)) return send(decision, collected, attempt);',
    replace:
      'const missing = await send(decision, collected, attempt);\n      if (await writeDown(decision, collected.home, attempt)) return missing;',
    why: 'What is on its way is not written down: booking it fails, or it is booked with other recordings.',
  },
  {
    name: 'one-piece-unless-recorded',
    file: mapping,
    find: "typeof Quantity === 'number' || typeof Quantity === 'string' ? Quantity : undefined",
    replace: "typeof Quantity === 'number' || typeof Quantity === 'string' ? 1 : undefined",
    why: 'Five were built as planned, and one is booked.',
  },
  {
    name: 'scrap-dropped',
    file: mapping,
    find: "...(scrap && scrap.amount !== '0' ? { scrap } : {}),",
    replace: '',
    why: 'Scrap is never booked: the stock of components is wrong.',
  },
  {
    name: 'last-lot-dropped',
    file: mapping,
    find: "checked('lots', lots, mapping.lots ?? (() => []))",
    replace: "checked('lots', lots, mapping.lots ?? (() => [])).map((given) => given.slice(0, 1))",
    why: 'Pieces leave the factory whose serial numbers the ERP does not know.',
  },
  {
    name: 'quantity-of-the-first-part',
    file: mapping,
    find: 'sumOf(quantities.map(({ amount }) => amount))',
    replace: 'sumOf(quantities.slice(0, 1).map(({ amount }) => amount))',
    why: 'Of an order that is booked whole, only the first part is booked.',
  },
  {
    name: 'reconciliation-asks-nobody',
    file: 'shared/completions/reconcile.ts',
    find: 'of await ledger.orders.overdue(dueBy, most)',
    replace: 'of (await ledger.orders.overdue(dueBy, most)).slice(0, 0)',
    why: 'A trigger that is lost is lost for ever: the completion is never booked.',
  },
  {
    name: 'names-of-operators-sent-on',
    file: 'shared/completions/read-recordings.ts',
    find: 'if (includeOperators) return',
    replace: 'if (recording) return',
    why: 'Names of operators lie in queues and in dead letters, where nobody asked for them.',
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
    why: 'A person sends dead letters again, and they are gone.',
  },
];
