import { type CANCEL_SYMBOL, isCancel, password, text } from '@clack/prompts';
import { UsageError } from '../cli/errors.ts';

/** Asks a person what stands on Azumuta's screen. @throws UsageError when they leave. */
export async function askWhatIsSeen(): Promise<unknown> {
  const number = await typed(
    'A product order that is completed: what is its number, as the screen shows it?',
    true,
  );
  const article = await typed("What is its article's number?");
  const parameter = await typed('What is one of its parameters called?');
  const value = parameter && (await typed(`What is the value of ${parameter}?`));
  const variant = await typed('What is one of its variants called?');
  const completedStatus = await typed('What does its status say?');
  const recorded = await typed('One value that was recorded, best one that stands nowhere else?');
  const step = recorded && (await typed('What is the step called in which it was recorded?'));
  const page = await typed('The address of its page in the browser?');
  return withoutEmpty({
    ...{ number, article, variant, completedStatus, page },
    ...(value ? { parameter: { name: parameter, value } } : {}),
    ...(recorded ? { recorded: withoutEmpty({ value: recorded, step }) } : {}),
  });
}

/** Never echoed. */
export async function askForKey(): Promise<string> {
  const given = await password({
    message: 'Azumuta API key (it is kept nowhere)',
    validate: (key) => ((key ?? '').trim() === '' ? 'Type or paste it.' : undefined),
  });
  return answered(given).trim();
}

/** Asks for a number once more, as what follows cannot be taken back. */
export function askAgain(message: string): Promise<string> {
  return typed(message, true);
}

async function typed(message: string, isRequired = false): Promise<string> {
  const given = await text({
    message,
    ...(isRequired ? {} : { defaultValue: '', placeholder: 'nothing, if you do not see it' }),
    validate: (line) => (isRequired && (line ?? '').trim() === '' ? 'Type it.' : undefined),
  });
  return answered(given).trim();
}

function withoutEmpty(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== ''));
}

function answered<T>(value: T | typeof CANCEL_SYMBOL): T {
  if (isCancel(value)) throw new UsageError('Nothing was written.');
  return value;
}
