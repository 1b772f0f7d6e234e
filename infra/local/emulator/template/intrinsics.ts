/** The values of a template's references. */
export interface TemplateScope {
  /** Value of `{ Ref: name }`, pseudo parameters (`AWS::Region`) included. */
  readonly ref: (name: string, path: string) => string;
  /** Value of `{ 'Fn::GetAtt': [logicalId, attribute] }`. */
  readonly attribute: (logicalId: string, attribute: string, path: string) => string;
}

/**
 * A template value without intrinsic functions: Ref, Fn::GetAtt, Fn::Join and Fn::Sub of references are computed as
 * CloudFormation does.
 * @throws Error with the path of any other function, or of one that is used in another form.
 */
export function resolve(value: unknown, scope: TemplateScope, path: string): unknown {
  if (Array.isArray(value)) return value.map((element, at) => resolve(element, scope, `${path}[${at}]`));
  if (typeof value !== 'object' || value === null) return value;
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

function compute(name: string, argument: unknown, scope: TemplateScope, path: string): string {
  switch (name) {
    case 'Ref':
      return scope.ref(text(argument, path), path);
    case 'Fn::GetAtt': {
      const [logicalId, attribute] = list(argument, path);
      return scope.attribute(text(logicalId, path), text(attribute, path), path);
    }
    case 'Fn::Join': {
      const [delimiter, parts] = list(argument, path);
      return list(resolve(parts, scope, path), path)
        .map((part) => (typeof part === 'number' ? String(part) : text(part, path)))
        .join(text(delimiter, path));
    }
    case 'Fn::Sub':
      return text(argument, path).replace(/\$\{([^}]*)\}/g, (_, ref: string) => scope.ref(ref, path));
    default:
      throw new Error(
        `${path}: local runs cannot compute ${name}; use Ref, Fn::GetAtt, Fn::Join or Fn::Sub, or teach infra/local/emulator/template/intrinsics.ts.`,
      );
  }
}

function text(value: unknown, path: string): string {
  if (typeof value === 'string') return value;
  throw new Error(`${path}: expected text, found ${JSON.stringify(value)}.`);
}

function list(value: unknown, path: string): unknown[] {
  if (Array.isArray(value)) return value;
  throw new Error(`${path}: expected a list, found ${JSON.stringify(value)}.`);
}
