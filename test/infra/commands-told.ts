import { readFileSync } from 'node:fs';

/** A line without its comment and extra spaces. */
const plain = (line: string) =>
  line
    .replace(/\s+# .*$/, '')
    .replaceAll(/\s+/g, ' ')
    .trim();

/** The commands of a shell script. */
export function commandsIn(script: string): string[] {
  return script
    .replaceAll('\\\n', ' ')
    .split(/\n| (?:&&|\|\|) /)
    .map(plain)
    .filter((line) => line !== '' && !line.startsWith('#'));
}

/** All commands in a document: its shell blocks, and code in its text that begins like a command. */
export function commandsTold(file: string): string[] {
  const text = readFileSync(file, 'utf8');
  const blocks = Array.from(text.matchAll(/^ *```sh\n([\s\S]*?)^ *```/gm), ([, block = '']) => block);
  const inline = text.replaceAll(/^ *```[\s\S]*?^ *```/gm, '').matchAll(/`((?:npm|npx|node) [^`]+)`/g);
  return [...blocks, ...Array.from(inline, ([, code = '']) => code)].flatMap(commandsIn);
}
