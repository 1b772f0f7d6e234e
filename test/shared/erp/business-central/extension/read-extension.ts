import { readdirSync, readFileSync } from 'node:fs';
import { type AlToken, closingOf, isName, isToken, readTokens, splitAt } from './al-tokens.ts';

export const extensionFolder = 'shared/erp/business-central/extension';

export interface AlProcedure {
  readonly name: string;
  readonly parameters: number;
  /** The type of its answer, in lower case; empty without one. */
  readonly answer: string;
  /** The whole of it: parameters, variables, and what stands between its `begin` and `end`. */
  readonly head: readonly AlToken[];
  readonly body: readonly AlToken[];
}

/** An object of AL: a table, a page, a codeunit … */
export interface AlObject {
  readonly file: string;
  readonly kind: string;
  readonly id: number;
  readonly name: string;
  /** The object that it extends. */
  readonly base: string | undefined;
  readonly usings: readonly string[];
  /** What is outside its procedures and triggers. */
  readonly outside: readonly AlToken[];
  readonly procedures: readonly AlProcedure[];
}

/** A control of a page, or a field of a table: `field(name; …)`. */
export interface AlField {
  readonly name: string;
  /** What it shows, or its type. */
  readonly source: readonly AlToken[];
  readonly properties: readonly AlToken[];
}

export interface ApiPage {
  readonly entitySet: string;
  readonly entity: string;
  readonly insert: boolean;
  readonly modify: boolean;
  readonly fields: readonly { readonly name: string; readonly writable: boolean }[];
}

/** The files of the extension, by their names. */
export function readFiles(): Map<string, string> {
  const files = readdirSync(extensionFolder).filter((file) => file.endsWith('.al'));
  return new Map(files.map((file) => [file, readFileSync(`${extensionFolder}/${file}`, 'utf8')]));
}

export function readExtension(files = readFiles()): AlObject[] {
  return [...files].map(([file, source]) => readObject(file, readTokens(source)));
}

/** The pages that a client sees, for its tests: what it names must be here. */
export function apiPages(objects = readExtension()): ApiPage[] {
  return objects.filter(isApiPage).map((page) => {
    const isEditable = textOf(page, 'Editable') !== 'false';
    return {
      entitySet: textOf(page, 'EntitySetName'),
      entity: textOf(page, 'EntityName'),
      insert: isEditable && textOf(page, 'InsertAllowed') !== 'false',
      modify: isEditable && textOf(page, 'ModifyAllowed') !== 'false',
      fields: fieldsOf(page).map(({ name, properties }) => ({
        name,
        writable: isEditable && readProperty(properties, 'Editable')[0]?.value !== 'false',
      })),
    };
  });
}

/** The codes that begin our sentences, such as `AZ-STATE`. */
export function errorCodes(files = readFiles()): string[] {
  const codes = [...files.values()].flatMap((source) => source.match(/\bAZ-[A-Z-]+(?=:)/g) ?? []);
  return [...new Set(codes)].toSorted();
}

/** The names that `details` of a booking may have, of whatever depth. */
export function detailNames(files = readFiles()): string[] {
  const source = files.get('AzumutaDetails.Codeunit.al') ?? '';
  const names = [...source.matchAll(/'([a-zA-Z|]+)'/g)].flatMap(([, all = '']) => all.split('|'));
  return [...new Set(names)].filter((name) => name !== '');
}

export function isApiPage(object: AlObject): boolean {
  return object.kind === 'page' && textOf(object, 'PageType') === 'API';
}

/** The tokens of a property of the object: `Name = …;`. */
export function propertyOf(object: AlObject, name: string): readonly AlToken[] {
  const brace = object.outside.findIndex((token) => isToken(token, '{'));
  return readProperty(object.outside.slice(brace + 1, -1), name);
}

export function textOf(object: AlObject, name: string): string {
  return propertyOf(object, name)[0]?.value ?? '';
}

/** The tokens of the property, not looking into what is nested. */
function readProperty(tokens: readonly AlToken[], name: string): readonly AlToken[] {
  const property = splitAt(withoutBlocks(tokens), ';').find(
    ([first, second]) => isToken(first, name) && isToken(second, '='),
  );
  return property?.slice(2) ?? [];
}

