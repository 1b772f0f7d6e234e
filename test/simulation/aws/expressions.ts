import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { notModelled, validationException } from './errors.ts';
import { reservedWords } from './reserved-words.ts';
import { type Item, stored, typeOf, type ValueType } from './values.ts';

/** Steps into an item: attribute names (`#name` is a placeholder for another name) and list indexes. */
export type Path = readonly (string | number)[];

/** An operand of an expression: a path in the item, or a value that the call provides as `:name`. */
export type Operand =
  | { readonly kind: 'path'; readonly path: Path }
  | { readonly kind: 'value'; readonly name: string };

/** A parsed expression. Each call checks that its names and values are what the expression needs. */
export interface Parsed<Tree> {
  readonly parameter: string;
  readonly tree: Tree;
  readonly names: ReadonlySet<string>;
  readonly values: ReadonlySet<string>;
  /** Paths of more than one step. */
  readonly nested: readonly Path[];
  readonly typedValues: readonly TypedValue[];
}

interface TypedValue {
  readonly name: string;
  readonly types: readonly ValueType[];
  readonly operator: string;
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
    if (reader.peek() !== '') throw reader.refused(`Syntax error; token: "${reader.peek()}"`);
    const { names, values, nested, typedValues } = reader;
    const parsed = { parameter, tree, names, values, nested, typedValues };
    known.set(text, parsed);
    return parsed;
  };
}

const tokens = /\s*([#:]?\w+|<=|>=|<>|\S)/g;

/** Source of the grammar: AWS, "Condition and filter expressions, operators, and functions in DynamoDB". */
function createReader(text: string, parameter: string) {
  const refused = (reason: string) => validationException(`Invalid ${parameter}: ${reason}`);
  // Source: AWS, "Quotas in Amazon DynamoDB", expression parameters.
  if (text.length > 4096) throw refused('Expression size has exceeded the maximum allowed size;');
  const found = Array.from(text.matchAll(tokens), (match) => String(match[1]));
  if (found.length === 0) throw refused('The expression can not be empty;');
  const names = new Set<string>();
  const values = new Set<string>();
  const nested: Path[] = [];
  const typedValues: TypedValue[] = [];
  let next = 0;

  const peek = (ahead = 0) => found[next + ahead] ?? '';
  const take = () => found[next++] ?? '';
  const isWord = (word: string) => peek().toUpperCase() === word;
  function takeIf(word: string): boolean {
    if (!isWord(word)) return false;
    next += 1;
    return true;
  }
  function expect(token: string): void {
    if (!takeIf(token)) throw refused(`Syntax error; token: "${peek()}", expected "${token}"`);
  }

  function takeName(): string {
    const token = take();
    if (!/^(#\w+|[A-Za-z_]\w*)$/.test(token)) throw refused(`Syntax error; token: "${token}"`);
    if (token.startsWith('#')) names.add(token);
    else if (reservedWords.has(token.toUpperCase())) {
      throw refused(`Attribute name is a reserved keyword; reserved keyword: ${token}`);
    }
    return token;
  }

  function takePath(): Path {
    const path: (string | number)[] = [takeName()];
    while (peek() === '.' || peek() === '[') {
      if (take() === '.') path.push(takeName());
      else {
        if (!/^\d+$/.test(peek())) throw refused(`Syntax error; token: "${peek()}"`);
        path.push(Number(take()));
        expect(']');
      }
    }
    if (path.length > 1) nested.push(path);
    return path;
  }

  /** Reads `(a, b)`. */
  function takeArguments<T>(one: () => T, count: number, name: string): T[] {
    expect('(');
    const all = [one()];
    while (takeIf(',')) all.push(one());
    expect(')');
    if (all.length === count) return all;
    throw refused(
      `Incorrect number of operands for operator or function; operator or function: ${name}, number of operands: ${all.length}`,
    );
  }

  return {
    ...{ names, values, nested, typedValues, refused, peek, take, isWord, takeIf, expect },
    ...{ takePath, takeArguments },
    takeOperand(): Operand {
      if (!peek().startsWith(':')) return { kind: 'path', path: takePath() };
      const name = take();
      values.add(name);
      return { kind: 'value', name };
    },
    /**
     * Records that an operator accepts these types only. Whether a path in the item fits shows when it is evaluated.
     */
    typed(
      operand: { readonly kind: string; readonly name?: string },
      types: readonly ValueType[],
      operator: string,
    ) {
      if (operand.kind === 'value' && operand.name) typedValues.push({ name: operand.name, types, operator });
    },
  };
}

/** Checks that a call provides exactly the names and values that its expressions use. */
export function bind(
  expressions: readonly Parsed<unknown>[],
  given: {
    readonly ExpressionAttributeNames?: Record<string, string> | undefined;
    readonly ExpressionAttributeValues?: Record<string, AttributeValue> | undefined;
  },
  keyAttributes: ReadonlySet<string>,
): Bound {
  const names = given.ExpressionAttributeNames ?? {};
  const values = given.ExpressionAttributeValues ? stored(given.ExpressionAttributeValues) : {};
  for (const expression of expressions) {
    const refused = (reason: string) => validationException(`Invalid ${expression.parameter}: ${reason}`);
    for (const name of expression.names) {
      if (Object.hasOwn(names, name)) continue;
      throw refused(
        `An expression attribute name used in the document path is not defined; attribute name: ${name}`,
      );
    }
    for (const name of expression.values) {
      if (Object.hasOwn(values, name)) continue;
      throw refused(
        `An expression attribute value used in expression is not defined; attribute value: ${name}`,
      );
    }
    for (const { name, types, operator } of expression.typedValues) {
      const value = values[name];
      if (!value || types.includes(typeOf(value))) continue;
      throw refused(
        `Incorrect operand type for operator or function; operator or function: ${operator}, operand type: ${typeOf(value)}`,
      );
    }
    for (const [first] of expression.nested) {
      if (!keyAttributes.has(nameOf(String(first), names))) continue;
      throw validationException(
        'Key attributes must be scalars; list random access and map lookup are not allowed',
      );
    }
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

export function nameOf(step: string, names: Bound['names']): string {
  return step.startsWith('#') ? (names[step] ?? step) : step;
}

/** The value at a path; undefined if there is none. */
export function valueAt(path: Path, item: Item, { names }: Bound): AttributeValue | undefined {
  let value: AttributeValue | undefined;
  for (let at = 0; at < path.length; at++) {
    const step = path[at] ?? 0;
    if (typeof step === 'number') value = value?.L?.[step];
    else {
      const inside = at === 0 ? item : value?.M;
      const name = nameOf(step, names);
      value = inside && Object.hasOwn(inside, name) ? inside[name] : undefined;
    }
    if (!value) return undefined;
  }
  return value;
}

export function operandIn(operand: Operand, item: Item, bound: Bound): AttributeValue | undefined {
  return operand.kind === 'path' ? valueAt(operand.path, item, bound) : bound.values[operand.name];
}

/** Distinguishes a function that only the model lacks from one that DynamoDB does not have either. */
export function unknownFunction(name: string, lacking: readonly string[], reader: Reader): Error {
  if (lacking.includes(name)) return notModelled(`${name} in expressions`);
  return reader.refused(`Invalid function name; function: ${name}`);
}
