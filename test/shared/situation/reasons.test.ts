import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { groupByReason, withoutOrder } from '../../../shared/situation/reasons.ts';

it.each([
  ['Sandbox ERP, order MO/0001: it is closed', ['MO/0001'], 'Sandbox ERP, order ‹order›: it is closed'],
  ['MO/0001/2 of MO/0001 is closed', ['MO/0001/2', 'MO/0001'], '‹order› of ‹order› is closed'],
  ['MO/0001 waits for MO/00012', ['MO/0001'], '‹order› waits for MO/00012'],
  ['100 u are more than 10', ['10'], '100 u are more than ‹order›'],
  ['A.B (1) and AxB', ['A.B (1)'], '‹order› and AxB'],
  ['Step 5 of 5', ['5', undefined, ''], 'Step 5 of 5'],
])('writes %s without its order %j', (reason, names, expected) => {
  expect(withoutOrder(reason, names)).toBe(expected);
});

it('makes one text of any reason, whatever number its order has', () => {
  const number = fc.stringMatching(/^[-.()$0-9MO/]{2,20}$/);
  fc.assert(
    fc.property(number, number, (one, other) => {
      const texts = [one, other].map((named) => withoutOrder(`Order ${named}: closed.`, [named]));
      expect(new Set(texts).size).toBe(1);
    }),
  );
});

it('names the order in a reason that only one has', () => {
  const [of, alone] = [
    (number: string) => ({
      number,
      why: `${number} is closed.`,
      reason: '‹order› is closed.',
      next: 'Open it.',
    }),
    { number: '', why: 'Period 11 is closed.', next: 'Open it.' },
  ];
  const told = (numbers: readonly string[]) =>
    groupByReason([...numbers.map(of), alone]).map(({ why, all }) => [why, all.length]);
  expect(told(['MO/1'])).toEqual([
    ['MO/1 is closed.', 1],
    ['Period 11 is closed.', 1],
  ]);
  expect(told(['MO/1', 'MO/2'])).toEqual([
    ['‹order› is closed.', 2],
    ['Period 11 is closed.', 1],
  ]);
});
