import type * as z from 'zod/mini';
import type { LocalRole, ResourcePolicy, Statement } from './local-stack.ts';
import type { lambdaPermission, PolicyStatement, policy, queuePolicy, role } from './resource-properties.ts';

interface RoleResource {
  readonly common: Omit<LocalRole, 'statements'>;
  readonly properties: z.infer<typeof role.schema>;
}

/** Every role with all statements that apply to it: its own, and those of policies attached to it. */
export function readRoles(
  roles: readonly RoleResource[],
  policies: readonly { readonly properties: z.infer<typeof policy.schema> }[],
): LocalRole[] {
  return roles.map(({ common, properties }) => ({
    ...common,
    statements: [
      ...properties.Policies,
      // Ref of a role is its name.
      ...policies.map((attached) => attached.properties).filter(({ Roles }) => Roles.includes(common.name)),
    ].flatMap(({ PolicyDocument }) => PolicyDocument.Statement.map(statementOf)),
  }));
}

export function resourcePolicy(
  on: string,
  { Statement }: z.infer<typeof queuePolicy.schema>['PolicyDocument'],
): ResourcePolicy {
  return { on, statements: Statement.map((raw) => ({ ...statementOf(raw), principal: raw.Principal })) };
}

/** A permission of Lambda as the statement that `AddPermission` makes of it. */
export function permissionPolicy(
  on: string,
  { Action, Principal, SourceArn }: z.infer<typeof lambdaPermission.schema>,
): ResourcePolicy {
  return {
    on,
    statements: [
      {
        effect: 'Allow',
        principal: Principal,
        actions: [Action],
        resources: [on],
        conditions:
          SourceArn === undefined ? [] : [{ operator: 'ArnLike', key: 'aws:SourceArn', values: [SourceArn] }],
      },
    ],
  };
}

function statementOf({ Effect, Action, Resource, Condition }: PolicyStatement): Statement {
  return { effect: Effect, actions: Action, resources: Resource, conditions: Condition };
}
