import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import {
  isArrowFunction,
  isAsExpression,
  isBinaryExpression,
  isCallExpression,
  isFunctionDeclaration,
  isFunctionExpression,
  isIdentifier,
  isMethodDeclaration,
  isMethodSignatureDeclaration,
  isNewExpression,
  isNoSubstitutionTemplateLiteral,
  isNumericLiteral,
  isObjectLiteralExpression,
  isParenthesizedExpression,
  isPrivateIdentifier,
  isPropertyAccessExpression,
  isPropertyAssignment,
  isRegularExpressionLiteral,
  isStringLiteral,
  isTemplateExpression,
  isVariableDeclaration,
  type Node,
  SyntaxKind,
} from 'typescript/unstable/ast';
import { API } from 'typescript/unstable/sync';

export interface FoundPattern {
  readonly file: string;
  readonly source: string;
  readonly flags: string;
}

/** Every regular expression in the source text of these folders. */
export function patternsIn(root: string, folders: readonly string[]): FoundPattern[] {
  return foundIn(root, folders, (node, file) => [patternOf(node, file)].flatMap((found) => found ?? []));
}

/** Every text that is written in the source of these folders, with what stands between its gaps. */
export function textsIn(root: string, folders: readonly string[]) {
  return foundIn(root, folders, (node, file) => {
    if (isStringLiteral(node) || isNoSubstitutionTemplateLiteral(node)) return [{ file, text: node.text }];
    if (!isTemplateExpression(node)) return [];
    const spans = node.templateSpans.map(({ literal }) => `…${literal.text}`);
    return [{ file, text: node.head.text + spans.join('') }];
  });
}

/** Every name in the source of these folders, once for each file. */
export function namesIn(root: string, folders: readonly string[]) {
  const found = foundIn(root, folders, (node, file) => (isIdentifier(node) ? [`${file} ${node.text}`] : []));
  return [...new Set(found)].map((each) => {
    const [file = '', text = ''] = each.split(' ');
    return { file, text };
  });
}

export interface DeclaredFunction {
  readonly file: string;
  readonly name: string;
}

/** A function with the names of those that it calls. */
export interface CallingFunction extends DeclaredFunction {
  readonly calls: ReadonlySet<string>;
  readonly isAsync: boolean;
}

/** Every function that the source of these folders declares, with what it calls. */
export function callsIn(root: string, folders: readonly string[]): CallingFunction[] {
  return foundIn(root, folders, (node, file) => {
    const name = nameOfFunction(node);
    if (name === undefined) return [];
    const calls = new Set<string>();
    const visit = (part: Node) => {
      const called = isCallExpression(part) ? nameOfCalled(part.expression) : undefined;
      if (called !== undefined) calls.add(called);
      part.forEachChild(visit);
    };
    node.forEachChild(visit);
    let isAsync = false;
    node.forEachChild((part) => {
      isAsync ||= part.kind === SyntaxKind.AsyncKeyword;
    });
    return [{ file, name, calls, isAsync }];
  });
}

/** Of `endHint(job)` and of `reader.beginReading(attempt)`. */
function nameOfCalled(called: Node): string | undefined {
  return textOfName(isPropertyAccessExpression(called) ? called.name : called);
}

/** Every function that the source of these folders declares; a private method with its `#`. */
export function functionsIn(root: string, folders: readonly string[]): DeclaredFunction[] {
  return foundIn(root, folders, (node, file) => {
    const name = nameOfFunction(node);
    return name === undefined ? [] : [{ file, name }];
  });
}

/**
 * Every number that the source of these folders names once, by its name: `maxWaitMs`, and of an object
 * `backoffDefaults.capSeconds`. What a number is made of is worked out, also from numbers of other files.
 */
export function numbersIn(root: string, folders: readonly string[]): ReadonlyMap<string, number> {
  const terms = new Map(foundIn(root, folders, termsOf));
  const worthOf = (term: Term): number => {
    if (typeof term === 'number') return term;
    if (typeof term === 'string') return worthOf(terms.get(term) ?? Number.NaN);
    return operators[term.sign](worthOf(term.left), worthOf(term.right));
  };
  const values = [...terms].map(([name, term]): [string, number] => [name, worthOf(term)]);
  return new Map(values.filter(([, value]) => !Number.isNaN(value)));
}

const operators = {
  '*': (left: number, right: number) => left * right,
  '/': (left: number, right: number) => left / right,
  '+': (left: number, right: number) => left + right,
  '-': (left: number, right: number) => left - right,
};
type Sign = keyof typeof operators;

/** What a number is made of; a text is the name of another one. */
type Term = number | string | { readonly sign: Sign; readonly left: Term; readonly right: Term };

