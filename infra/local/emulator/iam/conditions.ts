import * as z from 'zod/mini';
import { arnWildcard, wildcard } from './wildcard.ts';

/** What is known about a call beside who, what and where to; names of keys in lower case. */
export type CallContext = Readonly<Partial<Record<ContextKey, string>>>;

/**
 * The context keys that local runs can tell. One of these that a call does not have is absent in an account,
 * too (`aws:SourceArn` of a function's own call); any other may well be there, so nobody knows its value.
 */
const contextKeys = [
  'aws:principalaccount',
  'aws:principalarn',
  'aws:requestedregion',
  'aws:securetransport',
  'aws:sourceaccount',
  'aws:sourcearn',
] as const;

export type ContextKey = (typeof contextKeys)[number];

/** A statement's conditions, ready to be asked; or what local runs do not know about them. */
export type Conditions =
  | { readonly known: true; readonly hold: (context: CallContext) => boolean }
  | { readonly known: false; readonly unknown: string };

const oneOrMore = z.union([z.string(), z.boolean(), z.number()]);
const conditionSchema = z.record(z.string(), z.record(z.string(), z.union([oneOrMore, z.array(oneOrMore)])));

type Matcher = (pattern: string) => (value: string) => boolean;

const exact: Matcher = (pattern) => (value) => value === pattern;
const anyCase: Matcher = (pattern) => (value) => value.toLowerCase() === pattern.toLowerCase();

/** Positive operators, each with what one of its values means. */
const operators: Readonly<Record<string, Matcher>> = {
  stringequals: exact,
  stringequalsignorecase: anyCase,
  stringlike: (pattern) => wildcard(pattern),
  // Both are the same ("ARN condition operators" of the IAM guide).
  arnequals: arnWildcard,
  arnlike: arnWildcard,
  bool: anyCase,
};

/**
 * Prepares the `Condition` of a statement: all of its operators and keys must hold, one of the values of each
 * is enough. Keys and operators are compared without regard to case. A key that is absent makes a positive
 * operator false, a negated one (`StringNotLike`) and one with `IfExists` true.
 */
export function prepareConditions(condition: Readonly<Record<string, unknown>> | undefined): Conditions {
  const tests: ((context: CallContext) => boolean)[] = [];
  const parsed = conditionSchema.safeParse(condition ?? {});
  if (!parsed.success) return { known: false, unknown: 'the form of its condition' };
  for (const [operator, keys] of Object.entries(parsed.data)) {
    for (const [name, value] of Object.entries(keys)) {
      const key = contextKeys.find((known) => known === name.toLowerCase());
      if (!key) return { known: false, unknown: `the condition key ${name}` };
      const values = (Array.isArray(value) ? value : [value]).map(String);
      if (values.some((text) => text.includes('${'))) {
        return { known: false, unknown: `the policy variable in ${name}` };
      }
      const test = testOf(operator.toLowerCase(), values);
      if (!test) return { known: false, unknown: `the condition operator ${operator}` };
      tests.push((context) => test(context[key]));
    }
  }
  return { known: true, hold: (context) => tests.every((test) => test(context)) };
}

function testOf(
  name: string,
  values: readonly string[],
): ((value: string | undefined) => boolean) | undefined {
  if (name === 'null') return (value) => values.includes(String(value === undefined));
  const ifExists = name.endsWith('ifexists');
  const bare = ifExists ? name.slice(0, -'ifexists'.length) : name;
  const positive = operators[bare.replace(/^(string|arn)not/, '$1')];
  if (!positive) return undefined;
  const negated = /^(string|arn)not/.test(bare);
  const matchers = values.map(positive);
  return (value) => {
    if (value === undefined) return negated || ifExists;
    return matchers.some((matches) => matches(value)) !== negated;
  };
}
