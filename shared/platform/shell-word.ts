/** Begins with no sign that a program or a shell reads, and has none that a shell reads. */
const plain = /^[\w./:+][\w./:+@-]*$/;
/** What double quotes keep as it is in every shell. */
const quotable = /^(?!-)[\p{L}\p{M}\p{N}_./:+ ,=@#~()'-]+$/u;

/** Follows what is to be done where no command can name an order. */
export const notTyped =
  'No command names its number, as shells read it differently: search for it in the console, or quote it for your shell.';

/**
 * A word as POSIX shells, PowerShell and the Command Prompt read it alike: for what is read elsewhere than it is made, in
 * alerts and on pages. Undefined for a text that has no such form.
 */
export function wordForAnyShell(text: string): string | undefined {
  if (plain.test(text)) return text;
  return quotable.test(text) ? `"${text}"` : undefined;
}

/** The same; a text without such a form is quoted for this machine's shell: a POSIX one, or the Command Prompt of Windows. */
export function shellWord(text: string, platform: NodeJS.Platform = process.platform): string {
  const word = wordForAnyShell(text);
  if (word !== undefined) return word;
  if (platform === 'win32') return /^[\w./\\:@~+-]+$/.test(text) ? text : `"${text.replaceAll('"', '\\"')}"`;
  return /^[\w./:@%+=-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
