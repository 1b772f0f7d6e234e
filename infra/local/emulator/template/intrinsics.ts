/** What the intrinsic functions of a template are resolved against. */
export interface TemplateScope {
  /** Value of `{ Ref: name }`, pseudo parameters (`AWS::Region`) included. */
  readonly ref: (name: string, path: string) => string;
  /** Value of `{ 'Fn::GetAtt': [logicalId, attribute] }`. */
  readonly attribute: (logicalId: string, attribute: string, path: string) => string;
}

/**
 * A template value without intrinsic functions: Ref, Fn::GetAtt, Fn::Join, Fn::Sub, Fn::Select and Fn::Split
 * are computed as CloudFormation does.
 * @throws Error with the path of any other function, or of one that is used in another form.
 */
export function resolve(value: unknown, scope: TemplateScope, path: string): unknown {
  if (Array.isArray(value)) return value.map((element, at) => resolve(element, scope, `${path}[${at}]`));
  if (!isObject(value)) return value;
  const entries = Object.entries(value);
  const [only] = entries;
  if (entries.length === 1 && only && isIntrinsic(only[0])) {
    return compute(only[0], only[1], scope, `${path}.${only[0]}`);
  }
  return Object.fromEntries(entries.map(([key, inner]) => [key, resolve(inner, scope, `${path}.${key}`)]));
}

function isIntrinsic(key: string): boolean {
  return key === 'Ref' || key === 'Condition' || key.startsWith('Fn::');
}

function compute(name: string, argument: unknown, scope: TemplateScope, path: string): unknown {
  switch (name) {
    case 'Ref':
      return scope.ref(text(argument, path), path);
    case 'Fn::GetAtt': {
      const [logicalId, attribute] =
        typeof argument === 'string' ? splitOnce(argument, '.') : pair(argument, path);
      return scope.attribute(text(logicalId, path), text(resolve(attribute, scope, path), path), path);
    }
    case 'Fn::Join': {
      const [delimiter, parts] = pair(argument, path);
      return list(resolve(parts, scope, path), path)
        .map((part) => scalar(part, path))
        .join(text(delimiter, path));
    }
    case 'Fn::Sub': {
      const [pattern, values] = typeof argument === 'string' ? [argument, {}] : pair(argument, path);
      return substitute(text(pattern, path), record(resolve(values, scope, path), path), scope, path);
    }
    case 'Fn::Select': {
      const [index, parts] = pair(argument, path);
      const from = list(resolve(parts, scope, path), path);
      const at = Number(scalar(resolve(index, scope, path), path));
      if (!(at in from)) throw new Error(`${path}: there is no element ${at} among ${from.length}.`);
      return from[at];
    }
    case 'Fn::Split': {
      const [delimiter, source] = pair(argument, path);
      return text(resolve(source, scope, path), path).split(text(delimiter, path));
    }
    default:
      throw new Error(
        `${path}: local runs cannot compute ${name}; use Ref, Fn::GetAtt, Fn::Join, Fn::Sub, Fn::Select or Fn::Split, or teach infra/local/emulator/template/intrinsics.ts.`,
      );
  }
}

function substitute(
  pattern: string,
  values: Record<string, unknown>,
  scope: TemplateScope,
  path: string,
): string {
  return pattern.replace(/\$\{([^}]*)\}/g, (_, name: string) => {
    // `${!Literal}` stands for the text `${Literal}`.
    if (name.startsWith('!')) return `\${${name.slice(1)}}`;
    if (Object.hasOwn(values, name)) return scalar(values[name], path);
    const [logicalId, attribute] = splitOnce(name, '.');
    return attribute === '' ? scope.ref(logicalId, path) : scope.attribute(logicalId, attribute, path);
  });
}

function splitOnce(whole: string, separator: string): [string, string] {
  const at = whole.indexOf(separator);
  return at < 0 ? [whole, ''] : [whole.slice(0, at), whole.slice(at + separator.length)];
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function text(value: unknown, path: string): string {
  if (typeof value === 'string') return value;
  throw new Error(`${path}: expected text, found ${JSON.stringify(value)}.`);
}

function scalar(value: unknown, path: string): string {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') {
    return String(value);
  }
  throw new Error(`${path}: expected text or a number, found ${JSON.stringify(value)}.`);
}

function list(value: unknown, path: string): unknown[] {
  if (Array.isArray(value)) return value;
  throw new Error(`${path}: expected a list, found ${JSON.stringify(value)}.`);
}

function record(value: unknown, path: string): Record<string, unknown> {
  if (isObject(value)) return value;
  throw new Error(`${path}: expected named values, found ${JSON.stringify(value)}.`);
}

function pair(value: unknown, path: string): [unknown, unknown] {
  const both = list(value, path);
  if (both.length !== 2) throw new Error(`${path}: expected two arguments, found ${both.length}.`);
  return [both[0], both[1]];
}
