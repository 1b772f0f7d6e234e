import { appendFileSync } from 'node:fs';
import type { LocalStack } from '../template/local-stack.ts';
import { type Access, type Call, type Decision, prepareAccess } from './authorize.ts';
import { type Principal, principalIn, principalsOf } from './principals.ts';

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
  const principals = principalsOf(stack);
  // On AWS every client uses TLS. The local endpoint does not, but it is on 127.0.0.1 only.
  const context = { 'aws:SecureTransport': 'true' };
  const accesses = new Map<Principal, Access>(
    principals.map((principal) => [principal, prepareAccess(principal, stack.resourcePolicies, context)]),
  );
  const written = new Set<string>();
  const once = (text: string, write: (text: string) => void) => {
    if (written.has(text)) return;
    written.add(text);
    write(text);
  };

  return {
    /** The caller to whom this key belongs. */
    principalOf: (accessKeyId: string) =>
      principals.find(({ credentials }) => credentials.accessKeyId === accessKeyId),
    /** @throws Error when there is nobody of this name. */
    principal: (kind: Principal['kind'], name: string) => principalIn(principals, kind, name),
    /** @param usedBy Who needs the grant, for the record. Default: the caller itself. */
    decide(principal: Principal, call: Call, usedBy: string = principal.kind): Decision {
      const decision: Decision = accesses.get(principal)?.(call) ?? { allowed: false, reason: 'unknown' };
      if (principal.kind === 'operator') return decision;
      if (!decision.allowed) once(`${principal.label} was refused. ${decision.reason}.`, log);
      else if (decision.grant && grantsFile !== undefined) {
        const record = { stack: stack.name, role: principal.label, ...decision.grant, usedBy };
        once(`${JSON.stringify(record)}\n`, (line) => appendFileSync(grantsFile, line));
      }
      return decision;
    },
  };
}
