import type { PolicyDocument } from './resource-shapes.ts';
import type { LocalRole, Statement } from './stack.ts';

interface Common {
  readonly logicalId: string;
  readonly path: string | undefined;
  readonly name: string;
  readonly arn: string;
}

interface RoleResource {
  readonly common: Common;
  readonly properties: {
    readonly Policies: readonly { readonly PolicyDocument: PolicyDocument }[];
    readonly ManagedPolicyArns: string[];
  };
}

interface PolicyResource {
  readonly properties: { readonly PolicyDocument: PolicyDocument; readonly Roles: readonly string[] };
}

/** Every role with all statements that apply to it: its own, and those of policies attached to it. */
export function readPolicies(
  roles: readonly RoleResource[],
  inline: readonly PolicyResource[],
  managed: readonly PolicyResource[],
): LocalRole[] {
  return roles.map(({ common, properties }) => ({
    ...common,
    managedPolicies: properties.ManagedPolicyArns,
    statements: [
      ...properties.Policies,
      // Ref of a role is its name.
      ...[...inline, ...managed]
        .map((policy) => policy.properties)
        .filter(({ Roles }) => Roles.includes(common.name)),
    ].flatMap(({ PolicyDocument }) => statementsOf(PolicyDocument)),
  }));
}

function statementsOf({ Statement }: PolicyDocument): Statement[] {
  return Statement.map((statement) => ({
    effect: statement.Effect,
    actions: statement.Action ?? [],
    notActions: statement.NotAction ?? [],
    resources: statement.Resource ?? [],
    notResources: statement.NotResource ?? [],
    condition: statement.Condition,
  }));
}
