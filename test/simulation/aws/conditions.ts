import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { type Bound, type Path, parseOnce, type Reader, valueAt } from './expressions.ts';
import { compare, equal, type Item, notModelled, typeOf, validationException } from './values.ts';

type Comparator = '=' | '<>' | '<' | '<=' | '>' | '>=';

export type Condition =
  | { readonly kind: 'and' | 'or'; readonly left: Condition; readonly right: Condition }
  | { readonly kind: 'exists'; readonly path: Path; readonly wanted: boolean }
  | {
      readonly kind: 'compare';
      readonly operator: Comparator;
      readonly path: Path;
      /** Its number of entries is compared, not the value at the path. */
      readonly isSize: boolean;
      readonly value: string;
    };

const comparators: readonly string[] = ['=', '<>', '<', '<=', '>', '>='] satisfies Comparator[];
const isComparator = (token: string): token is Comparator => comparators.includes(token);

/** A condition as the ledger writes it: AND, OR, parentheses, whether a path exists, comparisons of a path with a value. */
export const parseCondition = parseOnce('ConditionExpression', (reader) => {
  let parenthesised: Condition | undefined;

  function any(): Condition {
    let left = all();
    while (reader.takeIf('OR')) left = { kind: 'or', left, right: all() };
    return left;
  }
  function all(): Condition {
    let left = one();
    while (reader.takeIf('AND')) left = { kind: 'and', left, right: one() };
    return left;
  }
  function one(): Condition {
    if (!reader.takeIf('(')) return readTerm(reader);
    const inner = any();
    reader.expect(')');
    if (inner === parenthesised) throw reader.refused('The expression has redundant parentheses;');
    parenthesised = inner;
    return inner;
  }
  return any();
});

function readTerm(reader: Reader): Condition {
  const name = reader.peek(1) === '(' ? reader.take() : undefined;
  const path = name === undefined ? reader.takePath() : pathIn(reader);
  if (name === 'attribute_exists' || name === 'attribute_not_exists')
    return { kind: 'exists', path, wanted: name === 'attribute_exists' };
  if (name !== undefined && name !== 'size') throw notModelled(`${name} in conditions`);
  const operator = reader.take();
  if (!isComparator(operator)) throw notModelled(`${operator} in conditions`);
  return { kind: 'compare', operator, path, isSize: name === 'size', value: reader.takeValue() };
}

function pathIn(reader: Reader): Path {
  reader.expect('(');
  const path = reader.takePath();
  reader.expect(')');
  return path;
}

/** Evaluates a condition on an item; use `{}` for an item that does not exist. */
export function holds(condition: Condition, item: Item, bound: Bound): boolean {
  switch (condition.kind) {
    case 'and':
      return holds(condition.left, item, bound) && holds(condition.right, item, bound);
    case 'or':
      return holds(condition.left, item, bound) || holds(condition.right, item, bound);
    case 'exists':
      return (valueAt(condition.path, item, bound) !== undefined) === condition.wanted;
    case 'compare': {
      const { path, isSize, operator, value } = condition;
      const found = valueAt(path, item, bound);
      return isSo(operator, isSize ? sizeOf(found) : found, bound.values[value]);
    }
  }
}

/** A missing value equals nothing, and is neither below nor above anything. */
function isSo(operator: Comparator, left: AttributeValue | undefined, right: AttributeValue | undefined) {
  const isSame = left !== undefined && right !== undefined && equal(left, right);
  if (operator === '=' || operator === '<>') return isSame === (operator === '=');
  // Source: AWS, "Condition" (API reference): LT, LE, GE and GT take a string, a number or bytes.
  if (right && right.S === undefined && right.N === undefined)
    throw validationException(`Incorrect operand type for operator ${operator}: ${typeOf(right)}`);
  const order = left && right && compare(left, right);
  if (order === undefined) return false;
  if (order === 0) return operator.endsWith('=');
  return operator.startsWith('<') === order < 0;
}

function sizeOf(value: AttributeValue | undefined): AttributeValue | undefined {
  if (!value) return undefined;
  if (value.L) return { N: String(value.L.length) };
  throw notModelled(`the size of a value of type ${typeOf(value)}`);
}
