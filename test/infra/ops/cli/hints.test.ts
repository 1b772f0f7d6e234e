import { globSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

/** Commands that work on a stack, with what is typed behind them up to the end of the code, the text or the line. */
const hint = /npm run (?:-s )?(?:trace|doctor|replay|secrets|pause|resume|pull|console)\b[^`'"\n]*/g;
/** The stack by its name, by a placeholder, or from `whereOf`. */
const place = /--local|--stack|\$\{(?:where|whereOf\(.*|commands)\}/;

it('names no command, in any sentence or document, that fails as it does not name a stack', () => {
  const files = ['README.md', 'CONTRIBUTING.md', ...globSync('{functions,infra,plants,shared}/**/*.{ts,md}')];
  const found = files.flatMap((file) =>
    Array.from(readFileSync(file, 'utf8').matchAll(hint), ([text]) => ({ file, text })),
  );
  expect(found.length).toBeGreaterThan(50);
  expect(found.filter(({ text }) => !place.test(text))).toEqual([]);
});
