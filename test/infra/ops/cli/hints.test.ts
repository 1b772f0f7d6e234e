import { globSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

/** Commands that work on a stack, with what is typed behind them up to the end of the code, the text or the line. */
const hint = /npm run (?:-s )?(?:trace|doctor|replay|secrets|pause|resume|pull|console)\b[^`'"\n]*/g;
/** The stack by its name, by a placeholder, or from `optionsForTarget`. */
const place = /--local|--stack|\$\{(?:where|optionsForTarget\(.*|commands)\}/;

/** Commands that end something: without a reason they fail, and without `--go` they only show what they would do. */
const ending = /npm run (?:-s )?orders\b[^`\n]*/g;

const files = ['README.md', 'CONTRIBUTING.md', ...globSync('{functions,infra,plants,shared}/**/*.{ts,md}')];
const namedIn = (pattern: RegExp) =>
  files.flatMap((file) =>
    Array.from(readFileSync(file, 'utf8').matchAll(pattern), ([text]) => ({ file, text })),
  );

it('names no command that ends something without its reason and what has it done', () => {
  const found = namedIn(ending).filter(({ text }) => text.includes(' -- '));
  expect(found.length).toBeGreaterThan(5);
  const whole = / --because (?:"[^"]+"|\$\{.+?\}) --go (?:--stack \S|--local|\$\{where\})/;
  expect(found.filter(({ text }) => !whole.test(text))).toEqual([]);
});

it('names no command, in any sentence or document, that fails as it does not name a stack', () => {
  const found = namedIn(hint);
  expect(found.length).toBeGreaterThan(50);
  expect(found.filter(({ text }) => !place.test(text))).toEqual([]);
});
