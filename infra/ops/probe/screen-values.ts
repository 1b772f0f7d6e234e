import { password, text } from '@clack/prompts';
import * as z from 'zod/mini';
import { answered } from '../cli/files.ts';

const words = z.string().check(z.trim(), z.minLength(1));

/**
 * What a person reads about one product order on Azumuta's screen. Fields are recognised by these values. All but the
 * number may be left out; a field whose value is left out is found by its name only, which is never sure.
 */
export const screenValuesSchema = z.strictObject({
  /** Of a product order that is completed, if there is one. */
  number: words,
  /** The number of its article. */
  article: z.optional(words),
  /** One of its parameters. */
  parameter: z.optional(z.strictObject({ name: words, value: words })),
  /** The name of one of its variants. */
  variant: z.optional(words),
  /** What its status says, if that means that it is completed. */
  completedStatus: z.optional(words),
  /** One value that was recorded, with the name of its step. */
  recorded: z.optional(z.strictObject({ value: words, step: z.optional(words) })),
  /** The address of its page in the browser, which contains its id. */
  page: z.optional(z.url({ protocol: /^https?$/ })),
});

export type ScreenValues = z.output<typeof screenValuesSchema>;

/**
 * Asks a person for these values.
 * @param create The number of a test order: asks only for what that is made of, and for the number once more.
 * @throws UsageError when they leave.
 */
export async function askForScreenValues(create?: string): Promise<unknown> {
  const isTest = create !== undefined;
  const number = create ?? (await typed('The number of a completed product order, as the screen shows it?'));
  const article = isTest ? await typed("Its article's number?") : await typedIfSeen("Its article's number?");
  const name = await typedIfSeen('The name of one of its parameters?');
  const parameter = name && { name, value: await typed(`The value of ${name}?`) };
  const variant = await typedIfSeen('The name of one of its variants?');
  const asked = { number, article, variant, parameter };
  if (isTest) {
    const again = await typed(`It will be created in Azumuta. The number ${create}, once more?`);
    return { ...asked, again };
  }
  const completedStatus = await typedIfSeen('What does its status say, now that it is completed?');
  const value = await typedIfSeen('A value that was recorded, preferably one that is nowhere else?');
  const recorded = value && {
    value,
    step: await typedIfSeen('The name of the step in which it was recorded?'),
  };
  const page = await typedIfSeen('The address of its page in the browser?', (line) =>
    URL.canParse(line) && /^https?:/.test(line) ? undefined : 'It begins with https://',
  );
  return { ...asked, completedStatus, recorded, page };
}

const isEmpty = (line: string | undefined) => line === undefined || line.trim() === '';

async function typed(message: string): Promise<string> {
  const validate = (line?: string) => (isEmpty(line) ? 'Type it.' : undefined);
  return answered(await text({ message, validate })).trim();
}

async function typedIfSeen(
  message: string,
  complaintOf = (_line: string): string | undefined => undefined,
): Promise<string | undefined> {
  const line = await text({
    message,
    defaultValue: '',
    placeholder: 'nothing, if you do not see it',
    validate: (given = '') => (isEmpty(given) ? undefined : complaintOf(given.trim())),
  });
  return answered(line).trim() || undefined;
}

/** Asks for the API key, which is never echoed. */
export async function askForKey(): Promise<string> {
  const validate = (key?: string) => (isEmpty(key) ? 'Type or paste it.' : undefined);
  return answered(await password({ message: 'Azumuta API key (it is kept nowhere)', validate })).trim();
}
