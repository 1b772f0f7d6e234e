import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { causes } from '../../shared/model/errors.ts';

it('tells who acts on each cause of a dead letter, and how', () => {
  const runbook = readFileSync(new URL('../../infra/RUNBOOK.md', import.meta.url), 'utf8');
  const rows = [...runbook.matchAll(/^\| `([a-z-]+)` \| (.+) \| (.+) \|$/gm)];
  expect(rows.map(([, cause]) => cause)).toEqual([...causes]);
});
