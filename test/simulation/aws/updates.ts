import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { notModelled, validationException } from './errors.ts';
import {
  type Bound,
  nameOf,
  type Operand,
  operandIn,
  type Parsed,
  type Path,
  parseOnce,
  type Reader,
  unknownFunction,
  valueAt,
} from './expressions.ts';
import { difference, type Item, sum, typeOf, type ValueType } from './values.ts';

type Value =
  | Operand
  | { readonly kind: 'if_not_exists'; readonly path: Path; readonly otherwise: Value }
  | { readonly kind: 'list_append' | '+' | '-'; readonly left: Value; readonly right: Value };

interface Action {
  readonly path: Path;
  /** The new value; undefined removes the attribute. */
  readonly value?: Value;
}

export type Update = readonly Action[];

/**
 * Parses an update expression. Source of the grammar: AWS, "Using update expressions in DynamoDB". ADD is parsed as SET
 * with `if_not_exists(path, zero) + :number`.
 */
export const parseUpdate = parseOnce('UpdateExpression', (reader): Update => {
  const actions: Action[] = [];
  const seen = new Set<string>();
  while (reader.peek() !== '') {
    const section = reader.take().toUpperCase();
    if (seen.has(section)) {
      throw reader.refused(`The "${section}" section can only be used once in an update expression;`);
    }
    seen.add(section);
    do actions.push(readAction(section, reader));
    while (reader.takeIf(','));
  }
  return actions;
});

function readAction(section: string, reader: Reader): Action {
  if (section === 'DELETE') throw notModelled('DELETE in updates, as it has no sets');
  if (!['SET', 'ADD', 'REMOVE'].includes(section)) throw reader.refused(`Syntax error; token: "${section}"`);
  const path = reader.takePath();
  if (path.some((step) => typeof step === 'number')) throw notModelled('updates of list elements');
  if (section === 'REMOVE') return { path };
  if (section === 'SET') {
    reader.expect('=');
    return { path, value: readValue(reader) };
  }
  const right = reader.takeOperand();
  if (right.kind !== 'value') throw reader.refused('Syntax error; ADD takes a value');
  reader.typed(right, ['N'], 'ADD');
  return { path, value: { kind: '+', left: { kind: 'if_not_exists', path, otherwise: zero }, right } };
}

/** A name that no call can use for a value. */
const zero: Operand = { kind: 'value', name: '0' };
const zeroValue: AttributeValue = Object.freeze({ N: '0' });

function readValue(reader: Reader): Value {
  const left = readOperand(reader);
  const operator = reader.peek();
  if (operator !== '+' && operator !== '-') return left;
  reader.take();
  const right = readOperand(reader);
  for (const operand of [left, right]) reader.typed(operand, ['N'], operator);
  return { kind: operator, left, right };
}

function readOperand(reader: Reader): Value {
  if (reader.peek(1) !== '(') return reader.takeOperand();
  const name = reader.take();
  if (name !== 'list_append' && name !== 'if_not_exists') throw unknownFunction(name, [], reader);
  const [left, right] = reader.takeArguments(() => readOperand(reader), 2, name);
  if (!left || !right) throw new Error('Two operands were counted.');
  if (name === 'if_not_exists') {
    if (left.kind === 'path') return { kind: name, path: left.path, otherwise: right };
    throw reader.refused(
      'Operator or function requires a document path; operator or function: if_not_exists',
    );
  }
  for (const operand of [left, right]) reader.typed(operand, ['L'], name);
  return { kind: name, left, right };
}

/** The attributes that an update replaces as a whole, with their new type where the expression determines it. */
export function* changedAttributes(
  update: Update,
  { names, values }: Bound,
): Generator<readonly [name: string, type: ValueType | undefined]> {
  for (const { path, value } of update) {
    const given = value?.kind === 'value' ? values[value.name] : undefined;
    const calculated = value?.kind === '+' || value?.kind === '-' ? 'N' : undefined;
    yield [
      nameOf(String(path[0]), names),
      path.length > 1 ? undefined : given ? typeOf(given) : value?.kind === 'list_append' ? 'L' : calculated,
    ];
  }
}

/** @throws ValidationException if two actions change the same path, or one changes a path inside the other's. */
export function refuseOverlaps({ tree, parameter }: Parsed<Update>, { names }: Bound): void {
  const places = tree.map(({ path }) => path.map((step) => nameOf(String(step), names)));
  if (places.every(({ length }) => length === 1) && new Set(places.map(String)).size === places.length)
    return;
  places.forEach((one, at) => {
    for (const other of places.slice(at + 1)) {
      const depth = Math.min(one.length, other.length);
      if (one.slice(0, depth).every((step, i) => step === other[i])) {
        throw validationException(
          `Invalid ${parameter}: Two document paths overlap with each other; must remove or rewrite one of these paths; path one: [${one.join(', ')}], path two: [${other.join(', ')}]`,
        );
      }
    }
  });
}

/** The item after an update; every value in the expression is read from the item as it was before. */
export function updated(update: Update, item: Item, bound: Bound): Item {
  const draft: Record<string, AttributeValue> = { ...item };
  for (const { path, value } of update) {
    const steps = path.map((step) => nameOf(String(step), bound.names));
    put(draft, steps, value && evaluate(value, item, bound));
  }
  return Object.freeze(draft);
}

function put(inside: Record<string, AttributeValue>, steps: readonly string[], value?: AttributeValue): void {
  const [name = '', ...inner] = steps;
  if (inner.length > 0) {
    const map = Object.hasOwn(inside, name) ? inside[name]?.M : undefined;
    if (!map) {
      throw validationException('The document path provided in the update expression is invalid for update');
    }
    const draft = { ...map };
    put(draft, inner, value);
    inside[name] = Object.freeze({ M: Object.freeze(draft) });
  } else if (value) inside[name] = value;
  else delete inside[name];
}

function evaluate(value: Value, item: Item, bound: Bound): AttributeValue {
  const result = resultOf(value, item, bound);
  if (result) return result;
  throw validationException('The provided expression refers to an attribute that does not exist in the item');
}

function resultOf(value: Value, item: Item, bound: Bound): AttributeValue | undefined {
  switch (value.kind) {
    case 'path':
    case 'value':
      return value === zero ? zeroValue : operandIn(value, item, bound);
    case 'if_not_exists':
      return valueAt(value.path, item, bound) ?? evaluate(value.otherwise, item, bound);
    case 'list_append': {
      const [left, right] = [evaluate(value.left, item, bound).L, evaluate(value.right, item, bound).L];
      if (!left || !right) throw wrongType();
      const L = [...left, ...right];
      Object.freeze(L);
      return Object.freeze({ L });
    }
    default: {
      const [left, right] = [evaluate(value.left, item, bound).N, evaluate(value.right, item, bound).N];
      if (left === undefined || right === undefined) throw wrongType();
      return value.kind === '+' ? sum(left, right) : difference(left, right);
    }
  }
}

function wrongType() {
  return validationException('An operand in the update expression has an incorrect data type');
}
