import { password, text } from '@clack/prompts';
import * as z from 'zod/mini';
import { UsageError } from '../cli/command.ts';
import { answered, unlessEmpty } from '../cli/files.ts';

const words = z.string().check(z.trim(), z.minLength(1));

/** What Azumuta's screen shows of a product order. What is left out is not looked for. */
export const screenValuesSchema = z.strictObject({
  /** Of a product order that is completed, if there is one. */
  number: words,
  article: z.optional(words),
  parameter: z.optional(z.strictObject({ name: words, value: words })),
  variant: z.optional(words),
  /** What its status says, if that means that it is completed. */
  completedStatus: z.optional(words),
  /** One value that was recorded, with the name of its step. */
  recorded: z.optional(z.strictObject({ value: words, step: z.optional(words) })),
});

export type ScreenValues = z.output<typeof screenValuesSchema>;

/** Asks a person for these values. @throws UsageError when they leave. */
export async function askForScreenValues(): Promise<unknown> {
  const number = await typed('The number of a completed product order, as the screen shows it?');
  const article = await typedIfSeen("Its article's number?");
  const name = await typedIfSeen('The name of one of its parameters?');
  const parameter = name && { name, value: await typed(`The value of ${name}?`) };
  const variant = await typedIfSeen('The name of one of its variants?');
  const completedStatus = await typedIfSeen('What does its status say, now that it is completed?');
  const value = await typedIfSeen('A value that was recorded, preferably one that is nowhere else?');
  const step = value && (await typedIfSeen('The name of the step in which it was recorded?'));
  return { number, article, variant, parameter, completedStatus, recorded: value && { value, step } };
}

async function typed(message: string): Promise<string> {
  return answered(await text({ message, validate: unlessEmpty('Type it.') })).trim();
}

async function typedIfSeen(message: string): Promise<string | undefined> {
  const placeholder = 'nothing, if you do not see it';
  return answered(await text({ message, defaultValue: '', placeholder })).trim() || undefined;
}

/** Asks for the API key, which is never echoed. @throws UsageError without a terminal. */
export async function askForKey(): Promise<string> {
  if (!process.stdin.isTTY)
    throw new UsageError('There is no terminal to ask at: set AZUMUTA_API_KEY, or name a stack.');
  const message = 'Azumuta API key (it is kept nowhere)';
  return answered(await password({ message, validate: unlessEmpty('Type or paste it.') })).trim();
}
