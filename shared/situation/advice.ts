import type { OrderConcernKind } from '../ledger/records/concerns.ts';
import type { Cause } from '../model/causes.ts';
import type { Role } from '../model/roles.ts';

/** One thing to do: in words, by a command, or both. */
interface AdviceStep {
  /** Sentences; the last one has no full stop where a command follows. */
  readonly does: string;
  /** What is typed, as it runs once the placeholders are filled in. */
  readonly types?: string;
}

export interface Advice {
  /** Who has to act. */
  readonly who: Role;
  /** Where nobody can see that it was done, the last step is the command that says so. */
  readonly steps: readonly AdviceStep[];
  /** Only what a person finds out decides between replay and discard: nothing suggests the one or the other before. */
  readonly compareFirst?: true;
}

/** No shell reads `"…"` as anything but a reason. */
const ordersCommand = (what: string) => `npm run orders -- ${what} --because "…" --go --stack <stack>`;
const giveUpCommand = ordersCommand('give-up <number>');
const settleCommand = (kind: OrderConcernKind) => ordersCommand(`settle <number> ${kind}`);
const replayOrder = 'npm run replay -- --order <number> --go --stack <stack>';

/** What a person does about a dead letter, by its cause. */
export const adviceOnDeadLetters = {
  configuration: {
    who: 'integrator',
    steps: [{ does: "Correct the mapping or the option in the plant's configuration, deploy, then replay." }],
  },
  'order-data': {
    who: 'planner',
    steps: [{ does: 'Correct the order in the ERP; then replay, or send it again.' }],
  },
  'unknown-article': {
    who: 'article administrator',
    steps: [
      { does: 'Create the article or its variant in Azumuta, or correct the order in the ERP; then replay.' },
    ],
  },
  'unknown-order': {
    who: 'planner',
    steps: [
      {
        does: 'Check the number where the reason says, and whether the order was deleted; correct it and replay, or send the order again; otherwise discard it.',
      },
    ],
    compareFirst: true,
  },
  'order-state': {
    who: 'planner',
    steps: [
      { does: 'Release or reopen the order in the ERP and replay.' },
      {
        does: 'If it is cancelled or booked by somebody else, check that nothing is missing, and end the order',
        types: giveUpCommand,
      },
    ],
    compareFirst: true,
  },
  conflict: {
    who: 'planner',
    steps: [
      {
        does: 'Make the ERP order and the product order equal by hand; if they are, send the order again from the ERP. Then replay.',
      },
      { does: 'Or find out what was built, book it by hand, and end the order', types: giveUpCommand },
    ],
    compareFirst: true,
  },
  'quantity-or-lots': {
    who: 'shop floor',
    steps: [
      {
        does: 'Correct the recorded quantity, unit, lots or serial numbers, or what the mapping gives; then replay.',
      },
    ],
  },
  'completion-unclear': {
    who: 'shop floor',
    steps: [
      { does: 'Complete or correct it in Azumuta and replay.' },
      {
        does: 'Or book by hand what was built. Then discard the dead letter in the console if the order is still to be built, else end the order',
        types: giveUpCommand,
      },
    ],
    compareFirst: true,
  },
  'booked-otherwise': {
    who: 'stock keeper',
    steps: [
      {
        does: 'Compare what the ERP has of this completion with what was built, and correct it by hand. Then end the order',
        types: giveUpCommand,
      },
    ],
    compareFirst: true,
  },
  'refused-by-erp': {
    who: 'ERP administrator',
    steps: [
      {
        does: 'Correct in the ERP what its message names (a period, stock, a right of our user, a module), then replay.',
      },
    ],
  },
  'refused-by-azumuta': {
    who: 'Azumuta administrator',
    steps: [
      {
        does: 'Correct in Azumuta what its message names, or set the lines of azumuta.contract that it names (to find them: npm run probe -- --stack <stack>) and deploy; then replay.',
      },
    ],
  },
  'unreadable-message': {
    who: 'Azumuta administrator',
    steps: [
      {
        does: 'Correct the trigger in Azumuta (its URL, its fields), or name its field in azumuta.contract.trigger and deploy (the reason lists each field and how it was understood); then replay or discard.',
      },
    ],
  },
  'waited-too-long': {
    who: 'operator',
    steps: [{ does: 'Find out why the partner was down or the order locked, then replay.' }],
  },
  'internal-error': {
    who: 'operator',
    steps: [{ does: "Read the function's logs, report it, and replay once it is fixed." }],
  },
} as const satisfies Record<Cause, Advice>;

