import * as z from 'zod/mini';
import { shorten } from '../model/text.ts';
import { fieldOf, typeName } from './json.ts';

/** One invalid field. It holds the type of a value, and where a limit is broken its size or the number, never a text. */
export interface Mismatch {
  /** JSON path, `$.orders[2].quantity`. */
  readonly path: string;
  /** Type of the value there: `string`, `string of 8000 characters`, `null`, `missing`, `list` …; the text or number itself where its schema has `showFound`. */
  readonly found: string;
  readonly expected: string;
}

/** Nobody reads more, and a large input that is wrong everywhere would fill an answer or a log. */
const maxMismatches = 20;
const maxKeyLength = 100;

/** Mismatches do not repeat values, which may be secrets, unless the schema has `showFound`. */
export function parse<T>(schema: z.ZodMiniType<T>, value: unknown) {
  const result = schema.safeParse(value);
  if (result.success) return { ok: true, value: result.data } as const;
  const issues = result.error.issues.slice(0, maxMismatches);
  const mismatches = issues.flatMap((issue) => mismatchesOf(issue, value, []));
  return { ok: false, mismatches: mismatches.slice(0, maxMismatches) } as const;
}

/** `$.quantity: found string, expected a positive number; …` */
export function describeMismatches(mismatches: readonly Mismatch[]): string {
  return mismatches
    .map(({ path, found, expected }) => `${path}: found ${found}, expected ${expected}`)
    .join('; ');
}

/** `params` of a `z.custom` or `z.refine` whose texts are no secrets: the mismatch shows the text or number that was found. */
export const showFound = { showFound: true } as const;

/**
 * An object with these fields and no others. The error for another field lists those that there are.
 * @param moved For names that are wrong but likely: what to write instead.
 */
export function strictObject<Shape extends z.core.$ZodLooseShape>(
  shape: Shape,
  moved: Readonly<Record<string, string>> = {},
) {
  return z.strictObject(shape, {
    error(issue) {
      if (issue.code !== 'unrecognized_keys') return undefined;
      const unknown = issue.keys.map(
        (key) => shorten(key, maxFound) + (Object.hasOwn(moved, key) ? ` (${moved[key]})` : ''),
      );
      const others = issue.keys.every((key) => Object.hasOwn(moved, key))
        ? ''
        : ` (there are ${Object.keys(shape).join(', ')})`;
      return `no such field as ${unknown.slice(0, 5).join(', ')}${others}`;
    },
  });
}

type Issue = z.core.$ZodIssue;

function mismatchesOf(issue: Issue, root: unknown, parent: readonly PropertyKey[]): Mismatch[] {
  const path = [...parent, ...issue.path];
  const at = path.reduce<unknown>(fieldOf, root);
  if (issue.code === 'invalid_union' && issue.errors.length === 0) {
    return [{ path: pathText(path), found: foundIn(issue, at), expected: choicesOf(issue) }];
  }
  if (issue.code === 'invalid_union') {
    // The alternative that fits the furthest says more than "invalid input".
    const deepest = issue.errors
      .map((alternative) => alternative.flatMap((inner) => mismatchesOf(inner, root, path)))
      .sort((a, b) => depthOf(b) - depthOf(a))[0];
    const beyond = deepest?.filter((mismatch) => mismatch.path.length > pathText(path).length) ?? [];
    if (beyond.length > 0) return beyond;
    const expected = [...new Set(issue.errors.flat().map(expectationOf))].join(' or ');
    return [{ path: pathText(path), found: typeName(at), expected: expected || 'another form' }];
  }
  return [{ path: pathText(path), found: foundIn(issue, at), expected: expectationOf(issue) }];
}

/** The words that say which alternative an object is, where it has none of them. */
function choicesOf(issue: Issue): string {
  const options: unknown = 'options' in issue ? issue.options : undefined;
  return (
    z
      .array(z.string())
      .safeParse(options)
      .data?.map((word) => JSON.stringify(word))
      .join(' or ') ?? 'another form'
  );
}

const maxFound = 60;

function foundIn(issue: Issue, value: unknown): string {
  const isShown = issue.code === 'custom' && issue.params?.showFound === true;
  if (isShown && typeof value === 'string') return JSON.stringify(shorten(value, maxFound));
  if (isShown && typeof value === 'number') return String(value);
  const size: unknown = Object(value).length;
  const isAboutSize = issue.code === 'too_big' || issue.code === 'too_small';
  if (!isAboutSize || size === 0) return typeName(value);
  const word = sizeWord(issue.origin);
  // A number of a command line is typed as a text.
  return word === '' ? String(Number(value)) : `${typeName(value)} of ${size}${word}`;
}

function expectationOf(issue: Issue): string {
  // Without a locale, zod gives this message to every issue that has no other.
  if (issue.message !== 'Invalid input') return issue.message;
  switch (issue.code) {
    case 'invalid_type':
      return typeWords[issue.expected] ?? issue.expected;
    case 'invalid_value':
      return issue.values.map((value) => JSON.stringify(value)).join(' or ');
    case 'too_small':
      return `at least ${issue.minimum}${sizeWord(issue.origin)}`;
    case 'too_big':
      return `at most ${issue.maximum}${sizeWord(issue.origin)}`;
    case 'unrecognized_keys':
      return `none of the fields ${issue.keys
        .slice(0, maxMismatches)
        .map((key) => shorten(key, maxKeyLength))
        .join(', ')}`;
    case 'invalid_format':
      return `text in the form ${issue.format}`;
    default:
      return issue.message;
  }
}

const typeWords: Readonly<Record<string, string>> = { array: 'a list', int: 'a whole number' };

function sizeWord(origin: string): string {
  if (origin === 'string') return ' characters';
  return origin === 'array' ? ' entries' : '';
}

function depthOf(mismatches: readonly Mismatch[]): number {
  return Math.max(0, ...mismatches.map((mismatch) => mismatch.path.length));
}

function pathText(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, key) => {
    if (typeof key === 'number') return `${text}[${key}]`;
    const name = shorten(String(key), maxKeyLength);
    return /^[A-Za-z_$][\w$]*$/.test(name) ? `${text}.${name}` : `${text}[${JSON.stringify(name)}]`;
  }, '$');
}
