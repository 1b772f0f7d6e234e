import { PassThrough } from 'node:stream';
import { expect, it, onTestFinished } from 'vitest';
import { KitInterrupted, kitQuestions } from '../../../../infra/ops/kit/questions.ts';
import { personAtTerminal } from '../../../../infra/ops/kit/terminal.ts';

/** @param isTTY Whether somebody sits at a terminal, where keys are read one by one. */
function startTerminal(isTTY: boolean, given = {}) {
  const input = Object.assign(new PassThrough(), { isTTY });
  const output = new PassThrough();
  const leaving = new AbortController();
  const person = personAtTerminal(given, leaving.signal, {
    input,
    output,
    leave: () => leaving.abort(),
  });
  onTestFinished(() => person.close());
  return {
    person,
    signal: leaving.signal,
    types: (text: string) => input.write(text),
    ends: () => input.end(),
    shown: () => String(output.read() ?? ''),
  };
}

it('does not show a key that is typed, and shows what is typed after it', async () => {
  // Prepare
  const { person, types, shown } = startTerminal(true);

  // Act
  const key = person.answer('key', kitQuestions.key);
  types('mK4pQ8xW2nR7\r');
  const found = await key;
  const article = person.answer('article', kitQuestions.article);
  types('GEAR-01\r');
  await article;

  // Assess
  const screen = shown();
  expect(found).toBe('mK4pQ8xW2nR7');
  expect(screen).toContain(kitQuestions.key.asks);
  expect(screen).not.toContain('mK4p');
  expect(screen).toContain('GEAR-01');
});

it('asks again for what is needed, and takes Enter alone for none elsewhere', async () => {
  const { person, types, shown } = startTerminal(false);
  types('\nGEAR-01\n\n');

  const answers = [
    await person.answer('article', kitQuestions.article),
    await person.answer('variant', kitQuestions.variant),
  ];

  expect(answers).toEqual(['GEAR-01', undefined]);
  expect(shown()).toContain('It cannot be left out.');
});

it('takes a pasted request with all of its lines, until an empty one', async () => {
  const { person, types } = startTerminal(false);
  types('POST /hook\n{"productOrderNumber":\n"KIT-1"}\n\n');

  const pasted = await person.answer('trigger', kitQuestions.trigger);

  expect(pasted).toBe('POST /hook\n{"productOrderNumber":\n"KIT-1"}');
});

it('asks for nothing that was given before; an empty text is Enter alone', async () => {
  const { person, shown } = startTerminal(false, { article: 'GEAR-01', variant: '' });

  const answers = [
    await person.answer('article', kitQuestions.article),
    await person.answer('variant', kitQuestions.variant),
  ];

  expect(answers).toEqual(['GEAR-01', undefined]);
  expect(shown()).toBe('');
});

it.each([
  ['Ctrl-C', true, (terminal: ReturnType<typeof startTerminal>) => terminal.types('\u0003')],
  ['the end of its input', false, (terminal: ReturnType<typeof startTerminal>) => terminal.ends()],
] as const)('is left by %s', async (_, isTTY, leave) => {
  const terminal = startTerminal(isTTY);

  const answer = terminal.person.answer('article', kitQuestions.article);
  leave(terminal);

  await expect(answer).rejects.toThrow(KitInterrupted);
  // At a terminal also what runs between two questions must end.
  expect(terminal.signal.aborted).toBe(isTTY);
});
