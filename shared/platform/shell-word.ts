/** Quotes text for this machine's shell: a POSIX one, or the Command Prompt of Windows. */
export function shellWord(text: string, platform: NodeJS.Platform = process.platform): string {
  if (platform === 'win32') return /^[\w./\\:@~+-]+$/.test(text) ? text : `"${text.replaceAll('"', '\\"')}"`;
  return /^[\w./:@%+=-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
