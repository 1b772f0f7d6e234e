import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { numbersIn } from './collect-patterns.ts';
import { currentDocuments, readProse } from './read-prose.ts';
import { heldFigures, othersFigures, othersFiguresInCode } from './stated-figures.ts';

const folders = ['functions', 'shared', 'infra'];
const numbers = numbersIn(fileURLToPath(new URL('../../..', import.meta.url)), folders);

/** A figure of time in a text, as people write it. */
const figure =
  /\b((\d+|half an|a quarter of an|two|three|five|six|ten|thirteen|fifteen|thirty) (second|minute|hour|day)s?|an? (minute|hour|day))\b/g;

/** The lines of a file without comments. */
function codeOf(file: string): string[] {
  return readFileSync(file, 'utf8')
    .replaceAll(/\/\*[\s\S]*?\*\//g, (comment) => comment.replaceAll(/[^\n]/g, ''))
    .split('\n')
    .map((line) => line.replace(/^\s*\/\/.*$/, ''));
}

/** What a file says to whoever reads it: a document as a whole, and of a program its comments. */
const proseOf = (file: string) => readProse(file).join(' ');

const words = ['one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten'];
const moreWords: Readonly<Record<string, number>> = {
  a: 1,
  an: 1,
  'half an': 0.5,
  'a quarter of an': 0.25,
  twelve: 12,
  thirteen: 13,
  fifteen: 15,
  twenty: 20,
  thirty: 30,
};
const unitsMs: Readonly<Record<string, number>> = {
  s: 1000,
  second: 1000,
  min: 60_000,
  minute: 60_000,
  h: 3_600_000,
  hour: 3_600_000,
  day: 86_400_000,
  week: 7 * 86_400_000,
};
const amountPattern = `(?:\\d[\\d,]*|${[...words, ...Object.keys(moreWords).toReversed()].join('|')})`;
const unitPattern = `(?:${Object.keys(unitsMs).toReversed().join('|')})`;

function amountIn(text: string): number {
  const amount = text.toLowerCase();
  const at = words.indexOf(amount);
  return at >= 0 ? at + 1 : (moreWords[amount] ?? Number(amount.replaceAll(',', '')));
}

/** What a figure says: of time in milliseconds. */
function readFigure(text: string): number {
  const [, amount = '', unit] =
    new RegExp(`^(${amountPattern})(?:[ -](${unitPattern})s?)?$`, 'i').exec(text) ?? [];
  return amountIn(amount) * (unit === undefined ? 1 : (unitsMs[unit.toLowerCase()] ?? Number.NaN));
}

const nameUnitsMs: Readonly<Record<string, number>> = {
  Ms: 1,
  Seconds: 1000,
  Minutes: 60_000,
  Hours: 3_600_000,
  Days: 86_400_000,
};

/** What the code says: of time, as its name tells, in milliseconds. */
function valueIn(name: string): { readonly value: number; readonly isTime: boolean } {
  const value = numbers.get(name);
  if (value === undefined) throw new Error(`The code names no number ${name}.`);
  const [unit] = /(Ms|Seconds|Minutes|Hours|Days)(?![a-z])/.exec(name) ?? [];
  return { value: value * (nameUnitsMs[unit ?? ''] ?? 1), isTime: unit !== undefined };
}

const escaped = (text: string) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');

interface Stated {
  readonly at: number;
  readonly end: number;
  readonly text: string;
}

/** Where a sentence stands in a text, with each figure that it may have. */
function findStated(prose: string, sentence: string, isTime: boolean): Stated[] {
  const [before = '', after = ''] = sentence.split('{}');
  const stated = isTime ? `${amountPattern}[ -]${unitPattern}s?\\b` : amountPattern;
  const pattern = new RegExp(`(?<=${escaped(before)})${stated}(?=${escaped(after)})`, 'gi');
  return [...prose.matchAll(pattern)].map(({ 0: text, index }) => ({
    at: index,
    end: index + text.length,
    text,
  }));
}

const held = Object.entries(heldFigures).flatMap(([name, places]) =>
  Object.entries(places).flatMap(([file, sentences]) =>
    sentences.map((sentence) => ({ name, file, sentence, ...valueIn(name) })),
  ),
);

/** What stands in for a partner or for AWS on this machine has figures of its own, and so have walk-throughs and tests. */
const hasOtherFigures = (file: string) => /^(infra\/local|plants|test)\//.test(file);

describe('a figure of our policy', () => {
  it('is in no sentence of the code: each is taken from where it is decided', () => {
    const found = globSync('{functions,shared,infra/ops,infra/console,infra/stack}/**/*.ts').flatMap((file) =>
      codeOf(file)
        .flatMap((line) => line.match(figure) ?? [])
        .filter((said) => !othersFiguresInCode[file]?.includes(said))
        .map((said) => `${file}: ${said}`),
    );
    expect(found).toEqual([]);
  });

  it.each(held)('is what the code does: $name in $file: $sentence', ({ file, sentence, value, isTime }) => {
    // Act
    const stated = findStated(proseOf(file), sentence, isTime);

    // Assess
    expect(stated, `${file} does not say "${sentence}" any more`).not.toEqual([]);
    for (const { text } of stated)
      expect({ said: text, value: readFigure(text) }).toEqual({ said: text, value });
  });

  it('is held against the code in each comment and document, or is on the list of others', () => {
    // Prepare
    const programs = globSync('{functions,shared,infra}/**/*.ts');
    const files = [...currentDocuments(), ...programs].filter((file) => !hasOtherFigures(file));
    const several = new RegExp(`\\b(?!(?:an?|one) )${amountPattern}[ -]${unitPattern}s?\\b`, 'gi');

    // Act
    const unheld = files.flatMap((file) => {
      const prose = proseOf(file);
      const places = held.flatMap((each) =>
        each.file === file ? findStated(prose, each.sentence, each.isTime) : [],
      );
      // Code in it is an example.
      const withoutCode = prose.replaceAll(/`[^`]*`/g, (code) => ' '.repeat(code.length));
      return [...withoutCode.matchAll(several)]
        .filter(({ index }) => !places.some(({ at, end }) => at <= index && index < end))
        .filter(({ 0: text }) => !othersFigures[file]?.includes(text))
        .map(
          ({ 0: text, index }) => `${file}: ${text} in "${prose.slice(Math.max(0, index - 60), index + 40)}"`,
        );
    });

    // Assess
    expect(unheld).toEqual([]);
  });

  it('is on the list of others only where a text says it', () => {
    const stale = Object.entries(othersFigures).flatMap(([file, figures]) =>
      figures.filter((each) => !proseOf(file).includes(each)).map((each) => `${file}: ${each}`),
    );
    expect(stale).toEqual([]);
  });
});
