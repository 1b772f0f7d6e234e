import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { ledgerTimeToLive } from '../../../shared/ledger/keys.ts';
import { templateOf } from './assembled.ts';
import everything from './everything.config.ts';

const runbook = readFileSync('infra/RUNBOOK.md', 'utf8');
const chapter = runbook.split('\n## ').find((text) => text.startsWith('Bringing a ledger back\n')) ?? '';
const type = 'AWS::DynamoDB::GlobalTable';

/** What the runbook hands to `cdk import`: by logical id, what identifies the table in the account. */
const mappings = [...chapter.matchAll(/--resource-mapping-inline '(.+?)'/g)].map(([, json = '']) =>
  z.parse(z.record(z.string(), z.record(z.string(), z.string())), JSON.parse(json)),
);

async function ledgerOf(ledgerGeneration: number) {
  const deployment = { ...everything.deployment, ledgerGeneration };
  const template = await templateOf({ ...everything, deployment }, 'production');
  const tables = template.findResources(type);
  const text = JSON.stringify(template.toJSON());
  return { ids: Object.keys(tables), table: Object.values(tables)[0] ?? {}, text };
}

const [first, second] = [await ledgerOf(1), await ledgerOf(2)];

describe('bringing a ledger back', () => {
  it('names the tables of the template, each by what CloudFormation imports a table by', () => {
    // "TableName" is the primary identifier of the type; the template gives none, so the mapping must.
    expect(mappings).toEqual(
      [first, second].map(({ ids: [id = ''] }) => ({ [id]: { TableName: '<table>' } })),
    );
    expect([first, second].map(({ ids }) => ids.length)).toEqual([1, 1]);
  });

  it('imports a table like the one before, under another logical id', () => {
    const [before, after] = [first.table, second.table];

    expect(after).toEqual(before);
    expect(before.Properties).not.toHaveProperty('TableName');
  });

  it('points every function to the imported table', () => {
    const [before = '', after = ''] = [...first.ids, ...second.ids];

    expect(second.text).not.toContain(before);
    expect(second.text.split(after).length).toBe(first.text.split(before).length);
  });

  it('sets by hand what a restored table has lost, as in the template', () => {
    expect(chapter).toContain(`Enabled=true,AttributeName=${ledgerTimeToLive}`);
    expect(chapter).toContain('PointInTimeRecoveryEnabled=true');
    expect(chapter).toContain('--deletion-protection-enabled');
  });
});
