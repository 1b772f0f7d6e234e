/** The words of a line, as a shell reads them. */
export function wordsOf(line: string): string[] {
  return Array.from(
    line.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g),
    ([, double, single, bare]) => double ?? single ?? bare ?? '',
  );
}

/** The words after `npm run <name> --`. @throws Error for another line */
export function typedWordsOf(line: string, name: string): string[] {
  const start = `npm run ${name} -- `;
  if (line.startsWith(start)) return wordsOf(line.slice(start.length));
  throw new Error(`${line} does not begin with ${start}`);
}
