import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { textsIn } from './collect-patterns.ts';

const project = fileURLToPath(new URL('../../..', import.meta.url));

/** What people do not read in our texts, and what they read instead. */
const instead: readonly (readonly [pattern: RegExp, word: string])[] = [
  [/\bmend(s|ed|ing)?\b/i, 'fix'],
  [/\b(comes?|came|coming) again\b/i, 'is retried, or is repeated'],
  [/\bnot fit\b|\bmisfits?\b|\bunfit\b/i, 'is invalid'],
  [/\bput(s|ting)? (it |them )?aside\b/i, 'dead-lettered'],
  [/\bwork(s|ed|ing)? (it |them )?off\b/i, 'drained'],
  [/\bbeside\b/i, 'besides, or next to'],
  [/\bknows? no\b/i, 'has no, or does not know'],
  [/\bthrow(ing)? away\b/i, 'disposable'],
  [/\btakes? it back\b/i, 'rolls back'],
  [/\bwere it\b/i, 'if it were'],
  [/\b(Doors|Deliveries|Picture)\b/, 'HttpApi, Bookings, Dashboard'],
  [/\blines? that (is|are) to confirm\b/i, 'marked *to confirm*'],
];

it('says things in plain words, in every text of the source and in every document', () => {
  const documents = ['*.md', '.github/*.md', '{functions,infra,plants,shared,test}/**/*.md']
    .flatMap((pattern) => globSync(pattern, { cwd: project }))
    .flatMap((file) =>
      readFileSync(new URL(file, `file://${project}`), 'utf8')
        .split('\n')
        // Code in it may be a name that is gone.
        .map((text) => ({ file, text: text.replaceAll(/`[^`]*`/g, '') })),
    );
  const texts = [...textsIn(project, ['functions', 'shared', 'infra']), ...documents];
  const found = texts.flatMap(({ file, text }) =>
    instead.flatMap(([pattern, word]) => {
      const [said] = pattern.exec(text) ?? [];
      return said === undefined ? [] : [`${file}: "${said}" in "${text.trim().slice(0, 100)}": say ${word}`];
    }),
  );
  expect(texts.length).toBeGreaterThan(5000);
  expect(found).toEqual([]);
});
