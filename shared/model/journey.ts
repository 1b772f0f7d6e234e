type Tone = 'good' | 'bad' | 'plain';

type Words = readonly [words: string, tone?: Tone];

/**
 * What can happen to an order, in words for a person, and whether it is good or bad: one line here is one kind of line in
 * its journey. The ledger writes no other event. A concern that begins has the name of its kind.
 */
const events = {
  queued: ['Received from the ERP'],
  created: ['Created in Azumuta', 'good'],
  adopted: ['Found in Azumuta, typed by hand', 'good'],
  linked: ['Linked in the ERP'],
  completed: ['Known to be completed in Azumuta'],
  'not completed': ['Not completed yet in Azumuta'],
  planned: ['Read from Azumuta, and planned'],
  'taken back': ['Not booked as planned'],
  booked: ['Booked in the ERP', 'good'],
  'would be created': ['In shadow: would be created in Azumuta'],
  'would be booked': ['In shadow: would be booked in the ERP', 'good'],
  amended: ['Notes and links added in the ERP', 'good'],
  ignored: ['Ignored: the ERP does not know the order'],
  retry: ['Failed, will be retried', 'bad'],
  rejected: ['Refused', 'bad'],
  withdrawn: ['Withdrawn by the ERP'],
  'cancelled in the ERP': ['Cancelled in the ERP', 'bad'],
  'given up': ['Given up by a person', 'bad'],
  'left to people': ['Completed before the integration was live: people book it'],

  'dead-lettered': ['Became a dead letter', 'bad'],
  replayed: ['Sent to its queue again'],
  recovered: ['Succeeded after all'],
  discarded: ['Discarded by a person', 'bad'],

  changed: ['Not as the ERP wants it', 'bad'],
  unwanted: ['Not wanted in the ERP any more', 'bad'],
  'number-taken': ['Another ERP order is mapped to its number', 'bad'],
  refused: ['Cannot become a product order', 'bad'],
  removed: ['Removed in Azumuta', 'bad'],
  'figures-changed': ['Corrected after it was booked', 'bad'],
  'used-again': ['Its number is used again in the ERP', 'bad'],
  'time-ahead': ['Its change time in the ERP is in the future', 'bad'],
  'unknown-numbers': ['Triggers named numbers that nobody knows', 'bad'],
  over: ['Over'],
} as const satisfies Record<string, Words>;

export type JourneyEvent = keyof typeof events;

/** An event in words, and its tone; one of a newer version, after a rollback, keeps its own name. */
export function eventWords({ event }: { readonly event: string }) {
  const known: Readonly<Record<string, Words>> = events;
  const [words, tone = 'plain'] = known[event] ?? [event];
  return { words, tone };
}
