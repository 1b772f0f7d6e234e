import type { Mutant } from './mutant.ts';

const book = 'shared/completions/book.ts';
const decide = 'shared/completions/decide-bookings.ts';
const next = 'shared/completions/next-step.ts';
const mapping = 'shared/integration/mapping/completions.ts';

/** Faults between a completion and its booking. */
export const completionMutants: readonly Mutant[] = [
  {
    name: 'receipt-before-the-effect',
    file: book,
    find: "const receipt = await partners.call('erp', attempt.signal, booking",
    replace:
      "await dependencies.ledger.claims.complete(claim, {}, { event: 'booked' });\n    const receipt = await partners.call('erp', attempt.signal, booking",
    why: 'After a crash before the booking, the ledger says that it is booked, but the ERP has nothing.',
    foundBy: ['booked'],
  },
  {
    name: 'booked-without-the-lock',
    file: book,
    find: 'if (await lock.take(claim, attempt.endsAt))',
    replace: 'if (lock)',
    why: 'Two parts of one ERP order are booked at the same time, and one overwrites the other.',
    foundBy: ['booked'],
  },
  {
    name: 'lock-outlives-its-holder',
    file: book,
    find: 'await lock.keep(claim, untilMs);',
    replace: 'await lock.keep(claim, untilMs + 30 * 86_400_000);',
    why: 'After a lost answer, no other part of the order is booked for a month.',
    foundBy: ['recorded', 'leases', 'ends'],
  },
  {
    name: 'lock-not-released',
    file: book,
    find: 'await lock.release(claim);\n    if (!ours)',
    replace: 'if (!ours)',
    why: 'Each part waits six minutes for the one before it.',
    foundBy: ['released'],
  },
  {
    name: 'hint-ends-over-a-claim',
    file: next,
    find: "return { to: 'wait', untilMs: Math.min(running.leaseUntil ?? 0, soon), sentence };",
    replace: "return sentence && soon > 0 ? { to: 'end', refused: [] } : { to: 'end', refused: [] };",
    why: 'The attempt in progress has died, and the message that would continue is deleted.',
    foundBy: ['booked', 'waiting'],
  },
  {
    name: 'hint-ends-over-a-plan',
    file: next,
    find: 'if (keep.length > 0) {',
    replace:
      "if (keep.length > 0 && hint.via !== 'operator') return { to: 'end', refused };\n  if (keep.length > 0) {",
    why: 'What was planned while the ERP was down is never booked.',
    foundBy: ['booked', 'waiting'],
  },
  {
    name: 'discarded-booking-opened-by-a-trigger',
    file: next,
    find: "if (discarded || hint.via !== 'webhook' || !surelyNotBooked || !isNewer(booking, facts)) return 'leave';",
    replace:
      "if (!discarded && (hint.via !== 'webhook' || !surelyNotBooked || !isNewer(booking, facts))) return 'leave';",
    why: 'A person has booked it by hand, and it is booked once more.',
    foundBy: ['nothingElse'],
  },
  {
    name: 'two-plan-at-once',
    file: 'shared/ledger/records/bookings.ts',
    find: 'if (!seen) return this.add(key, { ...set, attempts }, event);',
    replace: `if (!seen) {
      const item = { ...key, ...set, attempts, v: 1, expiresAt: this.expiresAt() };
      await this.table.putIf(item, 'attribute_exists(pk) OR attribute_not_exists(pk)');
      return item;
    }`,
    why: 'Two hints that meet both plan, claim and book the same completion.',
    foundBy: ['booked', 'recordings'],
  },
  {
    name: 'content-outlives-the-receipt',
    file: 'shared/ledger/records/bookings.ts',
    find: "export const forBookingOnly = ['content', 'awaiting', 'dueAt'];",
    replace: "export const forBookingOnly = ['awaiting', 'dueAt'];",
    why: 'Notes that may name persons are kept for 430 days, and each item takes more write units.',
    foundBy: ['kept'],
  },
  {
    name: 'refusal-stops-the-next-booking',
    file: book,
    find: 'if (!(error instanceof Rejected)) throw error;',
    replace: 'if (error) throw error;',
    why: 'A recording that cannot be added stops those that can: their links never reach the ERP.',
    foundBy: ['recordings'],
  },
  {
    name: 'slot-of-azumuta-held-while-booking',
    file: 'shared/worker/worker.ts',
    find: 'if (this.#isFollowed(partner) && slots) await deadline.whileOpen(slots.giveBack(partner));',
    replace: '',
    why: 'While the ERP is slow, nobody can ask Azumuta.',
    foundBy: ['oneSlot'],
  },
  {
    name: 'wait-noted-as-a-failure',
    file: 'shared/worker/process-record.ts',
    find: 'if (thrown instanceof Wait) return',
    replace: 'if (thrown instanceof Wait && !thrown.message) return',
    why: 'A message that has its turn later is retried ever more seldom, and each of its waits is a write.',
    foundBy: ['waits'],
  },
  {
    name: 'each-part-finishes-the-order',
    file: 'shared/completions/read-contents.ts',
    find: 'const final = mapped.final && !isPart;',
    replace: 'const final = mapped.final;',
    why: 'The first part closes the ERP order, and the others cannot be booked.',
    foundBy: ['deadLetters'],
  },
  {
    name: 'key-of-the-number',
    file: decide,
    find: 'id}#quantity` :',
    replace: 'productOrder.number}#quantity` :',
    why: 'An order that is renamed between two attempts gets two keys, and is booked twice.',
    foundBy: ['booked'],
  },
  {
    name: 'parts-not-waited-for',
    file: decide,
    find: 'isAwaiting ? [] : open, built',
    replace: 'open, built',
    why: 'An ERP order that must be booked as a whole is booked and closed with its first part.',
    foundBy: ['figures', 'deadLetters'],
  },
  {
    name: 'refused-booking-not-opened-again',
    file: next,
    find: "if (hint.again) return surelyNotBooked || discarded ? 'anew' : 'keep';",
    replace: "if (hint.again) return 'leave';",
    why: 'A person replays a dead letter, and nothing happens.',
    foundBy: ['booked', 'recordings'],
  },
  {
    name: 'open-order-booked',
    file: 'shared/completions/begin-hint.ts',
    find: 'if (order.completed || (trustTrigger && hadTrigger))',
    replace: 'if (reading)',
    why: 'A trigger of an order that is still being built books it: stock that does not exist.',
    foundBy: ['nothingElse', 'figures'],
  },
  {
    name: 'opened-part-booked',
    file: 'shared/completions/read-facts.ts',
    find: 'if (other?.completed) {',
    replace: 'if (other) {',
    why: 'A part that is open for rework is booked as good.',
    foundBy: ['nothingElse'],
  },
  {
    name: 'one-piece-unless-recorded',
    file: 'shared/integration/mapping/recorded.ts',
    find: "typeof Quantity === 'number' || typeof Quantity === 'string' ? Quantity : undefined",
    replace: "typeof Quantity === 'number' || typeof Quantity === 'string' ? 1 : undefined",
    why: 'Five pieces were built as planned, but one is booked.',
    foundBy: ['figures'],
  },
  {
    name: 'scrap-dropped',
    file: mapping,
    find: "...(scrap && scrap.amount !== '0' ? { scrap } : {}),",
    replace: '',
    why: 'Scrap is never booked, so the stock of components is wrong.',
    foundBy: ['figures'],
  },
  {
    name: 'last-lot-dropped',
    file: mapping,
    find: "each('lots', completionFields.lots, mapping.lots ?? (() => []), parts)",
    replace:
      "each('lots', completionFields.lots, mapping.lots ?? (() => []), parts).map((given) => given.slice(0, 1))",
    why: 'Pieces leave the factory with serial numbers that the ERP does not have.',
    foundBy: ['figures', 'deadLetters'],
  },
  {
    name: 'quantity-of-the-first-part',
    file: 'shared/integration/mapping/details.ts',
    find: 'sumOf(quantities.map(({ amount }) => amount))',
    replace: 'sumOf(quantities.slice(0, 1).map(({ amount }) => amount))',
    why: 'An order that must be booked as a whole is booked with its first part only.',
    foundBy: ['figures'],
  },
  {
    name: 'reconciliation-asks-nobody',
    file: 'shared/completions/reconcile.ts',
    find: 'of await orders.overdue(dueBy, most)',
    replace: 'of (await orders.overdue(dueBy, most)).slice(0, 0)',
    why: 'If a trigger is lost, the completion is never booked.',
    foundBy: ['booked', 'waiting'],
  },
  {
    name: 'names-of-operators-logged',
    file: 'shared/circuit-breaker/guarded-call.ts',
    find: 'const result = await run();',
    replace: "const result = await run();\n      log.info('Partner', { answer: JSON.stringify(result) });",
    why: 'Names of operators are kept in the logs.',
    foundBy: ['personal'],
  },
  {
    name: 'replay-loses-them',
    file: 'infra/ops/replay/replay.ts',
    find: 'const refused = await queues.sendAll(queueUrls[queue], messages);',
    replace: 'const refused: number[] = [];',
    why: 'When a person sends dead letters again, they are lost.',
    foundBy: ['created', 'linked', 'booked'],
  },
];
