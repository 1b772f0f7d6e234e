import type { ResourcePolicy, Statement } from '../template/local-stack.ts';
import { type CallContext, type Conditions, prepareConditions } from './conditions.ts';
import { managedStatements } from './managed-policies.ts';
import { wildcard } from './wildcard.ts';

/** Who calls: a role's session, a user, or a service of AWS in its own name. */
export interface Caller {
  /** What IAM calls it in a refusal; a service's name (`apigateway.amazonaws.com`) for a service. */
  readonly arn: string;
  readonly roleArn?: string | undefined;
  readonly statements: readonly Statement[];
  /** ARNs of AWS's own policies. */
  readonly managedPolicies: readonly string[];
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

interface Rule {
  readonly effect: Statement['effect'];
  readonly conditions: Conditions;
  /** The grant that the call falls under; undefined when the rule says nothing about it. */
  readonly covers: (action: string, resource: string) => Grant | undefined;
}

/**
 * Prepares everything that IAM looks at for one caller, so that a call costs a few comparisons. Decides as
 * IAM does within one account ("Policy evaluation logic" of the IAM guide): a Deny anywhere wins; then an Allow
 * of the caller's role or of the resource's policy; else it is refused. What a local run does not know never
 * allows: such an Allow is left out, such a Deny holds, and the reason names it.
 */
export function prepareAccess(
  caller: Caller,
  resourcePolicies: readonly ResourcePolicy[],
  standing: CallContext = {},
): Access {
  const unknownPolicies = caller.managedPolicies.filter((arn) => managedStatements(arn) === undefined);
  const own = [
    ...caller.statements,
    ...caller.managedPolicies.flatMap((arn) => managedStatements(arn) ?? []),
  ].map(ruleOf);
  const ofResource = new Map<string, Rule[]>();
  for (const { on, statements } of resourcePolicies) {
    const about = statements
      .filter(({ effect, principals }) => names(principals, caller, effect))
      .map(ruleOf);
    ofResource.set(on, [...(ofResource.get(on) ?? []), ...about]);
  }
  // A service has no policies of its own.
  const kind = caller.arn.startsWith('arn:') ? 'identity' : 'resource';
  const base: CallContext = {
    ...standing,
    ...(caller.roleArn === undefined ? {} : { 'aws:principalarn': caller.roleArn }),
  };

  return ({ action, resource, context }) => {
    const all = { ...base, ...context };
    const theirs = ofResource.get(resource) ?? [];
    const denied =
      denial(own, 'identity-based', action, resource, all) ??
      denial(theirs, 'resource-based', action, resource, all);
    if (denied !== undefined) return refusal(caller, action, resource, denied);
    const allowing = allowance(own, action, resource, all);
    if (allowing.grant) return { allowed: true, grant: allowing.grant };
    const theirAllowance = allowance(theirs, action, resource, all);
    if (theirAllowance.grant) return { allowed: true };
    const unknown = [
      ...[...allowing.unknown, ...theirAllowance.unknown].map(
        (what) => `a statement that may allow it is left out, since local runs do not know ${what}`,
      ),
      ...unknownPolicies.map((arn) => `local runs do not know what ${arn} allows`),
    ];
    const aside = unknown.length === 0 ? '' : ` (${unknown.join('; ')})`;
    const why = `because no ${kind}-based policy allows the ${action} action${aside}`;
    return refusal(caller, action, resource, why);
  };
}

/** Every action on every resource that the caller's statements allow by name. */
export function grantsOf({ statements, managedPolicies }: Caller): Grant[] {
  return [...statements, ...managedPolicies.flatMap((arn) => managedStatements(arn) ?? [])]
    .filter(({ effect }) => effect === 'Allow')
    .flatMap(({ actions, resources }) =>
      actions.flatMap((action) => resources.map((resource) => ({ action, resource }))),
    );
}

function ruleOf(statement: Statement): Rule {
  const { actions, notActions, resources, notResources } = statement;
  const variable = [...resources, ...notResources].find((pattern) => pattern.includes('${'));
  const conditions: Conditions =
    variable === undefined
      ? prepareConditions(statement.condition)
      : { known: false, unknown: `the policy variable in ${variable}` };
  const one = (patterns: readonly string[], ignoreCase: boolean) =>
    patterns.map((pattern) => ({ pattern, matches: wildcard(pattern, { ignoreCase }) }));
  const [acts, notActs] = [one(actions, true), one(notActions, true)];
  const [ons, notOns] = [one(resources, false), one(notResources, false)];
  const found = (
    wanted: typeof acts,
    unwanted: typeof acts,
    unwantedName: string,
    text: string,
  ): string | undefined => {
    if (wanted.length > 0) return wanted.find(({ matches }) => matches(text))?.pattern;
    if (unwanted.length === 0 || unwanted.some(({ matches }) => matches(text))) return undefined;
    return `${unwantedName} ${unwanted.map(({ pattern }) => pattern).join(', ')}`;
  };
  return {
    effect: statement.effect,
    conditions,
    covers(action, resource) {
      const act = found(acts, notActs, 'all but', action);
      if (act === undefined) return undefined;
      const on = variable === undefined ? found(ons, notOns, 'all but', resource) : variable;
      return on === undefined ? undefined : { action: act, resource: on };
    },
  };
}

/** What follows "is not authorized to perform" when one of the rules denies the call. */
function denial(
  rules: readonly Rule[],
  kind: string,
  action: string,
  resource: string,
  context: CallContext,
): string | undefined {
  for (const { effect, conditions, covers } of rules) {
    if (effect !== 'Deny' || !covers(action, resource)) continue;
    const phrase = `with an explicit deny in a${kind.startsWith('i') ? 'n' : ''} ${kind} policy`;
    if (!conditions.known) {
      return `${phrase} (its statement is taken to hold, since local runs do not know ${conditions.unknown})`;
    }
    if (conditions.hold(context)) return phrase;
  }
  return undefined;
}

function allowance(
  rules: readonly Rule[],
  action: string,
  resource: string,
  context: CallContext,
): { readonly grant?: Grant; readonly unknown: readonly string[] } {
  const unknown: string[] = [];
  for (const { effect, conditions, covers } of rules) {
    const grant = effect === 'Allow' ? covers(action, resource) : undefined;
    if (!grant) continue;
    if (!conditions.known) unknown.push(conditions.unknown);
    else if (conditions.hold(context)) return { grant, unknown };
  }
  return { unknown };
}

/**
 * Whether a resource's policy speaks of this caller. The account as a principal (`arn:…:root`) only passes the
 * question on to the caller's own policies, so that by itself it denies but never allows.
 */
function names(
  principals: readonly string[],
  { arn, roleArn }: Caller,
  effect: Statement['effect'],
): boolean {
  const account = (roleArn ?? arn).split(':')[4];
  return principals.some(
    (principal) =>
      principal === '*' ||
      principal === arn ||
      (roleArn !== undefined && principal === roleArn) ||
      (effect === 'Deny' && (principal === account || principal === `arn:aws:iam::${account}:root`)),
  );
}

/** AWS's wording ("Troubleshooting access denied error messages" of the IAM guide). */
function refusal({ arn }: Caller, action: string, resource: string, why: string): Decision {
  return {
    allowed: false,
    reason: `User: ${arn} is not authorized to perform: ${action} on resource: ${resource} ${why}`,
  };
}
