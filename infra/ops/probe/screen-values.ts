import { password, text } from '@clack/prompts';
import * as z from 'zod/mini';
import { UsageError } from '../cli/command.ts';
import { answered, unlessEmpty } from '../cli/files.ts';

const screenTextSchema = z.string().check(z.trim(), z.minLength(1));

/** What Azumuta's screen shows of a product order. What is left out is not looked for. */
export const screenValuesSchema = z.strictObject({
  /** Of a product order that is completed, if there is one. */
  number: screenTextSchema,
  article: z.optional(screenTextSchema),
  parameter: z.optional(z.strictObject({ name: screenTextSchema, value: screenTextSchema })),
  variant: z.optional(screenTextSchema),
  /** What its status says, if that means that it is completed. */
  completedStatus: z.optional(screenTextSchema),
  /** One value that was recorded, with the name of its step. */
  recorded: z.optional(z.strictObject({ value: screenTextSchema, step: z.optional(screenTextSchema) })),
});

export type ScreenValues = z.output<typeof screenValuesSchema>;

/** Asks a person for these values. @throws UsageError when they leave. */
export async function askForScreenValues(): Promise<unknown> {
  const number = await askForSeenValue('The number of a completed product order, as the screen shows it?');
  const article = await askForValueIfSeen("Its article's number?");
  const name = await askForValueIfSeen('The name of one of its parameters?');
  const parameter = name && { name, value: await askForSeenValue(`The value of ${name}?`) };
  const variant = await askForValueIfSeen('The name of one of its variants?');
  const completedStatus = await askForValueIfSeen('What does its status say, now that it is completed?');
  const value = await askForValueIfSeen('A value that was recorded, preferably one that is nowhere else?');
  const step = value && (await askForValueIfSeen('The name of the step in which it was recorded?'));
  return { number, article, variant, parameter, completedStatus, recorded: value && { value, step } };
}

async function askForSeenValue(message: string): Promise<string> {
  return answered(await text({ message, validate: unlessEmpty('Type it.') })).trim();
}

async function askForValueIfSeen(message: string): Promise<string | undefined> {
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
