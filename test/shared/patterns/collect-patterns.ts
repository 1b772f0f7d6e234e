import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import {
  isArrowFunction,
  isFunctionDeclaration,
  isFunctionExpression,
  isIdentifier,
  isMethodDeclaration,
  isMethodSignatureDeclaration,
  isNewExpression,
  isNoSubstitutionTemplateLiteral,
  isPrivateIdentifier,
  isPropertyAssignment,
  isRegularExpressionLiteral,
  isStringLiteral,
  isTemplateExpression,
  isVariableDeclaration,
  type Node,
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

export interface DeclaredFunction {
  readonly file: string;
  readonly name: string;
}

/** Every function that the source of these folders declares; a private method with its `#`. */
export function functionsIn(root: string, folders: readonly string[]): DeclaredFunction[] {
  return foundIn(root, folders, (node, file) => {
    const name = nameOfFunction(node);
    return name === undefined ? [] : [{ file, name }];
  });
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
