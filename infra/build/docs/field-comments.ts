import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { SourceFile } from 'typescript/unstable/ast';
import {
  API,
  type Checker,
  type Symbol as Declared,
  SignatureKind,
  SymbolFlags,
  type Type,
  TypeFlags,
} from 'typescript/unstable/sync';

const fieldsRoot = fileURLToPath(new URL('../../..', import.meta.url));
/** All that a plant's configuration imports: its functions say what they take. */
const configurationModule = join(fieldsRoot, 'shared/integration/index.ts');

/**
 * The comment of a field of a configuration; an empty text where it has none.
 * @param call The function of the configuration that takes the field: `defineIntegration`, `odoo`.
 * @param path `deployment.alerts.emails`.
 * @throws Error when the function does not take such a field.
 */
export type CommentOf = (call: string, path: string) => string;

/**
 * Lends the comments of the configuration's fields while `use` runs, as TypeScript hands them to the editor of whoever
 * writes a configuration. So they stand once, next to the schema of the field, and in no bundle.
 */
export function withFieldComments<T>(use: (commentOf: CommentOf) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'field-comments-'));
  const configuration = join(folder, 'tsconfig.json');
  const settings = { extends: join(fieldsRoot, 'tsconfig.json'), files: [configurationModule], include: [] };
  writeFileSync(configuration, JSON.stringify(settings));
  const api = new API({ cwd: fieldsRoot });
  try {
    const project = api.updateSnapshot({ openProjects: [configuration] }).getProject(configuration);
    const file = project?.program.getSourceFile(configurationModule);
    if (!project || !file) throw new Error(`TypeScript does not read ${configurationModule}.`);
    const { checker } = project;
    const functions = checker.getExportsOfModule(symbolOfModule(checker, file));
    return use((call, path) => commentOf(checker, functions, call, path));
  } finally {
    api.close();
    rmSync(folder, { recursive: true });
  }
}

function symbolOfModule(checker: Checker, file: SourceFile): Declared {
  const module = checker.getSymbolAtLocation(file);
  if (!module) throw new Error(`${file.fileName} exports nothing.`);
  return module;
}

function commentOf(checker: Checker, functions: readonly Declared[], call: string, path: string): string {
  let within = takenBy(checker, functions, call);
  let comment: string | undefined;
  for (const name of path.split('.')) {
    // A text has properties, too: `at` is one.
    const objects = within.filter((type) => !(type.flags & TypeFlags.StringLike));
    const field = objects.flatMap((type) => checker.getPropertyOfType(type, name) ?? [])[0];
    if (!field) throw new Error(`${call}() takes no ${path}.`);
    comment = field.getDocumentationComment(checker);
    within = alternativesOf(checker.getTypeOfSymbol(field));
  }
  return (comment ?? '').replaceAll(/\s+/g, ' ').trim();
}

/** What the function takes as its first parameter, in its first form. */
function takenBy(checker: Checker, functions: readonly Declared[], call: string): readonly Type[] {
  const declared = functions.find(({ name }) => name === call);
  const type = declared && checker.getTypeOfSymbol(originOf(checker, declared));
  const [signature] = type ? checker.getSignaturesOfType(type, SignatureKind.Call) : [];
  const parameter = signature && checker.getParameterType(signature, 0);
  if (!parameter) throw new Error(`${configurationModule} exports no function ${call} that takes fields.`);
  return alternativesOf(parameter);
}

/** What a name that is exported again stands for. */
function originOf(checker: Checker, name: Declared): Declared {
  return name.flags & SymbolFlags.Alias ? checker.getAliasedSymbol(name) : name;
}

/** The types that a union is made of: a field may be `'off'`, nothing, or an object with fields. */
function alternativesOf(type: Type | undefined): readonly Type[] {
  if (!type) return [];
  return type.isUnionType() ? type.getTypes() : [type];
}
