import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { type Bound, nameOf, type Parsed, parseOnce, type Reader } from './expressions.ts';
import { type Item, notModelled, sum, typeOf, type ValueType, validationException } from './values.ts';

/** What happens to one attribute; `value` names a value of the call. */
type Action =
  | { readonly kind: 'set' | 'append' | 'add'; readonly name: string; readonly value: string }
  | { readonly kind: 'remove'; readonly name: string };

export type Update = readonly Action[];

/**
 * An update as `Table` writes it: it sets or removes whole attributes, adds to numbers and appends to lists that may be
 * missing. Source of the grammar: AWS, "Using update expressions in DynamoDB".
 */
export const parseUpdate = parseOnce('UpdateExpression', (reader): Update => {
  const actions: Action[] = [];
  const seen = new Set<string>();
  do {
    const section = reader.take();
    if (seen.has(section)) throw reader.refused(`The "${section}" section can only be used once`);
    seen.add(section);
    do actions.push(readAction(section, reader));
    while (reader.takeIf(','));
  } while (reader.peek() !== '');
  return actions;
});

function readAction(section: string, reader: Reader): Action {
  if (!['SET', 'ADD', 'REMOVE'].includes(section)) throw reader.refused(`Syntax error; token: "${section}"`);
  const name = reader.takeName();
  if (reader.peek() === '.' || reader.peek() === '[') throw notModelled('updates inside an attribute');
  if (section === 'REMOVE') return { kind: 'remove', name };
  if (section === 'ADD') return { kind: 'add', name, value: reader.takeValue() };
  reader.expect('=');
  if (reader.peek(1) !== '(') return { kind: 'set', name, value: reader.takeValue() };
  for (const token of ['list_append', '(', 'if_not_exists', '(', name, ',']) reader.expect(token);
  // What is appended to where the list is missing: an empty list.
  reader.takeValue();
  for (const token of [')', ',']) reader.expect(token);
  const value = reader.takeValue();
  reader.expect(')');
  return { kind: 'append', name, value };
}

/** @throws ValidationException if an attribute is changed twice, or one of the key. */
export function checkUpdate({ tree, parameter }: Parsed<Update>, bound: Bound): void {
  const names = tree.map(({ name }) => nameOf(name, bound));
  if (new Set(names).size < names.length)
    throw validationException(`Invalid ${parameter}: Two document paths overlap with each other`);
  const key = names.find((name) => name === 'pk' || name === 'sk');
  if (key) throw validationException(`Cannot update attribute ${key}. This attribute is part of the key`);
}

/** The item after an update. */
export function updated(update: Update, item: Item, bound: Bound): Item {
  const draft: Record<string, AttributeValue> = { ...item };
  for (const action of update) {
    const name = nameOf(action.name, bound);
    if (action.kind === 'remove') delete draft[name];
    else draft[name] = changed(action.kind, draft[name], givenAs(action.value, bound));
  }
  return Object.freeze(draft);
}

function changed(
  kind: 'set' | 'append' | 'add',
  before: AttributeValue | undefined,
  given: AttributeValue,
): AttributeValue {
  if (kind === 'set') return given;
  if (kind === 'add') return sum(of('N', before ?? { N: '0' }).N ?? '', of('N', given).N ?? '');
  const L = [...(of('L', before ?? { L: [] }).L ?? []), ...(of('L', given).L ?? [])];
  Object.freeze(L);
  return Object.freeze({ L });
}

function of(type: ValueType, value: AttributeValue): AttributeValue {
  if (typeOf(value) === type) return value;
  throw validationException('An operand in the update expression has an incorrect data type');
}

function givenAs(name: string, { values }: Bound): AttributeValue {
  const value = values[name];
  if (!value) throw new Error('All values were bound.');
  return value;
}
