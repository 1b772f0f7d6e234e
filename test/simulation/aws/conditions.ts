import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { notModelled, validationException } from './errors.ts';
import {
  type Bound,
  nameOf,
  type Operand,
  operandIn,
  type Path,
  parseOnce,
  type Reader,
  unknownFunction,
  valueAt,
} from './expressions.ts';
import { compare, equal, type Item } from './values.ts';

type Comparator = '=' | '<>' | '<' | '<=' | '>' | '>=';
type Compared = Operand | { readonly kind: 'size'; readonly of: Operand };

export type Condition =
  | { readonly kind: 'and' | 'or'; readonly left: Condition; readonly right: Condition }
  | { readonly kind: 'not'; readonly inner: Condition }
  | { readonly kind: 'exists'; readonly path: Path; readonly wanted: boolean }
  | { readonly kind: 'begins_with'; readonly left: Operand; readonly right: Operand }
  | {
      readonly kind: 'compare';
      readonly operator: Comparator;
      readonly left: Compared;
      readonly right: Compared;
    };

const comparators: readonly string[] = ['=', '<>', '<', '<=', '>', '>='] satisfies Comparator[];
const isComparator = (token: string): token is Comparator => comparators.includes(token);

export const parseCondition = parseOnce('ConditionExpression', readCondition);
export const parseKeyCondition = parseOnce('KeyConditionExpression', readCondition);

function readCondition(reader: Reader): Condition {
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
    if (reader.takeIf('NOT')) return { kind: 'not', inner: one() };
    if (!reader.takeIf('(')) return reader.peek(1) === '(' ? readFunction(reader) : comparison(reader);
    const inner = any();
    reader.expect(')');
    if (inner === parenthesised) throw reader.refused('The expression has redundant parentheses;');
    parenthesised = inner;
    return inner;
  }
  return any();
}

function readFunction(reader: Reader): Condition {
  const name = reader.peek();
  if (name === 'size') return comparison(reader);
  reader.take();
  if (name === 'attribute_exists' || name === 'attribute_not_exists') {
    const [path = []] = reader.takeArguments(reader.takePath, 1, name);
    return { kind: 'exists', path, wanted: name === 'attribute_exists' };
  }
  if (name !== 'begins_with') throw unknownFunction(name, ['contains', 'attribute_type'], reader);
  const operands = reader.takeArguments(reader.takeOperand, 2, name);
  for (const operand of operands) reader.typed(operand, ['S'], name);
  const [left, right] = operands;
  if (!left || !right) throw new Error('Two operands were counted.');
  return { kind: 'begins_with', left, right };
}

function comparison(reader: Reader): Condition {
  const left = compared(reader);
  const operator = reader.take();
  if (['IN', 'BETWEEN'].includes(operator.toUpperCase())) throw notModelled(operator);
  if (!isComparator(operator)) throw reader.refused(`Syntax error; token: "${operator}"`);
  const right = compared(reader);
  // Source: AWS, "Condition" (API reference): LT, LE, GE and GT take a string, a number or bytes.
  if (operator !== '=' && operator !== '<>') {
    for (const operand of [left, right]) reader.typed(operand, ['S', 'N'], operator);
  }
  return { kind: 'compare', operator, left, right };
}

function compared(reader: Reader): Compared {
  if (reader.peek() !== 'size' || reader.peek(1) !== '(') return reader.takeOperand();
  const [of] = reader.takeArguments(reader.takeOperand, 1, reader.take());
  if (!of) throw new Error('One operand was counted.');
  reader.typed(of, ['S', 'L', 'M'], 'size');
  return { kind: 'size', of };
}

/** Evaluates a condition on an item; use `{}` for an item that does not exist. */
export function holds(condition: Condition, item: Item, bound: Bound): boolean {
  switch (condition.kind) {
    case 'and':
      return holds(condition.left, item, bound) && holds(condition.right, item, bound);
    case 'or':
      return holds(condition.left, item, bound) || holds(condition.right, item, bound);
    case 'not':
      return !holds(condition.inner, item, bound);
    case 'exists':
      return (valueAt(condition.path, item, bound) !== undefined) === condition.wanted;
    case 'begins_with': {
      const text = operandIn(condition.left, item, bound)?.S;
      const prefix = operandIn(condition.right, item, bound)?.S;
      return text !== undefined && prefix !== undefined && text.startsWith(prefix);
    }
    case 'compare':
      return isSo(
        condition.operator,
        comparedIn(condition.left, item, bound),
        comparedIn(condition.right, item, bound),
      );
  }
}

function isSo(operator: Comparator, left: AttributeValue | undefined, right: AttributeValue | undefined) {
  // A missing value equals nothing, and is neither below nor above anything.
  if (!left || !right) return operator === '<>';
  if (operator === '=') return equal(left, right);
  if (operator === '<>') return !equal(left, right);
  const order = compare(left, right);
  if (order === undefined) return false;
  if (operator === '<') return order < 0;
  if (operator === '<=') return order <= 0;
  return operator === '>' ? order > 0 : order >= 0;
}

function comparedIn(operand: Compared, item: Item, bound: Bound): AttributeValue | undefined {
  if (operand.kind !== 'size') return operandIn(operand, item, bound);
  const value = operandIn(operand.of, item, bound);
  const size = value?.S?.length ?? value?.L?.length ?? (value?.M && Object.keys(value.M).length);
  return size === undefined ? undefined : { N: String(size) };
}

/**
 * The comparison that a key condition makes for each key attribute, by the attribute's name.
 * Source: AWS, "Key condition expressions for the Query operation in DynamoDB".
 * @throws ValidationException unless it is one comparison of a key attribute, or two joined by AND.
 */
export function keyConditions(
  condition: Condition,
  bound: Bound,
): ReadonlyMap<string, { readonly operator: string; readonly value: AttributeValue }> {
  if (condition.kind === 'and') {
    const both = [...keyConditions(condition.left, bound), ...keyConditions(condition.right, bound)];
    const byName = new Map(both);
    if (byName.size === both.length) return byName;
    throw validationException('KeyConditionExpressions must only contain one condition per key');
  }
  const operator = condition.kind === 'compare' ? condition.operator : condition.kind;
  if ((condition.kind !== 'compare' && condition.kind !== 'begins_with') || operator === '<>') {
    throw validationException(`Invalid operator used in KeyConditionExpression: ${operator}`);
  }
  const { left, right } = condition;
  if (left.kind !== 'path' || left.path.length !== 1 || right.kind !== 'value') {
    throw notModelled('key conditions in any form other than "key operator :value"');
  }
  const value = bound.values[right.name];
  if (!value) throw new Error('All values were bound.');
  return new Map([[nameOf(String(left.path[0]), bound.names), { operator, value }]]);
}
