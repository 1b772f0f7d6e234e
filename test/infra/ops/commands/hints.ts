import { expect, it } from 'vitest';
import { shellWord } from '../../../../shared/platform/shell-word.ts';
import type { CommandStage } from './stage.ts';
import { pasted } from './typed.ts';

/** A number that the shell misreads unless it is quoted. */
const order = "STUCK 2's";

export function hintTests(stage: () => CommandStage): void {
  it('works when it is pasted into the shell', async () => {
    // Prepare: a dead letter, and a flow that is paused. A rotation is under way since the tests of secrets.
    const { calls, folder, reaches, typedHere } = stage();
    await calls.post({ number: order, article: 'NOPE-8', quantity: '3' });
    await reaches(order, 'needs a person');
    await typedHere('pause', 'completions', '--because', 'the ERP moves');

    // Act: commands that a pasted command prints are pasted, too.
    const told = await Promise.all([
      typedHere('doctor', '--no-partners'),
      typedHere('trace', order),
      typedHere('trace', 'NEVER-SENT'),
    ]);
    const codes = new Map<string, unknown>();
    for (const { output } of told) {
      for (const [hint] of output.matchAll(/npm run \S+ -- \S.*/g)) {
        // A sentence that says what to type of any order has `<number>` in it, for a person to fill in, and is folded.
        const isPattern = /<\w+>/.test(hint);
        if (isPattern || codes.has(hint)) continue;
        const answer = await pasted(hint);
        codes.set(hint, answer.code);
        told.push(answer);
      }
    }

    // Assess: 3 means that some orders need a person, such as what other tests have left and is refused again.
    const doneOrForPerson = expect.toSatisfy((code: unknown) => code === 0 || code === 3);
    const here = `--local ${shellWord(folder)}`;
    expect(Object.fromEntries(codes)).toEqual({
      [`npm run secrets -- finish webhook-token ${here}`]: 0,
      [`npm run resume -- completions ${here}`]: 0,
      [`npm run replay -- ${here}`]: 0,
      [`npm run replay -- --all --go ${here}`]: doneOrForPerson,
      [`npm run replay -- --order ${shellWord(order)} ${here}`]: 0,
      [`npm run replay -- --order ${shellWord(order)} --go ${here}`]: 0,
      [`npm run alert -- ${here}`]: 3,
      [`npm run pull -- --dry-run ${here}`]: 3,
      [`npm run pull -- --go ${here}`]: 3,
    });
  }, 60_000);
}
