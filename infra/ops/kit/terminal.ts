import { createInterface, type Interface } from 'node:readline';
import { type Readable, Writable } from 'node:stream';
import { hasLeft, KitInterrupted, type KitPerson, type KitQuestionName } from './questions.ts';

interface TerminalStreams {
  readonly input: Readable & { readonly isTTY?: boolean };
  readonly output: Writable;
  /** What Ctrl-C does: while keys are read one by one, the system sends no signal. */
  readonly leave: () => void;
}

const ownStreams: TerminalStreams = {
  input: process.stdin,
  output: process.stdout,
  leave: () => process.emit('SIGINT'),
};

/** A person at a terminal; or lines of a file, where the standard input is none. @param signal Aborts when the person leaves. */
export function personAtTerminal(
  given: Readonly<Partial<Record<KitQuestionName, string>>>,
  signal: AbortSignal,
  { input, output, leave } = ownStreams,
): KitPerson & { readonly close: () => void } {
  const isTerminal = input.isTTY === true;
  const typed = new SilentableOutput(isTerminal ? output : undefined);
  const lines = createInterface({ input, output: typed, terminal: isTerminal });
  lines.on('SIGINT', leave);
  const waiting = lineReader(lines, signal);
  const say = (text: string) => output.write(`${text}\n`);
  return {
    say: (text) => say(`\n${text}`),
    async answer(name, { asks, isNeeded, isHidden, isLong }) {
      const known = given[name];
      if (known !== undefined) return known === '' ? undefined : known;
      for (;;) {
        output.write(`${asks} `);
        typed.isSilent = isHidden === true;
        const answer = isLong ? await linesUntilEmpty(waiting) : (await waiting()).trim();
        typed.isSilent = false;
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
  readonly #output: Writable | undefined;

  constructor(output: Writable | undefined) {
    super();
    this.#output = output;
  }

  override _write(chunk: Buffer, _: string, done: () => void): void {
    if (!this.isSilent) this.#output?.write(chunk);
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
    const isLeft = () => hasEnded || signal.aborted;
    while (ready.length === 0 && !isLeft())
      await new Promise<void>((woken) => {
        wake = woken;
      });
    if (signal.aborted || ready.length === 0) throw new KitInterrupted(hasLeft);
    return ready.shift() ?? '';
  };
}

async function linesUntilEmpty(next: () => Promise<string>): Promise<string> {
  const all: string[] = [];
  for (let line = await next(); line.trim() !== ''; line = await next()) all.push(line);
  return all.join('\n').trim();
}
