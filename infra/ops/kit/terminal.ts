import { createInterface, type Interface } from 'node:readline';
import { Writable } from 'node:stream';
import { KitInterrupted, type KitPerson, type KitQuestionName } from './questions.ts';

/** A person at a terminal; or lines of a file, where the standard input is none. @param signal Aborts when the person leaves. */
export function personAtTerminal(
  given: Readonly<Partial<Record<KitQuestionName, string>>>,
  signal: AbortSignal,
): KitPerson & { readonly close: () => void } {
  const output = new SilentableOutput();
  const lines = createInterface({ input: process.stdin, output, terminal: process.stdin.isTTY === true });
  const waiting = lineReader(lines, signal);
  const say = (text: string) => process.stdout.write(`${text}\n`);
  return {
    say: (text) => say(`\n${text}`),
    async answer(name, { asks, isNeeded, isHidden, isLong }) {
      const known = given[name];
      if (known !== undefined) return known;
      for (;;) {
        process.stdout.write(`${asks} `);
        output.isSilent = isHidden === true;
        const answer = isLong ? await linesUntilEmpty(waiting) : (await waiting()).trim();
        output.isSilent = false;
        if (isHidden) say('');
        if (answer !== '') return answer;
        if (!isNeeded) return undefined;
        say('It cannot be left out.');
      }
    },
    close: () => lines.close(),
  };
}

/** What is typed is not repeated while it is silent. */
class SilentableOutput extends Writable {
  isSilent = false;
  override _write(chunk: Buffer, _: string, done: () => void): void {
    if (!this.isSilent && process.stdin.isTTY) process.stdout.write(chunk);
    done();
  }
}

/** Lines in their order, also those that came before they were asked for. */
function lineReader(lines: Interface, signal: AbortSignal): () => Promise<string> {
  const ready: string[] = [];
  let hasEnded = false;
  let wake = () => {};
  lines.on('line', (line) => {
    ready.push(line);
    wake();
  });
  lines.on('close', () => {
    hasEnded = true;
    wake();
  });
  signal.addEventListener('abort', () => wake());
  return async () => {
    const hasLeft = () => hasEnded || signal.aborted;
    while (ready.length === 0 && !hasLeft())
      await new Promise<void>((woken) => {
        wake = woken;
      });
    if (signal.aborted || ready.length === 0) throw new KitInterrupted('you left before its end.');
    return ready.shift() ?? '';
  };
}

async function linesUntilEmpty(next: () => Promise<string>): Promise<string> {
  const all: string[] = [];
  for (let line = await next(); line.trim() !== ''; line = await next()) all.push(line);
  return all.join('\n').trim();
}
