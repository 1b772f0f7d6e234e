import { appendFileSync } from 'node:fs';
import * as z from 'zod/mini';
import { findResource, type LocalStack, labelOfResource } from '../template/read-stack.ts';
import { type AwsCall, type AwsCaller, authorize, type Decision } from './authorize.ts';
import { keyUsesOf } from './key-uses.ts';

export const localCredentialsSchema = z.object({
  accessKeyId: z.string(),
  secretAccessKey: z.string(),
});

/** Credentials for an AWS client. They are valid at the local endpoint only. */
export type LocalCredentials = z.infer<typeof localCredentialsSchema>;

/**
 * Who calls AWS: each function with the rights of its role, each event source mapping with those of its function's
 * role, each schedule with those of its role, and the operator, who may do everything.
 */
export interface Principal extends AwsCaller {
  readonly kind: 'operator' | 'function' | 'mapping' | 'schedule';
  /** Name of the function or schedule, logical id of the mapping, or `operator`. */
  readonly name: string;
  /** The role's name for people: its function's. A mapping shares its function's role; schedules may share one. */
  readonly label: string;
  readonly credentials: LocalCredentials;
}

/** Everybody who may call AWS in this stack. Keys are made of names, so they stay the same after a restart. */
export function principalsOf(stack: LocalStack): Principal[] {
  /** The session of a role that a service of AWS assumes. */
  function session(kind: Principal['kind'], name: string, roleArn: string, as = name): Principal {
    const role = findResource(stack.roles, `role for the ${kind} ${name},`, roleArn);
    const policies = stack.policies.filter(({ Roles }) => Roles.includes(role.name));
    return {
      kind,
      name,
      label: labelOfResource(stack.functions.find(({ Role }) => Role === roleArn) ?? role),
      arn: `arn:aws:sts::${stack.accountId}:assumed-role/${role.name}/${as}`,
      credentials: keyFor(kind, name),
      statements: policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement),
    };
  }

  return [
    {
      kind: 'operator',
      name: 'operator',
      label: 'operator',
      arn: `arn:aws:iam::${stack.accountId}:user/operator`,
      credentials: keyFor('operator', stack.name),
      statements: [{ Effect: 'Allow', Action: ['*'], Resource: ['*'] }],
    },
    ...stack.functions.map(({ name, Role }) => session('function', name, Role)),
    ...stack.mappings.map(({ logicalId, roleArn }) =>
      session('mapping', logicalId, roleArn, `event-source-mapping-${logicalId}`),
    ),
    ...stack.schedules.map(({ name, Target }) => session('schedule', name, Target.RoleArn)),
  ];
}

/** @throws Error when there is nobody of this name. */
export function principalIn(stack: LocalStack, kind: Principal['kind'], name: string): Principal {
  const found = principalsOf(stack).find((known) => known.kind === kind && known.name === name);
  if (!found) throw new Error(`There is no ${kind} ${name}.`);
  return found;
}

/** The secret key only makes signatures, which nothing local checks. */
const keyFor = (kind: Principal['kind'], name: string) => ({
  accessKeyId: `${kind}-${name}`,
  secretAccessKey: 'local',
});

export type AccessControl = ReturnType<typeof createAccessControl>;

/**
 * Decides about every call of this stack's principals. A refusal is logged, the first time, because the refused
 * function may hide it or try again.
 * @param grantsFile Gets a line for each grant that was used, once, for tests that look for grants that nobody needs.
 */
export function createAccessControl(
  stack: LocalStack,
  grantsFile: string | undefined,
  log: (line: string) => void,
) {
  const principals = new Map(principalsOf(stack).map((one) => [one.credentials.accessKeyId, one]));
  const written = new Set<string>();
  const once = (text: string, write: (text: string) => void) => {
    if (written.has(text)) return;
    written.add(text);
    write(text);
  };

  function decideAlone(principal: Principal, call: AwsCall, usedBy: string): Decision {
    // On AWS every client uses TLS. The local endpoint does not, but it is on 127.0.0.1 only.
    const context = { 'aws:SecureTransport': 'true', ...call.context };
    const decision = authorize(principal, stack.resourcePolicies, { ...call, context });
    if (principal.kind === 'operator') return decision;
    if (!decision.allowed) once(`${principal.label} was refused. ${decision.reason}.`, log);
    else if (decision.grant && grantsFile !== undefined) {
      const record = { stack: stack.name, role: principal.label, ...decision.grant, usedBy };
      once(`${JSON.stringify(record)}\n`, (line) => appendFileSync(grantsFile, line));
    }
    return decision;
  }

  return {
    principalOf: (accessKeyId: string) => principals.get(accessKeyId),
    /** @param usedBy Who needs the grant, for the record. Default: the caller itself. */
    decide(principal: Principal, call: AwsCall, usedBy: string = principal.kind): Decision {
      const decision = decideAlone(principal, call, usedBy);
      if (!decision.allowed) return decision;
      const ofKey = keyUsesOf(call, stack).map((use) => decideAlone(principal, use, usedBy));
      return ofKey.find(({ allowed }) => !allowed) ?? decision;
    },
  };
}