/** What a person does about messages of the dead-letter queue that the ledger does not have. */
export const adviceOnUnfiled = {
  who: 'operator',
  steps: [
    {
      does: 'Look at them in the console: a replay removes second copies. Only a call that nobody could read is for the Azumuta administrator:',
    },
    ...adviceOnDeadLetters['unreadable-message'].steps,
  ],
} as const satisfies Advice;

/** What a person does about a concern of an order, by its kind. */
export const adviceOnConcerns = {
  changed: {
    who: 'planner',
    steps: [
      {
        does: 'Correct the product order in Azumuta by hand: its API cannot. Nothing is blocked meanwhile. If it is booked already, release another order in the ERP for what is still to be built.',
      },
      { does: 'If it shall remain unchanged, end this', types: settleCommand('changed') },
    ],
  },
  unwanted: {
    who: 'planner',
    steps: [
      { does: 'If it is not built, remove it in Azumuta, or let the shop floor know.' },
      {
        does: 'If it is built, leave it there, have the ERP want it again, and then have it booked',
        types: replayOrder,
      },
      { does: 'Or book it in the ERP by hand, and end the order', types: giveUpCommand },
    ],
  },
  'number-taken': {
    who: 'integrator',
    steps: [
      {
        does: "Change productOrders.number in the plant's configuration, so that each gets its own number, deploy, and send the second one again. What is made keeps its number until it is renamed in Azumuta.",
      },
      { does: 'If the second ERP order is gone, end this', types: settleCommand('number-taken') },
    ],
  },
  refused: {
    who: 'planner',
    steps: [
      {
        does: 'Correct the order in the ERP, and send it again; what is pulled is read again once it is saved there.',
      },
    ],
  },
  removed: {
    who: 'planner',
    steps: [
      { does: 'If it was built, book it in the ERP by hand. Then end the order', types: giveUpCommand },
      { does: 'If it was not, and shall be, have it made again', types: ordersCommand('remake <number>') },
    ],
  },
  'figures-changed': {
    who: 'stock keeper',
    steps: [
      {
        does: 'Compare both figures with what was built, and correct the ERP by hand. Then end this',
        types: settleCommand('figures-changed'),
      },
    ],
  },
  'used-again': {
    who: 'integrator',
    steps: [
      {
        does: 'If the ERP still means the order that was built, end this',
        types: settleCommand('used-again'),
      },
      {
        does: "If it is another order, change productOrders.number in the plant's configuration, so that it tells the orders apart (such as by the year of their due date), deploy, and send it again.",
      },
    ],
  },
  'time-ahead': {
    who: 'ERP administrator',
    steps: [
      { does: 'Correct the clock of the ERP, and save the order there. Nothing is blocked meanwhile.' },
    ],
  },
  'unknown-numbers': {
    who: 'Azumuta administrator',
    steps: [
      {
        does: 'Find out who sends these triggers. If a trigger in Azumuta is wrong, correct it; if somebody else has the address of the webhook, rotate its token.',
      },
      { does: 'If one was built, have it booked', types: replayOrder },
      { does: 'Then end this', types: ordersCommand('settle unknown unknown-numbers') },
    ],
  },
} as const satisfies Record<OrderConcernKind, Advice>;

