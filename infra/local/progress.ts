import { styleText } from 'node:util';

export type ProgressDisplay = ReturnType<typeof createProgress>;

/**
 * Shows progress, by default on the error stream, so that answers stay clean: nothing in the first second, then one line
 * that is overwritten on a terminal, and a line every five seconds elsewhere.
 */
export function createProgress(
  stream: Pick<NodeJS.WriteStream, 'write' | 'isTTY'> = process.stderr,
  now: () => number = () => performance.now(),
) {
  let next = now() + 1000;
  let shown = false;
  const tell = (text: string) => {
    if (now() < next) return;
    next = now() + (stream.isTTY ? 100 : 5000);
    shown = true;
    stream.write(stream.isTTY ? `\r\u001b[2K${text}` : `${text}\n`);
  };
  /** Takes the line away from a terminal. */
  const end = () => {
    if (shown && stream.isTTY) stream.write('\r\u001b[2K');
    shown = false;
  };
  /** Prints something that is not replaced by the next line. */
  const note = (text: string) => {
    end();
    stream.write(`${text}\n`);
  };
  async function duringEach<T>(text: () => string, work: Promise<T>): Promise<T> {
    const ticking = setInterval(() => tell(text()), 250);
    try {
      return await work;
    } finally {
      clearInterval(ticking);
      end();
    }
  }
  return {
    tell,
    /** Shows the text for as long as the work takes, then takes the line away. */
    during: <T>(text: string, work: Promise<T>): Promise<T> => duringEach(() => text, work),
    /** Shows a line that the work may change, and leaves its last form with a mark. */
    async step<T>(title: string, work: (change: (line: string) => void) => Promise<T>): Promise<T> {
      let line = title;
      const working = work((changed) => {
        line = changed;
      });
      const mark = (colour: 'green' | 'red', sign: string) => note(`${styleText(colour, sign)} ${line}`);
      const done = await duringEach(() => line, working).catch((error: unknown) => {
        mark('red', '✖');
        throw error;
      });
      mark('green', '✔');
      return done;
    },
    note,
    end,
  };
}
