import type { GrantRecord, GrantUser } from './grants.ts';

/** One grant of one role, and who used it. */
export interface ComparedGrant {
  readonly role: string;
  readonly action: string;
  readonly resource: string;
  readonly granted: boolean;
  readonly usedBy: readonly GrantUser[];
}

export interface ComparedGrants {
  readonly grants: readonly ComparedGrant[];
  /** Whether every grant was used, and nothing was used that is not one. */
  readonly equal: boolean;
  /** For whoever reads the end of a test run. */
  readonly verdict: string;
}

/** Holds what the roles may do against what was needed, over all platforms that added to the record. */
export function compareGrants(records: readonly GrantRecord[]): ComparedGrants {
  const found = new Map<string, { granted: boolean; usedBy: Set<GrantUser>; record: GrantRecord }>();
  for (const record of records) {
    const name = nameOf(record);
    const grant = found.get(name) ?? { granted: false, usedBy: new Set(), record };
    if (record.usedBy === undefined) grant.granted = true;
    else grant.usedBy.add(record.usedBy);
    found.set(name, grant);
  }
  const grants = [...found.values()].map(
    ({ granted, usedBy, record: { role, action, resource } }): ComparedGrant => ({
      role,
      action,
      resource,
      granted,
      usedBy: [...usedBy].sort(),
    }),
  );
  const idle = grants.filter((grant) => grant.usedBy.length === 0);
  const foreign = grants.filter(({ granted }) => !granted);
  const equal = grants.length > 0 && idle.length === 0 && foreign.length === 0;
  return { grants, equal, verdict: verdictOf(grants, idle, foreign) };
}

function verdictOf(
  grants: readonly ComparedGrant[],
  idle: readonly ComparedGrant[],
  foreign: readonly ComparedGrant[],
): string {
  if (grants.length === 0) return 'No platform ran, so no grant was used: run all tests, then this.';
  const lines: string[] = [];
  if (idle.length > 0) {
    lines.push(
      `${idle.length} of ${grants.length} grants were never used in this run. Take out of infra/stack/functions.ts what nothing needs; for the rest add a case to test/e2e/flows/grants.ts that needs it:`,
      ...idle.map((grant) => `  ${nameOf(grant)}`),
    );
  }
  if (foreign.length > 0) {
    lines.push(
      'Used, but not among the grants of the template (the policies were read wrongly):',
      ...foreign.map((grant) => `  ${nameOf(grant)}`),
    );
  }
  if (lines.length > 0) return lines.join('\n');
  const only = (...users: GrantUser[]) =>
    grants.filter(({ usedBy }) => usedBy.length > 0 && usedBy.every((user) => users.includes(user)));
  return `All ${grants.length} grants were needed, and nothing else: ${only('function').length} by the functions themselves alone, ${only('mapping').length} only to poll their queues, ${only('logs').length} only to keep what they write, ${only('schedule').length} only by schedules.`;
}

/** A table of all grants, a line for each action on a resource. */
export function describeGrants({ grants }: ComparedGrants): string {
  const roles = [...new Set(grants.map(({ role }) => role))].sort();
  return roles
    .map((role) => {
      const lines = grants
        .filter((grant) => grant.role === role)
        .map(
          ({ action, resource, usedBy }) =>
            `  ${action.padEnd(32)} ${resource.padEnd(42)} ${usedBy.join(', ') || 'never used'}`,
        );
      return [role, ...lines.sort()].join('\n');
    })
    .join('\n');
}

function nameOf({ role, action, resource }: Pick<ComparedGrant, 'role' | 'action' | 'resource'>): string {
  return `${role}: ${action} on ${resource}`;
}
