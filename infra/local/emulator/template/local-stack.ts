/** A resource of the stack, under all the names that it has. */
export interface Resource {
  /** Key in the template's `Resources`. */
  readonly logicalId: string;
  /** Construct path below the stack (`Queues/Completions`), when the template names it. */
  readonly path?: string | undefined;
  /** Physical name; `<stack>-<logicalId>` when the template gives none. */
  readonly name: string;
  readonly arn: string;
}

export interface Statement {
  readonly effect: 'Allow' | 'Deny';
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  /** All of them must hold. */
  readonly conditions: readonly Condition[];
}

export interface Condition {
  readonly operator: string;
  readonly key: string;
  readonly values: readonly string[];
}

/** The policy of a queue or a function: who may do what with it. */
export interface ResourcePolicy {
  /** ARN of the resource that it belongs to. */
  readonly on: string;
  /** `principal` is a service of AWS, or `*` for everybody. */
  readonly statements: readonly (Statement & { readonly principal: string })[];
}

/** CDK ends a logical id with eight digits of a hash; without them it reads like the construct path. */
function constructId(logicalId: string): string {
  return logicalId.replace(/[0-9A-F]{8}$/, '');
}

/** A resource's name for people: its construct path, else its logical id without CDK's hash. */
export function labelOf({ path, logicalId }: { path?: string | undefined; logicalId: string }): string {
  return path ?? constructId(logicalId);
}

/**
 * Finds a resource by its logical id (with or without CDK's hash), physical name, ARN or construct path.
 * @throws Error naming what there is, when there is no such resource.
 */
export function find<T extends { logicalId: string; name: string; path?: string | undefined; arn?: string }>(
  resources: readonly T[],
  what: string,
  wanted: string,
): T {
  const found = resources.find(({ logicalId, name, path, arn }) =>
    [logicalId, name, path, arn, constructId(logicalId)].includes(wanted),
  );
  if (found) return found;
  const known = resources.map(labelOf).join(', ') || 'none';
  throw new Error(`The stack has no ${what} ${wanted}; it has: ${known}.`);
}
