import type { GrantRecord } from './grants.ts';

/**
 * Holds what the roles may do against what was needed, over all platforms that added to the record: equal if every grant
 * was used, and nothing was used that is not one. The verdict is for whoever reads the end of a test run.
 */
export function compareGrants(records: readonly GrantRecord[]) {
  const grants = [...Map.groupBy(records, nameOf).values()].flatMap((same) => {
    const [first] = same;
    if (!first) return [];
    const { role, action, resource } = first;
    const usedBy = [...new Set(same.flatMap((record) => record.usedBy ?? []))].sort();
    return [{ role, action, resource, granted: same.some((record) => record.usedBy === undefined), usedBy }];
  });
  if (grants.length === 0)
    return {
      grants,
      equal: false,
      verdict: 'No platform ran, so no grant was used: run all tests, then this.',
    };
  const idle = grants.filter(({ usedBy }) => usedBy.length === 0).map(nameOf);
  const foreign = grants.filter(({ granted }) => !granted).map(nameOf);
  const lines = [
    idle.length > 0 &&
      `${idle.length} of ${grants.length} grants were never used in this run. Take out of infra/stack/functions.ts what nothing needs; for the rest add a case to test/e2e/flows/grants.ts that needs it:`,
    ...idle,
    foreign.length > 0 && 'Used, but not among the grants of the template (the policies were read wrongly):',
    ...foreign,
  ].filter((line) => line !== false);
  const equal = lines.length === 0;
  const verdict = equal ? `All ${grants.length} grants were needed, and nothing else.` : lines.join('\n  ');
  return { grants, equal, verdict };
}

/** A table of all grants, a line for each action on a resource. */
export function describeGrants({ grants }: ReturnType<typeof compareGrants>): string {
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

function nameOf({ role, action, resource }: Pick<GrantRecord, 'role' | 'action' | 'resource'>): string {
  return `${role}: ${action} on ${resource}`;
}