function termsOf(node: Node): (readonly [name: string, term: Term])[] {
  const isOfFile = node.parent?.parent?.parent?.kind === SyntaxKind.SourceFile;
  if (!isVariableDeclaration(node) || !isOfFile || !node.initializer) return [];
  const name = textOfName(node.name);
  return name === undefined ? [] : termsOfValue(name, node.initializer);
}

function termsOfValue(name: string, value: Node): (readonly [name: string, term: Term])[] {
  if (isAsExpression(value)) return termsOfValue(name, value.expression);
  if (!isObjectLiteralExpression(value)) {
    const term = termOf(value);
    return term === undefined ? [] : [[name, term]];
  }
  return value.properties.flatMap((property) => {
    const field = isPropertyAssignment(property) ? textOfName(property.name) : undefined;
    return isPropertyAssignment(property) && field
      ? termsOfValue(`${name}.${field}`, property.initializer)
      : [];
  });
}

const signs = new Map<SyntaxKind, Sign>([
  [SyntaxKind.AsteriskToken, '*'],
  [SyntaxKind.SlashToken, '/'],
  [SyntaxKind.PlusToken, '+'],
  [SyntaxKind.MinusToken, '-'],
]);

function termOf(node: Node): Term | undefined {
  if (isNumericLiteral(node)) return Number(node.text.replaceAll('_', ''));
  if (isIdentifier(node)) return node.text;
  if (isParenthesizedExpression(node)) return termOf(node.expression);
  if (isPropertyAccessExpression(node) && isIdentifier(node.expression))
    return `${node.expression.text}.${textOfName(node.name)}`;
  const sign = isBinaryExpression(node) ? signs.get(node.operatorToken.kind) : undefined;
  if (!isBinaryExpression(node) || !sign) return undefined;
  const [left, right] = [termOf(node.left), termOf(node.right)];
  return left === undefined || right === undefined ? undefined : { sign, left, right };
}

function nameOfFunction(node: Node): string | undefined {
  const isMethod = isMethodDeclaration(node) || isMethodSignatureDeclaration(node);
  if (isFunctionDeclaration(node) || isMethod) return textOfName(node.name);
  const mayHold = isVariableDeclaration(node) || isPropertyAssignment(node);
  if (!mayHold || !node.initializer) return undefined;
  const isFunction = isArrowFunction(node.initializer) || isFunctionExpression(node.initializer);
  return isFunction ? textOfName(node.name) : undefined;
}

function textOfName(name: Node | undefined): string | undefined {
  return name && (isIdentifier(name) || isPrivateIdentifier(name)) ? name.text : undefined;
}

/** What is found at the nodes of the source in these folders, as TypeScript's own parser reads it. */
export function foundIn<T>(
  root: string,
  folders: readonly string[],
  find: (node: Node, file: string) => readonly T[],
): T[] {
  const folder = mkdtempSync(join(tmpdir(), 'patterns-'));
  const configuration = join(folder, 'tsconfig.json');
  // Parsed and not checked: neither imports nor the library are read.
  const compilerOptions = { noResolve: true, noLib: true, types: [] };
  const include = folders.map((each) => join(root, each));
  writeFileSync(configuration, JSON.stringify({ compilerOptions, include }));
  const api = new API({ cwd: root });
  try {
    const [project] = api.updateSnapshot({ openProject: configuration }).getProjects();
    if (!project) throw new Error(`TypeScript opens no project of ${folders.join(', ')}.`);
    const { program } = project;
    const found: T[] = [];
    for (const name of program.getSourceFileNames()) {
      const visit = (node: Node) => {
        found.push(...find(node, relative(root, name)));
        node.forEachChild(visit);
      };
      program.getSourceFile(name)?.forEachChild(visit);
    }
    return found;
  } finally {
    api.close();
    rmSync(folder, { recursive: true });
  }
}

function patternOf(node: Node, file: string): FoundPattern | undefined {
  if (isRegularExpressionLiteral(node)) {
    const end = node.text.lastIndexOf('/');
    return { file, source: node.text.slice(1, end), flags: node.text.slice(end + 1) };
  }
  if (!isNewExpression(node) || node.expression.getText() !== 'RegExp') return undefined;
  const [source] = node.arguments ?? [];
  if (source && (isStringLiteral(source) || isNoSubstitutionTemplateLiteral(source)))
    return { file, source: source.text, flags: '' };
  if (source && isTemplateExpression(source)) {
    const spans = source.templateSpans.map(({ literal }) => `x${literal.text}`);
    return { file, source: source.head.text + spans.join(''), flags: '' };
  }
  throw new Error(`${file} makes a pattern of ${source?.getText()}: nobody can tell what it will be.`);
}
