import { counted } from '../model/text.ts';
import { whatGoesOn } from '../situation/pauses.ts';
import type { Alert } from './alert.ts';
import type { ChannelName } from './dependencies.ts';

/**
 * Every text that alerts and the morning mail send: no other file of `shared/alerts` has one, or takes one from elsewhere
 * (`test/shared/alerts/english.test.ts`). So another language is a module with the same exports. What is exported again here
 * are sentences that pages and console say, too. Reasons are stored in the ledger as they were decided, in English.
 */
export { inShadowSays } from '../model/mode.ts';
export { partnerWords } from '../model/partner.ts';
export { duration } from '../model/time.ts';
export { notTyped } from '../platform/shell-word.ts';
export { countOrders, standInWords } from '../situation/open-orders.ts';
export { tellTrouble } from '../situation/order-in-words.ts';
export { partnerDownProblem, problemsOf, waitingIn } from '../situation/problems.ts';
export { shadowInWords } from '../situation/shadow.ts';
export { figureCells, noteOfFigures, waitingTexts } from '../situation/today.ts';
export { actorInWords, headlineOf, nextStepInWords, partnerState } from '../situation/words.ts';

export const channelWords: Readonly<Record<string, string>> = {
  email: 'e-mail',
  teams: 'Microsoft Teams',
  slack: 'Slack',
  webhook: 'the JSON webhook',
  'morning-mail': 'the morning mail',
} satisfies Record<ChannelName, string>;

/** Begins the title of an alert. */
export const eventPrefixes: Readonly<Record<Alert['event'], string>> = {
  new: '',
  reminder: 'Still open: ',
  over: 'Over: ',
  missed: '',
  test: '',
};

// Summaries of what has ended.
export const partnerBackSummary = 'What waited for it goes on by itself.';
export const channelsBackSummary = 'Each gets a summary of what it has missed.';
export const nothingOpenSummary = 'Nothing of it is open any more.';

/** @param open How many are open, where the alert does not list all of them. */
export function summaryOfOpen(event: Alert['event'], open: number | undefined): string {
  const says =
    event === 'reminder' ? 'A day has passed since the last message about this.' : 'It needs a person.';
  return open === undefined ? says : `${says} ${open} of them are open in all.`;
}

/** @param from When it first came and went, as a time at the plant. */
export function unsteadyHeadline(headline: string, hasEnded: boolean, times: number, from: string): string {
  return `${headline} (it ${hasEnded ? 'came and went' : 'comes and goes'}, ${times} times since ${from})`;
}

export const channelsWorkAgain = 'All channels of the alerts take messages again';

/** @param names In words, with a capital at the beginning. */
export function channelsFail(names: readonly string[]): string {
  return `${names.join(' and ')} ${names.length === 1 ? 'takes' : 'take'} no messages`;
}

// Headlines of a partner, by its name: times are those of the plant, and `lasting` is how long it has been down.
export const partnerSteadyAgain = (name: string, count: number, from: string) =>
  `${name} answers steadily again (it was down ${count} times since ${from})`;
export const partnerUnsteady = (name: string, count: number, from: string) =>
  `${name} comes and goes: it was down ${count} times since ${from}`;
/** @param state `refuses our login`. */
export const partnerRefuses = (name: string, state: string, from: string, lasting: string) =>
  `${name} ${state} since ${from} (${lasting})`;
export const partnerAnswersAgain = (name: string, from: string, lasting: string) =>
  `${name} answers again (it was down from ${from}, for ${lasting})`;
export const partnerIsDown = (name: string, from: string, lasting: string) =>
  `${name} has been down since ${from} (${lasting})`;

export function pauseEndTitle(flows: readonly string[], until: string): string {
  return `${eventPrefixes.over}the pause of ${flows.join(', ')} until ${until}`;
}

