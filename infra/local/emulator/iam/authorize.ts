import type { ResourcePolicy, Statement } from '../template/local-stack.ts';
import { arnWildcard, wildcard } from './wildcard.ts';

/** What is known about a call beside who, what and where to, by the keys of IAM's conditions (`aws:SourceArn`). */
export type CallContext = Readonly<Record<string, string>>;

/** Who calls: a role's session, a user, or a service of AWS in its own name. */
export interface Caller {
  /** What IAM calls it in a refusal; a service's name (`apigateway.amazonaws.com`) for a service. */
  readonly arn: string;
  readonly statements: readonly Statement[];
}

/** One action on one resource, of a policy: what a call was allowed by. */
export interface Grant {
  readonly action: string;
  readonly resource: string;
}

export type Decision =
  /** `grant` is the caller's own; it has none when the resource's policy allowed the call. */
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

/** The grant of a statement that a call falls under; undefined when the statement says nothing about it. */
type Rule = (effect: Statement['effect'], call: Call) => Grant | undefined;

/**
 * Prepares everything that IAM looks at for one caller, so that a call costs a few comparisons. Decides as
 * IAM does within one account ("Policy evaluation logic" of the IAM guide): a Deny anywhere wins; then an Allow
 * of the caller's role or of the resource's policy; else it is refused.
 */
export function prepareAccess(
  caller: Caller,
  resourcePolicies: readonly ResourcePolicy[],
  context: CallContext = {},
): Access {
  const own = caller.statements.map(ruleOf);
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
    const theirs = (ofResource.get(call.resource) ?? []).map(({ rule }) => rule);
    const granted = (rules: readonly Rule[], effect: Statement['effect']) => {
      for (const rule of rules) {
        const grant = rule(effect, call);
        if (grant) return grant;
      }
      return undefined;
    };
    if (granted(own, 'Deny'))
      return refusal(caller, call, 'with an explicit deny in an identity-based policy');
    if (granted(theirs, 'Deny'))
      return refusal(caller, call, 'with an explicit deny in a resource-based policy');
    const grant = granted(own, 'Allow');
    if (grant) return { allowed: true, grant };
    if (granted(theirs, 'Allow')) return { allowed: true };
    // A service has no policies of its own.
    const kind = caller.arn.startsWith('arn:') ? 'identity' : 'resource';
    return refusal(caller, call, `because no ${kind}-based policy allows the ${call.action} action`);
  };
}

function ruleOf({ effect, actions, resources, conditions }: Statement): Rule {
  const one = (patterns: readonly string[], ignoreCase: boolean) =>
    patterns.map((pattern) => ({ pattern, matches: wildcard(pattern, { ignoreCase }) }));
  const acts = one(actions, true);
  const ons = one(resources, false);
  const tests = conditions.map(testOf);
  return (wanted, { action, resource, context = {} }) => {
    if (effect !== wanted) return undefined;
    const act = acts.find(({ matches }) => matches(action));
    const on = ons.find(({ matches }) => matches(resource));
    if (!act || !on || !tests.every((holds) => holds(context))) return undefined;
    return { action: act.pattern, resource: on.pattern };
  };
}

/** One value is enough; a key that the call does not have makes the condition false. */
function testOf({
  operator,
  key,
  values,
}: Statement['conditions'][number]): (context: CallContext) => boolean {
  // ArnEquals and ArnLike are the same ("ARN condition operators" of the IAM guide).
  const matchers = values.map((pattern) =>
    operator.startsWith('Arn') ? arnWildcard(pattern) : (value: string) => value === pattern,
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