/** What a person does about what is open besides, of an order or of the whole plant. */
export const adviceOnOthers = {
  'refused by the mapping': {
    who: 'integrator',
    steps: [{ does: "Correct the mapping in the plant's configuration, deploy, and send the order again." }],
  },
  waiting: {
    who: 'operator',
    steps: [
      {
        does: 'It is retried automatically. Correct what the reason names: somebody may have the order open in the ERP.',
      },
    ],
  },
  overdue: {
    who: 'planner',
    steps: [{ does: 'If it is built, have it completed in Azumuta; else move its date in the ERP.' }],
  },
  'late and under way': {
    who: 'planner',
    steps: [
      {
        does: 'It goes on by itself; what is paused or cannot be reached must end before. If that is too late, move its date in the ERP.',
      },
    ],
  },
  'channel-down': {
    who: 'operator',
    steps: [
      {
        does: 'Correct what its answer names, or set its address again',
        types: 'npm run secrets -- set alert-webhooks --stack <stack>',
      },
      { does: 'Then test it', types: 'npm run alert -- --test --stack <stack>' },
    ],
  },
  'partner-down': { who: 'operator', steps: [{ does: 'Fix the cause in <partner>.' }] },
  'credentials refused': {
    who: 'operator',
    steps: [{ does: 'It refuses our credentials: set the right ones.' }],
  },
  'booking refused, dead letter gone': {
    who: 'operator',
    steps: [
      { does: 'Correct what the reason names, then have it looked at again', types: replayOrder },
      { does: 'Or book it in the ERP by hand, and end the order', types: giveUpCommand },
    ],
  },
  'creation refused, dead letter gone': {
    who: 'operator',
    steps: [
      {
        does: 'Correct what the reason names, then send the order again from the ERP, or have it looked at again',
        types: replayOrder,
      },
      { does: 'If it shall not be made, end it', types: giveUpCommand },
    ],
  },
  // Nobody should do it by hand meanwhile: it may be done a moment later, and then twice.
  'sent again': {
    who: 'operator',
    steps: [{ does: 'Wait a minute; if nothing changes, look for its dead letter.' }],
  },
  'bookings paused': {
    who: 'operator',
    steps: [{ does: 'Resume them after the maintenance.' }],
  },
  'bookings paused until': {
    who: 'operator',
    steps: [{ does: 'Nothing is to be done: that ends by itself.' }],
  },
  paused: { who: 'operator', steps: [{ does: 'Resume it after the maintenance.' }] },
  'paused until': {
    who: 'operator',
    steps: [{ does: 'It ends by itself; resume it if it shall end before.' }],
  },
  'paused too long': {
    who: 'operator',
    steps: [{ does: 'Resume it, or pause it again with the time at which it shall end by itself.' }],
  },
  slow: {
    who: 'operator',
    steps: [{ does: 'Search for the order: its journey shows why the last attempt failed.' }],
  },
  stalled: {
    who: 'operator',
    steps: [
      {
        does: 'Check whether <function> is throttled or fails to start (its logs are in CloudWatch), and whether its event source mapping is switched on.',
      },
    ],
  },
} as const satisfies Readonly<Record<string, Advice>>;

/**
 * Sentences for a person: what to do, and what to type.
 * @param named What `<partner>` or `<function>` stands for. The placeholders of commands stay: many orders have one advice.
 */
export function adviceInWords({ steps }: Advice, named: Readonly<Record<string, string>> = {}): string {
  const text = steps.map(({ does, types }) => (types === undefined ? does : `${does}: ${types}.`)).join(' ');
  return Object.entries(named).reduce((filled, [name, value]) => filled.replaceAll(`<${name}>`, value), text);
}

/** The same for who has the console open: what is typed elsewhere is a button on the page of its order. */
export function adviceWithButtons({ steps }: Advice): string {
  return steps.map(({ does, types }) => (types === undefined ? does : `${does}, on its page.`)).join(' ');
}