/** @param waits What is in the queues. */
export function pauseEndSummary(waits: readonly string[]): string {
  const left = waits.length === 0 ? 'Nothing waits.' : `In the queues: ${waits.join(' and ')}.`;
  return `It has ended by itself: ${whatGoesOn}. ${left}`;
}

/** @param names Titles of what is open of what was missed. @param more How many are not named. @param ended How many have ended. */
export function missedSummary(names: readonly string[], more: number, ended: number): string {
  const left = more > 0 ? ` And ${more} more.` : '';
  return [
    names.length === 0 ? 'Nothing of it is open.' : `Open of it: ${names.join(' · ')}.${left}`,
    ...(ended > 0 ? [`Over: ${ended}.`] : []),
  ].join(' ');
}

export function missedTitle(count: number, from: string, to: string): string {
  return `${counted(count, 'message')} could not be delivered here from ${from} to ${to}`;
}

export const testTitle = 'test of the alerts';
export const testSummary =
  'Somebody has asked for this message. Nothing is wrong, and nothing has to be done.';

// Lines of a message, each with what it names.
export const forLine = (who: string) => `For: ${who}`;
export const whyLine = (why: string) => `Why: ${why}`;
export const nextLine = (next: string) => `Next: ${next}`;
export const typeLine = (command: string) => `Type: ${command}`;
export const seeItLine = (link: string) => `See it: ${link}`;
export const moreLine = (count: number, command: string) =>
  `… and ${count.toLocaleString('en-US')} more: ${command}`;
/** What opens a link that is no text. */
export const seeItTitle = 'See it';
export const noOrderKnown = 'no order is known';
export const articleInLine = (article: string) => `article ${article}`;
export const sinceInLine = (from: string) => `since ${from}`;

// Titles of the paragraphs of the morning mail.
export const lateTitle = 'Late';
export const dueTodayTitle = 'Due today';
export const waitingTitle = 'Waiting';
export const toDoTitle = 'To do';
export const cautionTitle = 'Caution';

/** What follows lines that name the first of several. */
export const andMore = (more: number) => `… and ${more} more.`;
export const noneInMail = 'none.';
export const nothingToDo = 'Nothing needs a person.';
export const nothingToDoElse = 'Nothing besides what is late.';
export const tasksFor = (count: number, who: string) => `${count} for ${who}`;
export const allWithAdvice = (command: string) => `All of it, with what to do: ${command}`;
export const periodInWords = (first: string, last: string) =>
  first === last ? first : `${first} to ${last}`;

export const shadowSubject = (stack: string, period: string) => `${stack}, in shadow: ${period}`;
export const moreInShadow = (more: number) => `… and ${more} more: the page Shadow of the console has all.`;
export const correctMapping =
  'Correct the line of the mapping that is named, and try it before it is deployed: npm run map -- --order <number> --stack <stack>';

// Why a channel did not take a message; continues its name and a colon.
export const channelHasNoList = 'there is no list for it any more';
export const channelHasNoAddress =
  'its address is not in the secret: npm run secrets -- set alert-webhooks --stack <stack>';
export const snsRefuses = (reason: string) => `SNS refuses it: ${reason}`;
export const channelDoesNotAnswer = (seconds: number) => `it did not answer within ${seconds} s`;
export const channelCannotBeReached = (code = '') => `it cannot be reached${code && ` (${code})`}`;
export const channelAsksToSlowDown = 'it asks us to slow down (429)';
export const channelRedirects = (status: number) =>
  `it answers with a redirect (${status}), which is not followed: set the address that it leads to`;
export const channelIsGone = (answer: string) =>
  `its address is not known there any more (${answer}): make a new webhook and set its address`;
export const channelRefusesMessage = (answer: string) => `it refuses a message (${answer})`;
export const channelAnswers = (answer: string) => `it answers with ${answer}`;

/** @param channel In words, with a capital. @param from When it began to fail, as a time at the plant. */
export function channelFailsBecause(channel: string, from: string, problem: string): string {
  return `${channel} has taken no messages since ${from}: ${problem}.`;
}
