import { defaultBaseUrl } from '../../../shared/azumuta/contract.ts';

/** What the kit asks a person for. Enter alone leaves out whatever may be left out. */
export interface KitQuestion {
  readonly asks: string;
  /** Whether there is no going on without it. */
  readonly isNeeded?: true;
  readonly isHidden?: true;
  /** Whether it may have several lines, and ends with an empty one. */
  readonly isLong?: true;
  /** The only answers besides Enter alone: anything else is asked again. */
  readonly takes?: readonly string[];
}

const yesOrNo = ['yes', 'no'];
const orSkip = ['skip'];

export const kitQuestions = {
  address: { asks: `Address of the API (Enter: ${defaultBaseUrl})?` },
  key: { asks: 'API key (it is not shown, and kept nowhere)?', isNeeded: true, isHidden: true },
  article: { asks: 'Number of an article of a demo, which has a work instruction?', isNeeded: true },
  parameter: { asks: 'Name of one of its parameters that is a number (Enter: Quantity)?' },
  variant: { asks: 'Name of one of its variants, exactly (Enter: leave it out)?' },
  port: { asks: 'Port for triggers, if a tunnel of yours leads to this machine (Enter: none)?' },
  consent: { asks: 'Type yes to begin:' },
  byHand: {
    asks: 'Create it by hand then, with that number, and press Enter (or type skip):',
    takes: orSkip,
  },
  completed: { asks: 'Press Enter when it is completed (or type skip):', takes: orSkip },
  status: { asks: 'What does its status say now?' },
  step: { asks: 'Name of the step in which you recorded the number?' },
  value: { asks: 'The number that you recorded?' },
  unit: { asks: 'Its unit, if one is shown?' },
  limits: { asks: 'Its limits, if they are shown (40-44)?' },
  judged: { asks: 'Is that step shown as in order (yes or no; Enter if nothing is shown)?', takes: yesOrNo },
  signed: { asks: 'Name of a step in which somebody signed, if there was one?' },
  operator: { asks: 'Your name, as Azumuta shows it (it is compared, and kept nowhere)?' },
  instruction: { asks: 'Name of the work instruction with that step?' },
  version: { asks: 'Its version, if one is shown?' },
  recordings: { asks: 'How many work instructions were executed for this order (a number)?' },
  component: { asks: 'A component that was used: article, quantity, lot (Enter: none)?' },
  orderLink: {
    asks: 'Open this link. Does it show the product order (yes or no; Enter: you cannot open it)?',
    takes: yesOrNo,
  },
  recordingLink: {
    asks: 'Open this link. Does it show what was recorded (yes or no; Enter: you cannot open it)?',
    takes: yesOrNo,
  },
  doubleCheck: {
    asks: 'If the order was completed while a double check was pending, confirm it now and type after. Type before if Azumuta wanted it first. Enter: there was none, or you cannot confirm it.',
    takes: ['before', 'after'],
  },
  trigger: {
    asks: 'Paste a request of the trigger (its address, or its JSON), then an empty line (Enter alone: none):',
    isLong: true,
  },
  opened: {
    asks: 'Open the order again in Azumuta and press Enter (or type skip, also where you cannot):',
    takes: orSkip,
  },
  corrected: { asks: 'Correct the number, complete the order again, and type the new number (or skip):' },
  deleted: { asks: 'Delete the order, or archive it, and press Enter (or type skip):', takes: orSkip },
  batch: { asks: 'Number of an order within a batch that somebody made by hand (Enter: none)?' },
} as const satisfies Readonly<Record<string, KitQuestion>>;

export type KitQuestionName = keyof typeof kitQuestions;

/** Who answers: a person at a terminal. */
export interface KitPerson {
  readonly say: (text: string) => void;
  /** @returns undefined for Enter alone. @throws KitInterrupted when the person leaves. */
  readonly answer: (name: KitQuestionName, question: KitQuestion) => Promise<string | undefined>;
}

/** The person has left: what was seen until then is written. */
export class KitInterrupted extends Error {
  override readonly name = 'KitInterrupted';
}

export const hasLeft = 'you left before its end.';

export const isSkipped = (answer: string | undefined) => answer?.toLowerCase() === 'skip';
export const saysYes = (answer: string | undefined) => /^y(es)?$/i.test(answer ?? '');
