import type { ResourcePolicy } from '../template/read-stack.ts';
import type { Statement } from '../template/resource-types.ts';

/** Who calls: a role's session, a user, or a service of AWS by itself. */
export interface AwsCaller {
  /** As a refusal names it; for a service, its name (`apigateway.amazonaws.com`). */
  readonly arn: string;
  readonly statements: readonly Statement[];
}

export interface Grant {
  /** In IAM's words: `sqs:SendMessage`. */
  readonly action: string;
  /** ARN, or `*` for a call that names none. */
  readonly resource: string;
}

export interface AwsCall extends Grant {
  /** Further facts, by the keys of IAM's conditions (`aws:SourceArn`). */
  readonly context?: Readonly<Record<string, string>>;
}

export type Decision =
  /** `grant` is of the caller's own policies; it is absent when the resource's policy allowed the call. */
  { readonly allowed: true; readonly grant?: Grant } | { readonly allowed: false; readonly reason: string };

/**
 * Decides about a call as IAM does within one account ("Policy evaluation logic" of the IAM guide): a Deny anywhere wins;
 * then an Allow of the caller's role or of the resource's policy; else it is refused.
 */
export function authorize(
  caller: AwsCaller,
  resourcePolicies: readonly ResourcePolicy[],
  call: AwsCall,
): Decision {
  const onResource = resourcePolicies
    .filter(({ on }) => on === call.resource)
    .flatMap(({ statements }) => statements)
    .filter(({ Principal }) => Principal === '*' || Principal === caller.arn);
  const granted = (statements: readonly Statement[], effect: Statement['Effect']) =>
    statements.flatMap((statement) => (statement.Effect === effect ? grantOf(statement, call) : []))[0];
  if (granted(caller.statements, 'Deny'))
    return denyCall(caller, call, 'with an explicit deny in an identity-based policy');
  if (granted(onResource, 'Deny'))
    return denyCall(caller, call, 'with an explicit deny in a resource-based policy');
  const grant = granted(caller.statements, 'Allow');
  if (grant) return { allowed: true, grant };
  if (granted(onResource, 'Allow')) return { allowed: true };
  // A service has no policies.
  const kind = caller.arn.startsWith('arn:') ? 'identity' : 'resource';
  return denyCall(caller, call, `because no ${kind}-based policy allows the ${call.action} action`);
}

/** What of the statement allows or denies the call; nothing when it does not apply to it. */
function grantOf({ Action, Resource, Condition }: Statement, call: AwsCall): Grant | [] {
  const action = Action.find((pattern) => wildcardMatcher(pattern, true)(call.action));
  const resource = Resource.find((pattern) => wildcardMatcher(pattern)(call.resource));
  if (action === undefined || resource === undefined) return [];
  const conditions = Object.entries({
    ...Condition?.Bool,
    ...Condition?.ArnLike,
    ...Condition?.StringEquals,
  });
  const applies = conditions.every(([key, values]) => conditionHolds(key, values, call.context));
  return applies ? { action, resource } : [];
}

/** One value is enough; a key that the call does not have makes the condition false. */
function conditionHolds(key: string, values: readonly string[], context: AwsCall['context'] = {}): boolean {
  const value = context[key];
  if (value === undefined) return false;
  return values.some((pattern) =>
    key === 'aws:SourceArn' ? wildcardMatcher(pattern)(value) : value === pattern,
  );
}

/** AWS's wording ("Troubleshooting access denied error messages" of the IAM guide). */
function denyCall({ arn }: AwsCaller, { action, resource }: AwsCall, why: string): Decision {
  return {
    allowed: false,
    reason: `User: ${arn} is not authorized to perform: ${action} on resource: ${resource} ${why}`,
  };
}

/** IAM's wildcards: `*` stands for any characters or none, `?` for exactly one. */
export function wildcardMatcher(pattern: string, ignoreCase = false): (text: string) => boolean {
  const expression = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  const compiled = new RegExp(`^${expression}$`, ignoreCase ? 'is' : 's');
  return (text) => compiled.test(text);
}
