import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import fc from 'fast-check';

/** Names and values that the expressions of one command use. */
export interface Scope {
  readonly names: Record<string, string>;
  readonly values: Record<string, AttributeValue>;
}
/** Renders a part of an expression, and adds the names and values that it uses to the scope. */
export type Piece = (scope: Scope) => string;

/** An arbitrary with its weight. */
export const often = <T>(weight: number, arbitrary: fc.Arbitrary<T>) => ({ weight, arbitrary });
/** Undefined, except once in `every` times. */
export const seldom = <T>(arbitrary: fc.Arbitrary<T>, every = 25) =>
  fc.oneof(often(every - 1, fc.constant(undefined)), often(1, arbitrary));

const text = fc.constantFrom('', '1', 'a', 'ab', 'b').map((S): AttributeValue => ({ S }));
export const number = fc
  .constantFrom('0', '1', '2', '10', '-1', '0.5', '1.50', '1e2', '12345678901234567890', '-0.00001')
  .map((N): AttributeValue => ({ N }));
const bytes = fc.uint8Array({ minLength: 1, maxLength: 9 }).map((B): AttributeValue => ({ B }));
const flag = fc.boolean().map((BOOL): AttributeValue => ({ BOOL }));
const scalar = fc.oneof(
  often(4, text),
  often(4, number),
  flag,
  bytes,
  fc.constant<AttributeValue>({ NULL: true }),
);
const entry = fc.constantFrom<AttributeValue>({ S: 'a' }, { N: '1' }, { BOOL: true });
const list = fc.array(entry, { maxLength: 2 }).map((L): AttributeValue => ({ L }));
const map = fc
  .dictionary(fc.constantFrom('x', 'y'), fc.oneof(scalar, list))
  .map((M): AttributeValue => ({ M }));
const indexText = fc.constantFrom('a', 'b').map((S): AttributeValue => ({ S }));

/** For each attribute, values of the type that it usually has. `state` is a reserved word. */
const usual: Readonly<Record<string, fc.Arbitrary<AttributeValue>>> = {
  ...{ state: text, s: text, n: number, owed: number, l: list, m: map },
  ...{ erpOrderNumber: indexText, awaiting: indexText, dueAt: number },
};
export const attributes = Object.keys(usual);
const plain = attributes.slice(0, 6);

/** A value for an attribute. Index keys are never empty texts: dynalite would store them, DynamoDB refuses them. */
export function valueFor(name: string): fc.Arbitrary<AttributeValue> {
  const any = plain.includes(name) ? fc.oneof(scalar, list, map) : scalar.filter(({ S }) => S !== '');
  return fc.oneof(often(12, usual[name] ?? any), often(1, any));
}

export function nameIn(scope: Scope, name: string): string {
  scope.names[`#${name}`] = name;
  return `#${name}`;
}
export function valueIn(scope: Scope, value: AttributeValue): string {
  const name = `:v${Object.keys(scope.values).length}`;
  scope.values[name] = value;
  return name;
}

const word = (...words: string[]) =>
  fc.constantFrom(...words).map(
    (each): Piece =>
      () =>
        each,
  );
const name = (...names: string[]) =>
  fc.constantFrom(...names).map(
    (each): Piece =>
      (scope) =>
        nameIn(scope, each),
  );
const value = (values: fc.Arbitrary<AttributeValue>) =>
  values.map(
    (each): Piece =>
      (scope) =>
        valueIn(scope, each),
  );
/** Combines parts of an expression into a larger one. */
const phrase = (between: TemplateStringsArray, ...parts: fc.Arbitrary<Piece>[]): fc.Arbitrary<Piece> =>
  fc.tuple(...parts).map(
    (pieces): Piece =>
      (scope) =>
        between.reduce((before, after, at) => before + (pieces[at - 1]?.(scope) ?? '') + after),
  );

const nested = phrase`${name('m', 's')}.${name('x', 'y')}`;
const path = fc.oneof(
  often(6, name(...attributes)),
  often(2, nested),
  phrase`${name('l')}[${word('0', '1')}]`,
  word('pk'),
);

