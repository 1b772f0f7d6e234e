import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { completionHint, completionHintSchema } from '../../shared/completions/messages.ts';
import { productOrderMessageSchema } from '../../shared/orders/messages.ts';
import { parseMessage } from '../../shared/platform/aws/queue.ts';

const runbook = readFileSync('infra/RUNBOOK.md', 'utf8');

it('names for each assumption about AWS a test, a page of documentation, and what is not verified', () => {
  const [, table = ''] = runbook.split('## What could not be tested without an account');
  const rows = Array.from(table.matchAll(/^\| (?!assumption|---)(.+) \|$/gm), ([, row = '']) =>
    row.split(' | '),
  );
  expect(rows.length).toBeGreaterThan(12);
  for (const [what = '', seen = '', read = '', unknown = '', ...more] of rows) {
    const files = Array.from(seen.matchAll(/\]\(([^)]+)\)/g), ([, file = '']) => join('infra', file));
    expect({ what, files: files.filter(existsSync), more }).toEqual({ what, files, more: [] });
    expect(files.length, what).toBeGreaterThan(0);
    expect(read, what).toMatch(/\]\(https:\/\/docs\./);
    expect(unknown.length, what).toBeGreaterThan(5);
  }
});

describe('an older version, after going back', () => {
  const hint = completionHint('reconciliation', { productOrderNumber: 'MO/0001' }, 'event');
  const order = { v: 1, kind: 'product-order', number: 'MO/0001' };
  it.each([
    ['product order', order, (body: string) => parseMessage(productOrderMessageSchema, body)],
    ['hint', hint, (body: string) => parseMessage(completionHintSchema, body)],
  ])('reads a %s that has unknown fields, and rejects a newer one', (_, message, read) => {
    expect(read(JSON.stringify({ ...message, priority: 'high' }))).toEqual(message);
    expect(() => read(JSON.stringify({ ...message, v: 2 }))).toThrow(/^The message is invalid: .*v/);
  });
});
