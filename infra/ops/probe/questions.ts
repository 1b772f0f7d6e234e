import { password, text } from '@clack/prompts';
import { answered } from '../cli/answers.ts';

/**
 * Asks a person what stands on Azumuta's screen.
 * @param create The number of a test order: then only what that is made of, and the number once more.
 * @throws UsageError when they leave.
 */
export async function askWhatIsSeen(create?: string): Promise<unknown> {
  const number =
    create ?? (await typed('The number of a product order that is completed, as the screen shows it?', true));
  const article = await typed("Its article's number?", create !== undefined);
  const name = await typed('The name of one of its parameters?');
  const value = name === '' ? '' : await typed(`The value of ${name}?`, true);
  const variant = await typed('The name of one of its variants?');
  const asked = { number, article, variant, ...(name === '' ? {} : { parameter: { name, value } }) };
  if (create !== undefined)
    return told({
      ...asked,
      again: await typed(`It will be created in Azumuta. The number ${create}, once more?`, true),
    });
  const completedStatus = await typed('What does its status say, now that it is completed?');
  const recorded = await typed('A value that was recorded, best one that stands nowhere else?');
  const step = recorded === '' ? '' : await typed('The name of the step in which it was recorded?');
  const page = await typed('The address of its page in the browser?', false, complaintOfAddress);
  return told({
    ...asked,
    completedStatus,
    page,
    ...(recorded === '' ? {} : { recorded: told({ value: recorded, step }) }),
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

async function typed(
  message: string,
  isRequired = false,
  complaintOf = (_line: string): string | undefined => undefined,
): Promise<string> {
  const given = await text({
    message,
    ...(isRequired ? {} : { defaultValue: '', placeholder: 'nothing, if you do not see it' }),
    validate: (line = '') =>
      line.trim() === '' ? (isRequired ? 'Type it.' : undefined) : complaintOf(line.trim()),
  });
  return answered(given).trim();
}

function complaintOfAddress(line: string): string | undefined {
  return URL.canParse(line) && /^https?:/.test(line) ? undefined : 'It begins with https://';
}

/** Without what was not answered. */
function told(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== ''));
}