function withoutBlocks(tokens: readonly AlToken[]): AlToken[] {
  const outer: AlToken[] = [];
  for (let at = 0; at < tokens.length; ) {
    const token = tokens[at];
    const isBlock = isToken(token, '{');
    // What stands before a block, such as `layout`, is a part of its own.
    if (token) outer.push(isBlock ? { kind: 'sign', value: ';', line: token.line } : token);
    at = isBlock ? closingOf(tokens, at) : at + 1;
  }
  return outer;
}

export function fieldsOf(object: AlObject): AlField[] {
  return object.outside.flatMap((token, at) => {
    const isField = isToken(token, 'field') && isToken(object.outside[at + 1], '(');
    const end = closingOf(object.outside, at + 1);
    if (!isField || !isToken(object.outside[end], '{')) return [];
    const parts = splitAt(object.outside.slice(at + 2, end - 1), ';');
    const [name, source] = object.kind === 'table' ? parts.slice(1) : parts;
    return [
      {
        name: name?.[0]?.value ?? '',
        source: source ?? [],
        properties: object.outside.slice(end + 1, closingOf(object.outside, end) - 1),
      },
    ];
  });
}

export function readObject(file: string, tokens: readonly AlToken[]): AlObject {
  const start = tokens.findIndex(
    (token, at) => token.kind === 'word' && tokens[at + 1]?.kind === 'number' && isName(tokens[at + 2]),
  );
  const base = isToken(tokens[start + 3], 'extends') ? tokens[start + 4] : undefined;
  const body = tokens.slice(start + 3);
  return {
    file,
    kind: tokens[start]?.value.toLowerCase() ?? '',
    id: Number(tokens[start + 1]?.value),
    name: tokens[start + 2]?.value ?? '',
    base: base?.value,
    usings: tokens
      .slice(0, start)
      .flatMap((token, at) => (isToken(token, 'using') ? [dottedAt(tokens, at + 1)] : [])),
    ...divide(body),
  };
}

/** A name with dots, such as a namespace. */
export function dottedAt(tokens: readonly AlToken[], start: number): string {
  const rest = tokens.slice(start);
  return rest
    .slice(
      0,
      rest.findIndex((token) => isToken(token, ';')),
    )
    .map(({ value }) => value)
    .join('');
}

function divide(tokens: readonly AlToken[]): Pick<AlObject, 'outside' | 'procedures'> {
  const outside: AlToken[] = [];
  const procedures: AlProcedure[] = [];
  for (let at = 0; at < tokens.length; ) {
    const token = tokens[at];
    const isRoutine = isToken(token, 'procedure') || isToken(token, 'trigger');
    if (!isRoutine) {
      if (token) outside.push(token);
      at++;
      continue;
    }
    const begin = tokens.findIndex((other, index) => index > at && isToken(other, 'begin'));
    const end = endOfBlock(tokens, begin);
    procedures.push({
      name: tokens[at + 1]?.value ?? '',
      parameters: countParameters(tokens, at + 2),
      answer: readAnswer(tokens, closingOf(tokens, at + 2)),
      head: tokens.slice(at + 2, begin),
      body: tokens.slice(begin + 1, end - 1),
    });
    at = end;
  }
  return { outside, procedures };
}

/** How many parameters stand in the brackets at `start`. */
export function countParameters(tokens: readonly AlToken[], start: number): number {
  return splitAt(tokens.slice(start + 1, closingOf(tokens, start) - 1), ';').length;
}

/** `: JsonArray`, or `Sum: Decimal`, behind the parameters. */
function readAnswer(tokens: readonly AlToken[], start: number): string {
  const colon = isToken(tokens[start], ':') ? start : start + 1;
  return isToken(tokens[colon], ':') ? (tokens[colon + 1]?.value.toLowerCase() ?? '') : '';
}

function endOfBlock(tokens: readonly AlToken[], begin: number): number {
  let depth = 0;
  for (let at = begin; at < tokens.length; at++) {
    const token = tokens[at];
    if (isToken(token, 'begin') || isToken(token, 'case')) depth++;
    if (isToken(token, 'end')) depth--;
    if (depth === 0) return at + 1;
  }
  return tokens.length;
}
