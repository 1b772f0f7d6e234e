import { describe, expect, it } from 'vitest';
import { compareGrants, describeGrants } from './compare.ts';
import type { GrantRecord, GrantUser } from './grants.ts';

function record(action: string, usedBy?: GrantUser): GrantRecord {
  const grant = { stack: 'AzumutaErp-ghent-local', role: 'Worker', action, resource: 'Orders' };
  return usedBy === undefined ? grant : { ...grant, usedBy };
}

describe('the grants of a run', () => {
  it('accepts grants that were all used, over several platforms, and says by whom', () => {
    const compared = compareGrants([
      record('sqs:SendMessage'),
      record('sqs:DeleteMessage'),
      record('sqs:DeleteMessage', 'mapping'),
      record('logs:PutLogEvents'),
      record('logs:PutLogEvents', 'logs'),
      record('sqs:SendMessage'),
      record('sqs:SendMessage', 'function'),
      record('sqs:SendMessage', 'mapping'),
    ]);

    expect(compared.equal).toBe(true);
    expect(compared.verdict).toBe('All 3 grants were needed, and nothing else.');
    expect(describeGrants(compared).split('\n')[3]).toMatch(/sqs:SendMessage +Orders +function, mapping$/);
  });

  it('names a grant that was never used', () => {
    const { equal, verdict } = compareGrants([record('sqs:SendMessage')]);

    expect(equal).toBe(false);
    expect(verdict).toContain('1 of 1 grants were never used');
    expect(verdict).toContain('Worker: sqs:SendMessage on Orders');
  });

  it('fails when something was used that no role has', () => {
    const { equal, verdict } = compareGrants([record('sqs:SendMessage', 'function')]);

    expect(equal).toBe(false);
    expect(verdict).toContain('not among the grants of the template');
  });

  it('proves nothing when no platform ran', () => {
    expect(compareGrants([])).toMatchObject({
      equal: false,
      verdict: expect.stringContaining('No platform ran'),
    });
  });
});
