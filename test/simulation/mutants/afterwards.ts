import type { Mutant } from './mutant.ts';

/**
 * Faults that were added after the simulation was finished, and that it found without a change: they show how well it
 * finds faults that nobody had in mind.
 */
export const afterwards: readonly Mutant[] = [
  {
    name: 'ledger-forgets-within-minutes',
    file: 'shared/ledger/keys.ts',
    find: 'export const retentionSeconds = 430 * 86_400;',
    replace: 'export const retentionSeconds = 430;',
    why: 'The time to live has another unit: receipts disappear, and a replayed message has its effect twice.',
    foundBy: ['journey', 'created', 'booked'],
  },
  {
    name: 'hint-after-the-answer-dropped',
    file: 'shared/completions/ask-azumuta.ts',
    find: 'return instant.getTime() - sentAt.getTime() >= clocksDifferMs;',
    replace: 'return sentAt.getTime() - instant.getTime() >= clocksDifferMs;',
    why: 'A trigger with something new counts as already answered by Azumuta: its recordings are lost.',
    foundBy: ['recordings', 'reported'],
  },
  {
    name: 'renamed-product-order-unknown',
    file: 'shared/ledger/records/known-orders.ts',
    find: 'return found && numberOf(found);',
    replace: 'return undefined;',
    why: 'The booking of a product order that was renamed in Azumuta does not know its ERP order.',
    foundBy: ['booked', 'deadLetters'],
  },
  {
    name: 'refused-secret-not-read-again',
    file: 'shared/platform/aws/secrets.ts',
    find: 'if (wasRead && !refresh && now - readAt < ttlSeconds * 1000) return known.text;',
    replace: 'if (wasRead) return known.text;',
    why: 'After a rotation a container uses the old key as long as it lives.',
    foundBy: ['ends', 'created'],
  },
  {
    name: 'finished-window-goes-on',
    file: 'shared/ledger/records/pull-state.ts',
    find: "finished ? ['window'] : []",
    replace: '[]',
    why: 'No run reads the time before the last row again: an order that the ERP commits late is never read.',
    foundBy: ['created'],
  },
  {
    name: 'told-again',
    file: 'shared/alerts/decide-alerts.ts',
    find: 'isDue && !known.has(fingerprint(id))',
    replace: 'isDue',
    why: 'What people know already is told as new every hour.',
    foundBy: ['told'],
  },
];
