/** A resource of the stack, under all the names that it has. */
export interface Resource {
  /** Key in the template's `Resources`. */
  readonly logicalId: string;
  /** Physical name: `<stack>-<logicalId>`. */
  readonly name: string;
  readonly arn: string;
}

export interface Statement {
  readonly effect: 'Allow' | 'Deny';
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  /** All of them must hold: `ArnLike` of a source's ARN, `Bool` of the transport. */
  readonly conditions: Readonly<Partial<Record<'aws:SourceArn' | 'aws:SecureTransport', readonly string[]>>>;
}

/** The policy of a queue or a function: who may do what with it. */
export interface ResourcePolicy {
  /** ARN of the resource that it belongs to. */
  readonly on: string;
  /** `principal` is a service of AWS, or `*` for everybody. */
  readonly statements: readonly (Statement & { readonly principal: string })[];
}

/** A resource's name for people: its logical id without the eight digits of a hash with which the CDK ends it. */
export function labelOf({ logicalId }: Pick<Resource, 'logicalId'>): string {
  return logicalId.replace(/[0-9A-F]{8}$/, '');
}

/** By its logical id (with or without CDK's hash), physical name or ARN. @throws Error naming what there is. */
export function find<T extends Resource>(resources: readonly T[], what: string, wanted: string): T {
  const found = resources.find((resource) =>
    [resource.logicalId, resource.name, resource.arn, labelOf(resource)].includes(wanted),
  );
  if (found) return found;
  const known = resources.map(labelOf).join(', ') || 'none';
  throw new Error(`The stack has no ${what} ${wanted}; it has: ${known}.`);
}
