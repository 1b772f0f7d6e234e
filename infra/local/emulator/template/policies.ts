import type { LocalRole, ResourcePolicy, Statement } from './local-stack.ts';
import type { PolicyDocument } from './resource-properties.ts';

interface Common {
  readonly logicalId: string;
  readonly path: string | undefined;
  readonly name: string;
  readonly arn: string;
}

interface RoleResource {
  readonly common: Common;
  readonly properties: {
    readonly AssumeRolePolicyDocument: PolicyDocument;
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
    trusts: properties.AssumeRolePolicyDocument.Statement.flatMap(principalsOf),
    managedPolicies: properties.ManagedPolicyArns,
    statements: [
      ...properties.Policies,
      // Ref of a role is its name.
      ...[...inline, ...managed]
        .map((policy) => policy.properties)
        .filter(({ Roles }) => Roles.includes(common.name)),
    ].flatMap(({ PolicyDocument }) => PolicyDocument.Statement.map(statementOf)),
  }));
}

/** The policy of a queue or secret. A statement without a resource speaks of the one that bears it. */
export function resourcePolicy(on: string, { Statement }: PolicyDocument): ResourcePolicy {
  return {
    on,
    statements: Statement.map((raw) => {
      const statement = statementOf(raw);
      const silent = statement.resources.length + statement.notResources.length === 0;
      return { ...statement, resources: silent ? [on] : statement.resources, principals: principalsOf(raw) };
    }),
  };
}

/** A permission of Lambda as the statement that `AddPermission` makes of it. */
export function permissionPolicy(
  on: string,
  permission: {
    readonly Action: string;
    readonly Principal: string;
    readonly SourceArn?: string | undefined;
    readonly SourceAccount?: string | undefined;
  },
): ResourcePolicy {
  const condition = {
    ...(permission.SourceArn === undefined ? {} : { ArnLike: { 'AWS:SourceArn': permission.SourceArn } }),
    ...(permission.SourceAccount === undefined
      ? {}
      : { StringEquals: { 'AWS:SourceAccount': permission.SourceAccount } }),
  };
  return {
    on,
    statements: [
      {
        effect: 'Allow',
        principals: [permission.Principal],
        actions: [permission.Action],
        notActions: [],
        resources: [on],
        notResources: [],
        condition,
      },
    ],
  };
}

function statementOf(statement: PolicyDocument['Statement'][number]): Statement {
  return {
    effect: statement.Effect,
    actions: statement.Action ?? [],
    notActions: statement.NotAction ?? [],
    resources: statement.Resource ?? [],
    notResources: statement.NotResource ?? [],
    condition: statement.Condition,
  };
}

function principalsOf({ Principal = {} }: PolicyDocument['Statement'][number]): string[] {
  return Principal === '*' ? ['*'] : Object.values(Principal).flat();
}
