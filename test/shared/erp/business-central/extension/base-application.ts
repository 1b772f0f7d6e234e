import { execFileSync } from 'node:child_process';
import { type AlToken, closingOf, isName, isToken, readTokens, splitAt } from './al-tokens.ts';
import { countParameters } from './read-extension.ts';

/** Where the objects are declared that an extension can use. The folders of other countries have the same names. */
const roots = ['src/Layers/W1/BaseApp', 'src/System Application', 'src/Business Foundation'];

const kinds = '(table|tableextension|codeunit|enum|enumextension|page|permissionset)';

interface Declaration {
  readonly path: string;
  readonly kind: string;
  readonly name: string;
  /** The object that it extends. */
  readonly base: string | undefined;
}

/** The base application at one commit of a clone, or of a git directory without a work tree. */
export class BaseApplication {
  readonly #git: string;
  readonly #commit: string;
  readonly #declarations: readonly Declaration[];
  readonly #tokens = new Map<string, AlToken[]>();

  constructor(git: string, revision: string) {
    this.#git = git;
    this.#commit = this.#run('rev-parse', `${revision}^{commit}`).trim();
    this.#declarations = this.#listDeclarations();
  }

  get commit(): string {
    return this.#commit;
  }

  get version(): string {
    const manifest: { version: string } = JSON.parse(
      this.#show('src/Layers/W1/BaseApp/app.json').replace(/^\uFEFF/, ''),
    );
    return manifest.version;
  }

  /** The namespace of the object, such as that of `table Item`; undefined when there is no such object. */
  namespaceOf(object: string): string | undefined {
    const declaration = this.#declarations.find(({ kind, name }) => `${kind} ${name}` === object);
    if (!declaration) return undefined;
    const tokens = this.#tokensOf(declaration);
    const at = tokens.findIndex((token) => isToken(token, 'namespace'));
    const rest = tokens.slice(at + 1);
    return rest
      .slice(
        0,
        rest.findIndex((token) => isToken(token, ';')),
      )
      .map(({ value }) => value)
      .join('');
  }

  /** Whether the object has what the line names, such as `table Item field No.`. */
  has(member: string): boolean {
    const [, object = '', name = ''] =
      /^(\w+ .+?) ((?:source )?(?:field|procedure|value) .+)$/.exec(member) ?? [];
    if (name.startsWith('source '))
      return this.has(`table ${this.#sourceOf(object)} ${name.slice('source '.length)}`);
    const [, field, value] = /^field (.+) value (.+)$/.exec(name) ?? [];
    if (field !== undefined) return this.has(`enum ${this.#enumOf(object, field)} value ${value}`);
    return this.#partsOf(object).some((tokens) => membersOf(tokens).includes(name));
  }

  #enumOf(object: string, field: string): string | undefined {
    const type = this.#partsOf(object)
      .flatMap(fieldTypesOf)
      .find(({ name }) => name === field)?.type;
    return isToken(type?.[0], 'enum') ? type?.at(-1)?.value : undefined;
  }

  #sourceOf(page: string): string | undefined {
    const [tokens = []] = this.#partsOf(page);
    const at = tokens.findIndex((token) => isToken(token, 'SourceTable'));
    return tokens[at + 2]?.value;
  }

  /** The object and its extensions. */
  #partsOf(object: string): AlToken[][] {
    return this.#declarations
      .filter(
        ({ kind, name, base }) =>
          `${kind} ${name}` === object || `${kind} ${base}` === object.replace(' ', 'extension '),
      )
      .map((declaration) => this.#tokensOf(declaration));
  }

  #tokensOf({ path }: Declaration): AlToken[] {
    const known = this.#tokens.get(path);
    if (known) return known;
    const tokens = readTokens(this.#show(path));
    this.#tokens.set(path, tokens);
    return tokens;
  }

  #listDeclarations(): Declaration[] {
    const lines = this.#run(
      'grep',
      '-E',
      '--no-color',
      `^${kinds} [0-9]+ `,
      this.#commit,
      '--',
      ...roots.map((root) => `${root}/*.al`),
    );
    return lines.split('\n').flatMap((line) => {
      const [, path = '', declaration = ''] = /^[0-9a-f]+:(.+?\.al):(.+)$/.exec(line) ?? [];
      const [kind, , name, word, base] = readTokens(declaration);
      if (!kind || !name) return [];
      return [
        {
          path,
          kind: kind.value,
          name: name.value,
          base: isToken(word, 'extends') ? base?.value : undefined,
        },
      ];
    });
  }

  #show(path: string): string {
    return this.#run('show', `${this.#commit}:${path}`);
  }

  #run(...args: string[]): string {
    return execFileSync('git', ['-C', this.#git, ...args], { encoding: 'utf8', maxBuffer: 2 ** 28 });
  }
}

/** What can be used from outside: fields that are not obsolete, procedures that are not local, values of an enumeration. */
function membersOf(tokens: readonly AlToken[]): string[] {
  const fields = fieldTypesOf(tokens).map(({ name }) => `field ${name}`);
  const values = tokens.flatMap((token, at) => {
    const isValue = isToken(token, 'value') && isToken(tokens[at + 1], '(');
    return isValue ? [`value ${tokens[at + 4]?.value}`] : [];
  });
  return [...fields, ...values, ...proceduresOf(tokens)];
}

function fieldTypesOf(tokens: readonly AlToken[]): { name: string; type: readonly AlToken[] }[] {
  return tokens.flatMap((token, at) => {
    const isField =
      isToken(token, 'field') && isToken(tokens[at + 1], '(') && tokens[at + 2]?.kind === 'number';
    if (!isField) return [];
    const end = closingOf(tokens, at + 1);
    const properties = tokens.slice(end, closingOf(tokens, end));
    if (properties.some((property) => isToken(property, 'ObsoleteState'))) return [];
    const [, name, type] = splitAt(tokens.slice(at + 2, end - 1), ';');
    return [{ name: name?.[0]?.value ?? '', type: type ?? [] }];
  });
}

function proceduresOf(tokens: readonly AlToken[]): string[] {
  return tokens.flatMap((token, at) => {
    const isHidden = ['local', 'internal', 'protected'].some((word) => isToken(tokens[at - 1], word));
    const name = tokens[at + 1];
    if (!isToken(token, 'procedure') || isHidden || !isName(name)) return [];
    return [`procedure ${name.value}/${countParameters(tokens, at + 2)}`];
  });
}
