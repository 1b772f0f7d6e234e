import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { type Item, stored, validationException } from './values.ts';

/** A path into an item: its attribute, and keys of maps (`#name` is a placeholder for another name). */
export type Path = readonly string[];

/** A parsed expression. Each call checks that its names and values are what the expression needs. */
export interface Parsed<Tree> {
  readonly parameter: string;
  readonly tree: Tree;
  readonly names: ReadonlySet<string>;
  readonly values: ReadonlySet<string>;
}

/** Names and values of one call. */
export interface Bound {
  readonly names: Readonly<Record<string, string>>;
  readonly values: Item;
}

export type Reader = ReturnType<typeof createReader>;

/** Parses each text once and caches it, because the ledger uses few expressions and uses them often. */
export function parseOnce<Tree>(parameter: string, parse: (reader: Reader) => Tree) {
  const known = new Map<string, Parsed<Tree>>();
  return (text: string): Parsed<Tree> => {
    const before = known.get(text);
    if (before) return before;
    const reader = createReader(text, parameter);
    const tree = parse(reader);
    if (reader.peek() !== '') throw reader.refused();
    const parsed = { parameter, tree, names: reader.names, values: reader.values };
    known.set(text, parsed);
    return parsed;
  };
}

const tokens = /\s*([#:]?\w+|<=|>=|<>|\S)/g;
/** What our expressions name without `#`. Any other name may be one of DynamoDB's reserved words. */
const plainNames = ['pk', 'sk', 'version'];

/**
 * Reads the part of the grammar that the bundle uses. Source: AWS, "Condition and filter expressions, operators, and
 * functions in DynamoDB".
 */
function createReader(text: string, parameter: string) {
  const refused = (reason = `Syntax error; token: "${peek()}"`) =>
    validationException(`Invalid ${parameter}: ${reason}`);
  const found = Array.from(text.matchAll(tokens), (match) => String(match[1]));
  const names = new Set<string>();
  const values = new Set<string>();
  let next = 0;

  const peek = (ahead = 0) => found[next + ahead] ?? '';
  const take = () => found[next++] ?? '';
  function takeIf(word: string): boolean {
    if (peek() !== word) return false;
    next += 1;
    return true;
  }
  function expect(token: string): void {
    if (!takeIf(token)) throw refused();
  }
  function takeName(): string {
    if (!/^#?[A-Za-z_]\w*$/.test(peek())) throw refused();
    const name = take();
    if (name.startsWith('#')) names.add(name);
    else if (!plainNames.includes(name)) throw refused(`${name} needs a #, as it may be a reserved word`);
    return name;
  }
  function takePath(): Path {
    const path = [takeName()];
    while (takeIf('.')) path.push(takeName());
    return path;
  }
  function takeValue(): string {
    if (!/^:\w+$/.test(peek())) throw refused();
    const name = take();
    values.add(name);
    return name;
  }

  return { names, values, refused, peek, take, takeIf, expect, takeName, takePath, takeValue };
}

/** Checks that a call provides exactly the names and values that its expressions use. */
export function bind(
  expressions: readonly Parsed<unknown>[],
  given: {
    readonly ExpressionAttributeNames?: Record<string, string> | undefined;
    readonly ExpressionAttributeValues?: Record<string, AttributeValue> | undefined;
  },
): Bound {
  const names = given.ExpressionAttributeNames ?? {};
  const values = stored(given.ExpressionAttributeValues ?? {});
  for (const { parameter, ...used } of expressions) {
    const lacking =
      [...used.names].find((name) => !Object.hasOwn(names, name)) ??
      [...used.values].find((name) => !Object.hasOwn(values, name));
    if (lacking) throw validationException(`Invalid ${parameter}: it uses ${lacking}, which is not defined`);
  }
  refuseUnused('ExpressionAttributeNames', given.ExpressionAttributeNames, (name) =>
    expressions.some((expression) => expression.names.has(name)),
  );
  refuseUnused('ExpressionAttributeValues', given.ExpressionAttributeValues, (name) =>
    expressions.some((expression) => expression.values.has(name)),
  );
  return { names, values };
}

function refuseUnused(parameter: string, given: object | undefined, isUsed: (name: string) => boolean): void {
  if (!given) return;
  const all = Object.keys(given);
  if (all.length === 0) throw validationException(`${parameter} must not be empty`);
  const unused = all.filter((name) => !isUsed(name));
  if (unused.length === 0) return;
  throw validationException(
    `Value provided in ${parameter} unused in expressions: keys: {${unused.join(', ')}}`,
  );
}

export function nameOf(step: string, { names }: Bound): string {
  return names[step] ?? step;
}

/** The value at a path; undefined if there is none. */
export function valueAt([first = '', ...inner]: Path, item: Item, bound: Bound): AttributeValue | undefined {
  return inner.reduce(
    (value: AttributeValue | undefined, step) => value?.M?.[nameOf(step, bound)],
    item[nameOf(first, bound)],
  );
}
