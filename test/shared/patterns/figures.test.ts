import { globSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

/** A figure of time in a text, as people write it. */
const figure =
  /\b((\d+|half an|a quarter of an|two|three|five|six|ten|thirteen|fifteen|thirty) (second|minute|hour|day)s?|an? (minute|hour|day))\b/g;

/** What AWS says, or a person is asked to do: no figure of ours. Each by its file and the words. */
const notOurs = new Set([
  'shared/situation/advice.ts: a minute',
  'infra/ops/init/answers.ts: five minutes',
  'infra/ops/doctor/check-alerts.ts: two days',
  'infra/ops/doctor/check-http-api.ts: five minutes',
  'infra/ops/doctor/check-stack.ts: six hours',
]);

/** The lines of a file without comments. */
function codeOf(file: string): string[] {
  return readFileSync(file, 'utf8')
    .replaceAll(/\/\*[\s\S]*?\*\//g, (comment) => comment.replaceAll(/[^\n]/g, ''))
    .split('\n')
    .map((line) => line.replace(/^\s*\/\/.*$/, ''));
}

it('has no figure of our policy in a sentence: each is taken from where it is decided', () => {
  const found = globSync('{functions,shared,infra/ops,infra/console,infra/stack}/**/*.ts').flatMap((file) =>
    codeOf(file).flatMap((line) => [...line.matchAll(figure)].map(([words]) => `${file}: ${words}`)),
  );
  expect(found.filter((one) => !notOurs.has(one))).toEqual([]);
});
