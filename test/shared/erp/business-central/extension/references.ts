import { type AlToken, closingOf, isName, isToken, splitAt } from './al-tokens.ts';
import {
  fieldMethods,
  keywords,
  pageAreas,
  platformFunctions,
  platformMethods,
  platformOptions,
  systemFields,
} from './platform-names.ts';
import { type AlField, type AlObject, type AlProcedure, fieldsOf, propertyOf } from './read-extension.ts';

/** What our AL names of the base application, as lines such as `table Item field No.`, and what nobody has. */
export interface References {
  /** By the file that names it. Objects as `table Item`, what they have as `table Item field No.`. */
  readonly named: ReadonlyMap<string, ReadonlySet<string>>;
  /** Names that are neither in the extension, nor in the platform, nor could be in the base application. */
  readonly unknown: readonly string[];
}

/** The type of a variable or of a part of an expression. */
interface AlType {
  /** `record`, `codeunit`, `enum`, or the name of a simple type, in lower case. */
  readonly kind: string;
  readonly name: string;
  /** The table and field that it was read from: a value of its enumeration can follow. */
  readonly field?: string;
}

type Scope = ReadonlyMap<string, AlType>;

const objectKinds = ['record', 'codeunit', 'enum', 'page'];

export function collectReferences(objects: readonly AlObject[]): References {
  const unknown: string[] = [];
  const named = new Map<string, Set<string>>();
  for (const object of objects) {
    const collector = new Collector(object, objects);
    collector.collect();
    unknown.push(...collector.unknown);
    named.set(object.file, collector.named);
  }
  return { named, unknown };
}

/** Reads one object: its properties, then each procedure with what it declares. */
class Collector {
  readonly named = new Set<string>();
  readonly unknown: string[] = [];
  readonly #object: AlObject;
  readonly #objects: readonly AlObject[];
  #scope: Scope = new Map();

  constructor(object: AlObject, objects: readonly AlObject[]) {
    this.#object = object;
    this.#objects = objects;
  }

  collect() {
    const table = this.#table();
    const globals = new Map(this.#declared(this.#object.outside));
    if (table !== undefined) globals.set('rec', { kind: 'record', name: table });
    this.#scope = globals;
    this.#readOutside(table);
    for (const { head, body } of this.#object.procedures) {
      this.#scope = new Map([...globals, ...this.#declared(head)]);
      this.#readExpressions(body);
    }
  }

  /** The table whose record is `Rec`. */
  #table(): string | undefined {
    const { kind, name } = this.#object;
    if (kind === 'table') return name;
    return propertyOf(this.#object, 'SourceTable')[0]?.value;
  }

  /** `Name: Record "X"`, and whatever else is declared in a list of parameters or variables. */
  #declared(tokens: readonly AlToken[]): [string, AlType][] {
    return tokens.flatMap((token, at): [string, AlType][] => {
      const type = tokens[at + 2];
      if (!isName(token) || !isToken(tokens[at + 1], ':') || !type) return [];
      const kind = type.value.toLowerCase();
      if (!objectKinds.includes(kind)) return [[token.value.toLowerCase(), { kind, name: type.value }]];
      const name = tokens[at + 3]?.value ?? '';
      this.#nameObject(kind === 'record' ? 'table' : kind, name, token);
      return [[token.value.toLowerCase(), { kind, name }]];
    });
  }

