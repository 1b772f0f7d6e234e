import type { Mutant } from './mutant.ts';

/**
 * Faults that were planted once the simulation stood, and found without a change of it: how well it finds what nobody
 * had in mind.
 */
export const afterwards: readonly Mutant[] = [
  {
    name: 'ledger-forgets-within-minutes',
    file: 'shared/ledger/keys.ts',
    find: 'export const retentionSeconds = 430 * 86_400;',
    replace: 'export const retentionSeconds = 430;',
    why: 'The time to live is told in another unit: receipts vanish, and what is replayed is done twice.',
  },
  {
    name: 'replayed-message-is-another',
    file: 'shared/worker/process-record.ts',
    find: 'return messageAttributes.messageId?.stringValue ?? messageId;',
    replace: 'return messageAttributes.never?.stringValue ?? messageId;',
    why: 'The claim that a rejected message left is not its own when a person sends it again: it is dropped.',
  },
  {
    name: 'hint-after-the-answer-dropped',
    file: 'shared/completions/ask-azumuta.ts',
    find: 'return askedAt.getTime() - sentAt.getTime() >= clocksDifferMs;',
    replace: 'return sentAt.getTime() - askedAt.getTime() >= clocksDifferMs;',
    why: 'A trigger that tells something new is taken for one that Azumuta has answered: its recordings are lost.',
  },
  {
    name: 'renamed-product-order-unknown',
    file: 'shared/ledger/records/known-orders.ts',
    find: 'return found && String(found.pk).slice',
    replace: 'return undefined && String(found?.pk).slice',
    why: 'Whoever renames a product order in Azumuta gets a booking that knows nothing of its ERP order.',
  },
  {
    name: 'refused-secret-not-read-again',
    file: 'shared/platform/aws/secrets.ts',
    find: 'if (last && !refresh && secondsSince(last.readAt) < ttlSeconds) return last;',
    replace: 'if (last) return last;',
    why: 'After a rotation a container goes on with the old key as long as it lives.',
  },
  {
    name: 'finished-window-goes-on',
    file: 'shared/ledger/records/pull-state.ts',
    find: '...(finished && { window: null }),',
    replace: '',
    why: 'No run reads behind the last row again: what the ERP commits late is never read.',
  },
];
