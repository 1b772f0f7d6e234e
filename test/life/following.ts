import { expect } from 'vitest';
import { discardDeadLetters } from '../../infra/console/dead-letters.ts';
import { concernKinds } from '../../shared/ledger/records/concerns.ts';
import { type Advice, adviceInWords } from '../../shared/situation/advice.ts';
import type { TroubleKind } from '../../shared/situation/read.ts';
import type { PlannedOrderRef } from '../shared/erp/conformance/target.ts';
import { daysGoBy, kinds, made, plant, subjects } from './acts.ts';
import { days, hours } from './plant.ts';
import { replayDependencies, typed } from './typed.ts';

/** Types the command of the advice that has this word, as it was printed. */
type Type = (word: string, number?: string) => Promise<readonly string[]>;

/** How something comes about, and how a person does what is advised about it. */
export interface Story {
  readonly happens: () => Promise<PlannedOrderRef>;
  readonly follow: (order: PlannedOrderRef, type: Type) => unknown;
  /** What the placeholders of the advice stand for. */
  readonly named?: Readonly<Record<string, string>>;
  /** Words of the commands that are typed. */
  readonly types?: readonly string[];
  /** What the ERP has of the order in the end. */
  readonly books?: { readonly good: string };
  /** What Azumuta has in the end. */
  readonly made?: readonly string[];
}

/** What is printed for a person who is told of it: the last mail with this advice. */
export function told(advice: Advice, named?: Story['named']): string {
  const mail = plant.mails.findLast(({ text }) => text.includes(adviceInWords(advice, named)));
  if (!mail) throw new Error(`No mail says: ${adviceInWords(advice, named)}\n${plant.mails.at(-1)?.text}`);
  return mail.text;
}

/** The commands that a mail prints: those of the advice, and the one for this trouble. */
function printedIn(mail: string): string[] {
  const advised = mail.matchAll(/npm run (?:orders|replay) -- [^\n]*?--stack <stack>/g);
  const ofTrouble = mail.matchAll(/^ *Type: (npm run .*)$/gm);
  return [...Array.from(advised, ([line]) => line), ...Array.from(ofTrouble, ([, line = '']) => line)];
}

/** Types the command with this word, as a mail prints it. */
export async function typeFrom(mail: string, word: string, number: string): Promise<readonly string[]> {
  const line = printedIn(mail).find((one) => one.includes(word));
  if (line === undefined) throw new Error(`No command with ${word} is printed:\n${mail}`);
  const lines = await typed(line, number);
  await plant.work();
  return lines;
}

/** A person discards all dead letters that are read from the queue, in the console. */
export async function discarded(): Promise<void> {
  const request = { wanted: () => true, note: 'needs nobody (An)' };
  await discardDeadLetters(request, { deadLetters: replayDependencies().deadLetters, ledger: plant.ledger });
}

const dueDate = '2027-06-01';

export async function released(
  quantity = '5',
  article: 'plain' | 'serials' = 'plain',
): Promise<PlannedOrderRef> {
  const order = plant.plan(quantity, article, { dueDate });
  await plant.pulled();
  plant.advance(hours);
  return order;
}

export async function built({ number }: PlannedOrderRef, quantity: number, how: object = {}): Promise<void> {
  plant.azumuta.complete(number, { quantity, ...how });
  await plant.work();
}

/** The ERP wants more than was made. */
export async function raised(): Promise<PlannedOrderRef> {
  const order = await released();
  plant.erp.changeQuantity(order, '8');
  await plant.pulled();
  return order;
}

/** Removed in Azumuta, which a look has seen. */
export async function removed(): Promise<PlannedOrderRef> {
  const order = await released();
  plant.azumuta.remove(order.number);
  plant.advance(200 * days);
  // The planner sees that it is late, and gives it time.
  plant.erp.changeDueDate(order, '2029-06-01');
  await plant.looked();
  return order;
}

/** Booked, and then corrected in Azumuta. */
export async function corrected(): Promise<PlannedOrderRef> {
  const order = await released();
  await built(order, 5);
  plant.advance(hours);
  const [first] = plant.azumuta.productOrders();
  for (const { id } of first?.recordings ?? []) plant.azumuta.correct(first?.id ?? '', id, 4);
  plant.azumuta.triggerAgain(order.number);
  await plant.work();
  return order;
}

/** The ERP refuses each booking, until the answer that this returns is called. */
export function closedPeriod(): () => void {
  plant.answers.erp = ({ method, url }, answer) =>
    method === 'POST' && url.pathname.endsWith('/bookings')
      ? { status: 422, body: { error: { message: 'closed period' } } }
      : answer();
  return () => {
    plant.answers.erp = (_, answer) => answer();
  };
}

/** What people were told since so many mails, besides that something is over. */
export function unexpectedSince(count: number): string[] {
  return subjects()
    .slice(count)
    .filter((subject) => !subject.startsWith('Over: '));
}

/** Brings it about, does what is advised, lets days pass, and finds that it is over, once, and that nobody was told anything else. */
const isConcern = (kind: TroubleKind) => concernKinds.some((one) => one === kind);

export async function followed(kind: TroubleKind, advice: Advice, story: Story): Promise<void> {
  // Prepare
  const order = await story.happens();
  await plant.alerts();
  if (isConcern(kind)) expect(await kinds()).toContain(kind);
  const mail = told(advice, story.named);
  const before = plant.mails.length;
  const used: string[] = [];

  // Act
  await story.follow(order, (word, number = order.number) => {
    used.push(word);
    return typeFrom(mail, word, number);
  });
  await plant.work();
  await daysGoBy(3);

  // Assess
  expect(new Set(used)).toEqual(new Set(story.types));
  expect(await kinds()).toEqual([]);
  expect(unexpectedSince(before)).toEqual([]);
  if (story.books) expect(plant.erp.books(order)).toMatchObject(story.books);
  if (story.made) expect(made()).toEqual(story.made);
}

/** The rows of a table of tests: the name of an advice, how it is followed, and the story. */
export function rowsOf<Name extends string>(
  stories: Readonly<Record<Name, Readonly<Record<string, Story>>>>,
) {
  return namesOf(stories).flatMap((name) =>
    Object.entries(stories[name]).map(([way, story]) => [name, way, story] as const),
  );
}

/** Commands of advice that no story types. */
export function allUntyped<Name extends string>(
  advice: Readonly<Record<NoInfer<Name>, Advice>>,
  stories: Readonly<Record<Name, Readonly<Record<string, Story>>>>,
): string[] {
  return namesOf(stories).flatMap((name) => untyped(advice[name], Object.values(stories[name])));
}

// TypeScript knows the keys of an object as texts only.
const namesOf = <Name extends string>(of: Readonly<Record<Name, unknown>>) => Object.keys(of) as Name[];

/** Commands of an advice that no story types. */
function untyped({ steps }: Advice, stories: readonly Story[]): string[] {
  const words = stories.flatMap(({ types = [] }) => types);
  const commands = steps.flatMap(({ types }) => (types === undefined ? [] : types));
  return commands.filter((command) => !words.some((word) => command.includes(word)));
}