/** Lists and maps are never compared, nor two paths that may both be missing: dynalite differs from DynamoDB there. */
const term = fc.oneof(
  often(3, phrase`${path} ${word('=', '<>')} ${value(scalar)}`),
  phrase`${value(scalar)} ${word('=', '<>')} ${path}`,
  often(4, phrase`${path} ${word('<', '<=', '>', '>=', '=')} ${value(fc.oneof(number, text))}`),
  often(3, phrase`${word('attribute_exists', 'attribute_not_exists')}(${path})`),
  often(2, phrase`begins_with(${fc.oneof(path, name('s', 'state'))}, ${value(text)})`),
  often(2, phrase`${name('l')}[${word('0', '1')}] ${word('=', '<>')} ${value(entry)}`),
  phrase`size(${name('l', 'm')}) ${word('<=', '=', '>')} ${value(number)}`,
);
const sound: fc.Arbitrary<Piece> = fc.letrec<{ any: Piece; joined: Piece }>((tie) => ({
  any: fc.oneof(
    { depthSize: 'small' },
    often(3, term),
    often(2, tie('joined')),
    // dynalite does not support NOT NOT, which the documented grammar allows.
    phrase`NOT ${term}`,
    phrase`NOT (${tie('joined')})`,
    phrase`(${tie('joined')})`,
  ),
  joined: phrase`${tie('any')} ${word('AND', 'OR', 'and')} ${tie('any')}`,
})).any;
const unsound = word(
  ...['', 'pk =', 'state = pk', 'pk = :nowhere', '#nowhere = pk', '((attribute_exists(pk)))', 'size(pk)'],
  ...['begins_with(pk)', 'old(pk)', 'pk = pk = pk', 'attribute_exists(:v0)'],
);
export const condition = fc.oneof(often(10, sound), unsound);

/** Paths to copy from. Those that ADD or a nested SET changes are left out: dynalite would change the copy as well. */
const copied = fc.oneof(name('s', 'state', 'l'), word('pk'), phrase`${name('s')}.${name('x')}`);

/** The possible actions on one attribute, each with the section of the update expression that it belongs to. */
function actionOn(attribute: string): fc.Arbitrary<{ readonly section: string; readonly piece: Piece }> {
  const own = name(attribute);
  const given = value(valueFor(attribute));
  const inside = phrase`${own}.${name('x', 'y')}`;
  const isNumber = ['n', 'owed', 'dueAt'].includes(attribute);
  const sign = word('+', '-');
  const setting = fc.oneof(
    often(4, phrase`${own} = ${given}`),
    often(
      plain.includes(attribute) ? 2 : 0,
      phrase`${own} = if_not_exists(${fc.oneof(own, copied)}, ${given})`,
    ),
    often(plain.includes(attribute) ? 1 : 0, phrase`${own} = ${copied}`),
    often(isNumber ? 2 : 0, phrase`${own} = ${own} ${sign} ${value(number)}`),
    often(
      isNumber ? 3 : 0,
      phrase`${own} = if_not_exists(${own}, ${value(number)}) ${sign} ${value(number)}`,
    ),
    often(attribute === 'm' ? 3 : 0, phrase`${inside} = ${value(scalar)}`),
    often(attribute === 's' ? 2 : 0, phrase`${own} = list_append(${own}, ${value(list)})`),
    often(
      attribute === 'l' ? 6 : 0,
      phrase`${own} = list_append(if_not_exists(${own}, ${value(list)}), ${value(list)})`,
    ),
  );
  const adding = phrase`${own} ${value(fc.oneof(often(9, number), text))}`;
  const removing = attribute === 'm' ? fc.oneof(own, inside) : own;
  return fc.oneof(
    often(
      4,
      setting.map((piece) => ({ section: 'SET', piece })),
    ),
    often(
      isNumber ? 3 : 0,
      adding.map((piece) => ({ section: 'ADD', piece })),
    ),
    often(
      1,
      removing.map((piece) => ({ section: 'REMOVE', piece })),
    ),
  );
}

const soundUpdate = fc
  .subarray(attributes, { minLength: 1, maxLength: 4 })
  .chain((names) => fc.tuple(...names.map(actionOn)))
  .map(
    (actions): Piece =>
      (scope) =>
        ['SET', 'ADD', 'REMOVE']
          .map((section) => ({ section, of: actions.filter((action) => action.section === section) }))
          .filter(({ of }) => of.length > 0)
          .map(({ section, of }) => `${section} ${of.map(({ piece }) => piece(scope)).join(', ')}`)
          .join(' '),
  );
const unsoundUpdate = word(
  ...['', 'SET n', 'SET pk = n', 'REMOVE sk', 'REMOVE state', 'SET n = minus(n)', 'REMOVE m, m.x'],
  ...['SET n = pk REMOVE n', 'REMOVE n REMOVE s', 'SET n = :nowhere', 'SET n = if_not_exists(pk)'],
);
export const update = fc.oneof(often(20, soundUpdate), unsoundUpdate);
