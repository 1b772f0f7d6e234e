import type { Condition, ResourcePolicy, Statement } from '../template/local-stack.ts';

/** Further facts about a call, by the keys of IAM's conditions (`aws:SourceArn`). */
export type CallContext = Readonly<Record<string, string>>;

/** Who calls: a role's session, a user, or a service of AWS by itself. */
export interface Caller {
  /** As a refusal names it; for a service, its name (`apigateway.amazonaws.com`). */
  readonly arn: string;
  readonly statements: readonly Statement[];
}

/** The action and the resource of a policy that allowed a call. */
export interface Grant {
  readonly action: string;
  readonly resource: string;
}

export type Decision =
  /** `grant` is of the caller's own policies; it is absent when the resource's policy allowed the call. */
  { readonly allowed: true; readonly grant?: Grant } | { readonly allowed: false; readonly reason: string };

export interface Call {
  /** In IAM's words: `sqs:SendMessage`. */
  readonly action: string;
  /** ARN, or `*` for a call that names none. */
  readonly resource: string;
  readonly context?: CallContext;
}

/** Decides about one caller's calls. */
export type Access = (call: Call) => Decision;

/** The grant of a statement that applies to a call; undefined when the statement does not apply. */
type Rule = (effect: Statement['effect'], call: Call) => Grant | undefined;

/**
 * Prepares all policies that apply to one caller, so that a call costs a few comparisons. Decides as
 * IAM does within one account ("Policy evaluation logic" of the IAM guide): a Deny anywhere wins; then an Allow
 * of the caller's role or of the resource's policy; else it is refused.
 */
export function prepareAccess(
  caller: Caller,
  resourcePolicies: readonly ResourcePolicy[],
  context: CallContext = {},
): Access {
  const callerRules = caller.statements.map(ruleOf);
  const ofResource = Map.groupBy(
    resourcePolicies.flatMap(({ on, statements }) =>
      statements
        .filter(({ principal }) => principal === '*' || principal === caller.arn)
        .map((statement) => ({ on, rule: ruleOf(statement) })),
    ),
    ({ on }) => on,
  );

  return (asked) => {
    const call = { ...asked, context: { ...context, ...asked.context } };
    const resourceRules = (ofResource.get(call.resource) ?? []).map(({ rule }) => rule);
    const granted = (rules: readonly Rule[], effect: Statement['effect']) =>
      rules
        .values()
        .map((rule) => rule(effect, call))
        .find((grant) => grant !== undefined);
    if (granted(callerRules, 'Deny'))
      return refusal(caller, call, 'with an explicit deny in an identity-based policy');
    if (granted(resourceRules, 'Deny'))
      return refusal(caller, call, 'with an explicit deny in a resource-based policy');
    const grant = granted(callerRules, 'Allow');
    if (grant) return { allowed: true, grant };
    if (granted(resourceRules, 'Allow')) return { allowed: true };
    // A service has no policies of its own.
    const kind = caller.arn.startsWith('arn:') ? 'identity' : 'resource';
    return refusal(caller, call, `because no ${kind}-based policy allows the ${call.action} action`);
  };
}

function ruleOf({ effect, actions, resources, conditions }: Statement): Rule {
  const actionPatterns = actions.map((pattern) => ({ pattern, matches: wildcard(pattern, true) }));
  const resourcePatterns = resources.map((pattern) => ({ pattern, matches: wildcard(pattern) }));
  const tests = conditions.map(testOf);
  return (wanted, { action, resource, context = {} }) => {
    if (effect !== wanted) return undefined;
    const byAction = actionPatterns.find(({ matches }) => matches(action));
    const byResource = resourcePatterns.find(({ matches }) => matches(resource));
    if (!byAction || !byResource || !tests.every((holds) => holds(context))) return undefined;
    return { action: byAction.pattern, resource: byResource.pattern };
  };
}

/** One value is enough; a key that the call does not have makes the condition false. */
function testOf({ key, values }: Condition): (context: CallContext) => boolean {
  const matchers = values.map((pattern) =>
    key === 'aws:SourceArn' ? arnWildcard(pattern) : (value: string) => value === pattern,
  );
  return (context) => {
    const value = context[key];
    return value !== undefined && matchers.some((matches) => matches(value));
  };
}

/** AWS's wording ("Troubleshooting access denied error messages" of the IAM guide). */
function refusal({ arn }: Caller, { action, resource }: Call, why: string): Decision {
  return {
    allowed: false,
    reason: `User: ${arn} is not authorized to perform: ${action} on resource: ${resource} ${why}`,
  };
}

/**
 * IAM's wildcards: `*` stands for any characters or none, `?` for exactly one. The matcher is made once for
 * each pattern; most patterns of resources hold no wildcard, and are compared as they are.
 */
export function wildcard(pattern: string, ignoreCase = false): (text: string) => boolean {
  if (pattern === '*') return () => true;
  if (!ignoreCase && !/[*?]/.test(pattern)) return (text) => text === pattern;
  const expression = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  const compiled = new RegExp(`^${expression}$`, ignoreCase ? 'is' : 's');
  return (text) => compiled.test(text);
}

/**
 * The wildcards of an ARN in a condition: each of its six parts is matched by itself, so that a `*` matches a colon
 * in the last part only ("ARN condition operators" of the IAM guide).
 */
function arnWildcard(pattern: string): (arn: string) => boolean {
  const parts = partsOf(pattern).map((part) => wildcard(part));
  return (arn) => {
    const others = partsOf(arn);
    return others.length === parts.length && parts.every((matches, at) => matches(others[at] ?? ''));
  };
}

function partsOf(arn: string): string[] {
  const parts = arn.split(':');
  return parts.length <= 6 ? parts : [...parts.slice(0, 5), parts.slice(5).join(':')];
}