  #readOutside(table: string | undefined) {
    const { kind, outside, base } = this.#object;
    if (kind === 'permissionset') return this.#readPermissions();
    if (kind === 'pageextension' && base !== undefined) this.#nameObject('page', base, outside[1]);
    if (table !== undefined) this.#nameObject('table', table, outside[0]);
    for (const name of ['DrillDownPageId', 'LookupPageId'])
      for (const token of propertyOf(this.#object, name)) this.#nameObject('page', token.value, token);
    for (const field of fieldsOf(this.#object)) this.#readField(field);
    for (const property of ['ODataKeyFields'])
      for (const token of propertyOf(this.#object, property))
        if (isName(token)) this.#nameField(table ?? '', token);
    this.#readView(propertyOf(this.#object, 'SourceTableView'), table ?? '');
    this.#readKeys(table ?? '');
    for (const at of outside.keys()) this.#readLayout(at, table);
  }

  #readField({ source }: AlField) {
    const isTable = this.#object.kind === 'table';
    if (!isTable) this.#readExpressions(source);
    else if (isToken(source[0], 'enum')) this.#nameObject('enum', source[1]?.value ?? '', source[0]);
  }

  /** `key(Name; "A", "B")` of a table. */
  #readKeys(table: string) {
    const { kind, outside } = this.#object;
    if (kind !== 'table') return;
    outside.forEach((token, at) => {
      if (!isToken(token, 'key') || !isToken(outside[at + 1], '(')) return;
      const [, fields] = splitAt(outside.slice(at + 2, closingOf(outside, at + 1) - 1), ';');
      for (const field of fields ?? []) if (isName(field)) this.#nameField(table, field);
    });
  }

  /** Parts, objects that are run, the fields that link them, and places of an extended page. */
  #readLayout(at: number, table: string | undefined) {
    const { outside, base } = this.#object;
    const token = outside[at];
    const next = outside[at + 1];
    const isPlace = /^add(first|last|before|after)$/i.test(token?.value ?? '') && isToken(next, '(');
    if (isPlace && !pageAreas.includes(outside[at + 2]?.value.toLowerCase() ?? ''))
      this.#report(outside[at + 2]);
    if (isToken(token, 'RunObject')) this.#nameObject('page', outside[at + 3]?.value ?? '', token);
    if (isToken(token, 'part') && isToken(next, '(')) {
      const part = outside[at + 4]?.value ?? '';
      this.#nameObject('page', part, token);
      this.#readLink(at, 'SubPageLink', this.#sourceOf(part), table, base);
    }
    if (isToken(token, 'RunObject'))
      this.#readLink(at, 'RunPageLink', this.#sourceOf(outside[at + 3]?.value ?? ''), table, base);
  }

  /** `"A" = field("B")`: A of the page that is shown, B of the page that shows it. */
  #readLink(
    start: number,
    property: string,
    shown: string,
    table: string | undefined,
    base: string | undefined,
  ) {
    const { outside } = this.#object;
    const at = outside.findIndex((token, index) => index > start && isToken(token, property));
    const end = outside.findIndex((token, index) => index > at && isToken(token, ';'));
    const hasLink =
      at > 0 &&
      at <
        closingOf(
          outside,
          outside.findIndex((token, index) => index > start && isToken(token, '{')),
        );
    const isRunLink = property === 'RunPageLink' && at > 0;
    if (!hasLink && !isRunLink) return;
    for (const part of splitAt(outside.slice(at + 2, end), ',')) {
      const [left, , , , right] = part;
      if (isName(left)) this.#nameField(shown, left);
      if (!isName(right)) continue;
      if (table !== undefined) this.#nameField(table, right);
      else this.named.add(`page ${base} source field ${right.value}`);
    }
  }

  /** `sorting(…) where(Field = const(Value))`. */
  #readView(tokens: readonly AlToken[], table: string) {
    tokens.forEach((token, at) => {
      const inside = tokens.slice(at + 2, closingOf(tokens, at + 1) - 1);
      if (isToken(token, 'sorting'))
        for (const field of inside) if (isName(field)) this.#nameField(table, field);
      if (!isToken(token, 'where')) return;
      for (const [field, , , ...rest] of splitAt(inside, ',')) {
        if (!isName(field)) continue;
        this.#nameField(table, field);
        for (const value of rest)
          if (isName(value)) this.named.add(`table ${table} field ${field.value} value ${value.value}`);
      }
    });
  }

  #readPermissions() {
    for (const token of propertyOf(this.#object, 'IncludedPermissionSets'))
      if (isName(token)) this.#nameObject('permissionset', token.value, token);
    const kinds = ['table', 'tabledata', 'page', 'codeunit'];
    const tokens = propertyOf(this.#object, 'Permissions');
    tokens.forEach((token, at) => {
      const name = tokens[at + 1];
      const isPermission = kinds.includes(token.value) && isName(name) && isToken(tokens[at + 2], '=');
      if (isPermission) this.#nameObject(token.value.replace('tabledata', 'table'), name.value, token);
    });
  }

  /** Names in the body of a procedure, or in the source of a control, one chain of members after the other. */
  #readExpressions(tokens: readonly AlToken[]) {
    for (let at = 0; at < tokens.length; ) at = isName(tokens[at]) ? this.#readChain(tokens, at) : at + 1;
  }

  /** Reads `A.B(c).D` from its beginning, and answers where it ends. */
  #readChain(tokens: readonly AlToken[], start: number): number {
    const first = tokens[start];
    if (!first || (first.kind === 'word' && keywords.has(first.value.toLowerCase()))) return start + 1;
    if (isToken(tokens[start + 1], '::')) {
      const end = this.#readScoped(tokens, start);
      if (end > 0) return end;
    }
    const isCall = isToken(tokens[start + 1], '(');
    if (isCall) return this.#readCall(tokens, start);
    let type = this.#scope.get(first.value.toLowerCase()) ?? platformType(first);
    if (!type) {
      this.#report(first);
      return start + 1;
    }
    let at = start + 1;
    while (isToken(tokens[at], '.') || isToken(tokens[at], '::')) {
      const member = tokens[at + 1];
      if (!member) break;
      const hasArguments = isToken(tokens[at + 2], '(');
      const end: number = hasArguments ? closingOf(tokens, at + 2) : at + 2;
      if (isToken(tokens[at], '::')) this.named.add(`${type.field} value ${member.value}`);
      else type = this.#readMember(type, member, hasArguments ? tokens.slice(at + 3, end - 1) : undefined);
      at = end;
    }
    return at;
  }

