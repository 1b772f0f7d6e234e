import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { hardConditionsIn } from './collect-conditions.ts';

const project = fileURLToPath(new URL('../../..', import.meta.url));

it('names each condition of more than two operands, and nests no conditional expression over two levels', () => {
  const found = hardConditionsIn(project, ['functions', 'infra', 'shared']);
  expect(found).toEqual([]);
});

it('notices a long condition wherever one decides, and a third level', () => {
  // Prepare
  const root = mkdtempSync(join(tmpdir(), 'conditions-'));
  const source = `
    export function decide(a: boolean, b: boolean, c: boolean, d: number): number | (() => number) {
      if (a && b) return 1;
      if (!(a && (b || c))) return 2;
      while (a || b || c) d += 1;
      do d += 1; while (b && a && c);
      for (; a && c && b; ) d += 1;
      const isNamed = a && b && c;
      if (isNamed) return (c && b && a) ? 3 : 4;
      if ([a, b].some((one) => one && b && c)) return a ? 5 : b ? 6 : 7;
      if (a) return b ? () => (c ? 8 : a ? 9 : 10) : 11;
      return a ? 12 : b ? 13 : c ? d > 1 ? 14 : 15 : 16;
    }`;

  try {
    writeFileSync(join(root, 'decide.ts'), source);

    // Act
    const found = hardConditionsIn(root, ['.']);

    // Assess
    expect(found).toEqual([
      'decide.ts: !(a && (b || c))',
      'decide.ts: a || b || c',
      'decide.ts: b && a && c',
      'decide.ts: a && c && b',
      'decide.ts: (c && b && a)',
      'decide.ts: c ? d > 1 ? 14 : 15 : 16',
    ]);
  } finally {
    rmSync(root, { recursive: true });
  }
});
