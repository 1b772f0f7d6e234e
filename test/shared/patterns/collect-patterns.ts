import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import {
  isNewExpression,
  isNoSubstitutionTemplateLiteral,
  isRegularExpressionLiteral,
  isStringLiteral,
  isTemplateExpression,
  type Node,
} from 'typescript/unstable/ast';
import { API } from 'typescript/unstable/sync';

export interface FoundPattern {
  readonly file: string;
  readonly source: string;
  readonly flags: string;
}

/** Every regular expression in the source text of these folders, as TypeScript's own parser finds them. */
export function patternsIn(root: string, folders: readonly string[]): FoundPattern[] {
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
    return program.getSourceFileNames().flatMap((name) => {
      const file = program.getSourceFile(name);
      return file ? patternsBelow(file, relative(root, name)) : [];
    });
  } finally {
    api.close();
    rmSync(folder, { recursive: true });
  }
}

function patternsBelow(node: Node, file: string): FoundPattern[] {
  const found: FoundPattern[] = [];
  const visit = (each: Node) => {
    const pattern = patternOf(each, file);
    if (pattern) found.push(pattern);
    each.forEachChild(visit);
  };
  visit(node);
  return found;
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