  /** `Enum::"X"::Value`, `Page::"X"`, `IsolationLevel::UpdLock`; 0 for the value of a variable. */
  #readScoped(tokens: readonly AlToken[], start: number): number {
    const first = tokens[start];
    const second = tokens[start + 2];
    if (!first || !second) return 0;
    const kind = first.value.toLowerCase();
    if (kind === 'enum') {
      this.#nameObject('enum', second.value, second);
      this.named.add(`enum ${second.value} value ${tokens[start + 4]?.value}`);
      return start + 5;
    }
    if (kind === 'page') {
      this.#nameObject('page', second.value, second);
      return start + 3;
    }
    const values = platformOptions[first.value];
    if (!values) return 0;
    if (!values.includes(second.value)) this.#report(second);
    return start + 3;
  }

  /** A function of the platform, or a procedure of the object itself. */
  #readCall(tokens: readonly AlToken[], start: number): number {
    const first = tokens[start];
    const end = closingOf(tokens, start + 1);
    const inside = tokens.slice(start + 2, end - 1);
    const own = findProcedure(this.#object, first?.value ?? '', splitAt(inside, ',').length);
    if (!own && !platformFunctions.includes(first?.value ?? '')) this.#report(first);
    this.#readExpressions(inside);
    return end;
  }

  #readMember(type: AlType, member: AlToken, args: readonly AlToken[] | undefined): AlType {
    const parts = splitAt(args ?? [], ',');
    const answer = platformMethods[type.kind]?.[member.value];
    const fieldArguments = type.kind === 'record' ? fieldMethods[member.value] : undefined;
    parts.forEach((part, index) => {
      const isField = fieldArguments === 'all' || (fieldArguments === 'first' && index === 0);
      if (isField && part[0]) this.#nameField(type.name, part[0]);
      else this.#readExpressions(part);
    });
    if (answer !== undefined) return { kind: answer, name: answer };
    if (type.kind === 'record' && !args) return this.#readFieldOf(type.name, member);
    const isObject = type.kind === 'record' || type.kind === 'codeunit';
    if (isObject && args) return this.#readProcedure(type, member, parts.length);
    this.#report(member);
    return { kind: 'any', name: 'any' };
  }

  #readFieldOf(table: string, member: AlToken): AlType {
    this.#nameField(table, member);
    const own = this.#own('table', table);
    const source = own && fieldsOf(own).find(({ name }) => name === member.value)?.source[0]?.value;
    return {
      kind: source?.toLowerCase() ?? 'any',
      name: source ?? 'any',
      field: `table ${table} field ${member.value}`,
    };
  }

  #readProcedure({ kind, name }: AlType, member: AlToken, count: number): AlType {
    const object = kind === 'record' ? 'table' : kind;
    const own = this.#own(object, name);
    const procedure = own && findProcedure(own, member.value, count);
    if (!own) this.named.add(`${object} ${name} procedure ${member.value}/${count}`);
    else if (!procedure) this.#report(member);
    const answer = procedure?.answer ?? 'any';
    return { kind: answer, name: answer };
  }

  #nameField(table: string, field: AlToken) {
    if (systemFields.includes(field.value)) return;
    const own = this.#own('table', table);
    if (!own) this.named.add(`table ${table} field ${field.value}`);
    else if (!fieldsOf(own).some(({ name }) => name === field.value)) this.#report(field);
  }

  #nameObject(kind: string, name: string, token: AlToken | undefined) {
    if (this.#own(kind, name)) return;
    if (name === '' || name.startsWith('Azumuta')) this.#report(token);
    this.named.add(`${kind} ${name}`);
  }

  #own(kind: string, name: string): AlObject | undefined {
    return this.#objects.find((object) => object.kind === kind && object.name === name);
  }

  #sourceOf(page: string): string {
    const own = this.#own('page', page);
    return (own && propertyOf(own, 'SourceTable')[0]?.value) ?? '';
  }

  #report(token: AlToken | undefined) {
    this.unknown.push(`${this.#object.file}:${token?.line}: ${token?.value}`);
  }
}

function findProcedure(object: AlObject, name: string, parameters: number): AlProcedure | undefined {
  return object.procedures.find(
    (procedure) => procedure.name === name && procedure.parameters === parameters,
  );
}

function platformType({ value }: AlToken): AlType | undefined {
  const kind = ['database', 'navapp', 'page'].find((name) => name === value.toLowerCase());
  return kind === undefined ? undefined : { kind, name: kind };
}
