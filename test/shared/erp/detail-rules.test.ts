import { describe, expect, it } from 'vitest';
import { matchReportsToRouting, matchUsesToPlan } from '../../../shared/erp/detail-rules.ts';
import type { Component, Operation } from '../../../shared/model/completions.ts';
import { completionOf } from './conformance/completions.ts';

const plan = [
  { article: 'MOT-1', share: '4', open: '10', unit: 'u' },
  { article: 'SCREW', share: '40', open: '100', unit: 'u' },
];

describe('what was used of the components', () => {
  const used = (component: Partial<Component>, all = false, beyondPlan = false) => {
    const one = { article: 'MOT-1', lots: [], recording: 'r1', step: 'Motor', ...component };
    const completion = completionOf({ number: 'MO/1' }, { components: { all, beyondPlan, used: [one] } });
    return matchUsesToPlan(completion, plan, 'ERP').map(({ planned, amount, lots }) => [
      planned.article,
      amount,
      lots,
    ]);
  };

  it.each<[string, Partial<Component>, unknown]>([
    ['its lots, as planned', { lots: [{ number: 'B1' }] }, ['MOT-1', '4', [{ number: 'B1', amount: '4' }]]],
    [
      'serial numbers of what was counted',
      { quantity: { amount: '2' }, lots: [{ number: 'S1' }, { number: 'S2' }] },
      [
        'MOT-1',
        '2',
        [
          { number: 'S1', amount: '1' },
          { number: 'S2', amount: '1' },
        ],
      ],
    ],
    ['nothing of it', { quantity: { amount: '0' } }, ['MOT-1', '0', []]],
  ])('is %s', (_, component, expected) => {
    expect(used(component)).toEqual([expected]);
    expect(used(component, true)).toEqual([expected, ['SCREW', '0', []]]);
  });

  it('is more than planned where the plant says so', () => {
    expect(used({ quantity: { amount: '12' } }, false, true)).toEqual([['MOT-1', '12', []]]);
  });

  it.each<[Partial<Component>, string]>([
    [
      { article: 'MOT-2' },
      'component MOT-2 (step "Motor" of recording r1) is none of its components (MOT-1, SCREW)',
    ],
    [
      { quantity: { amount: '12' } },
      '12 of component MOT-1 were used (step "Motor" of recording r1), and only 10 are',
    ],
    [{ quantity: { amount: '1', unit: 'kg' } }, 'component MOT-1 is counted in u, and was recorded in kg'],
    [
      { lots: [{ number: 'A' }, { number: 'B' }] },
      'its lots (A, B) do not add up to 4 of component MOT-1 (step "Motor"',
    ],
  ])('is refused: %j', (component, sentence) => {
    expect(() => used(component)).toThrow(`ERP: order MO/1 cannot be booked, as ${sentence}`);
  });
});

describe('what the operations report', () => {
  const routing = [
    { number: '10', name: 'Saw' },
    { number: '20', name: 'Drill' },
    { number: '30', name: 'Drill' },
  ];
  const reported = (...operations: string[]) => {
    const reports = operations.map(
      (operation): Operation => ({ operation, finished: true, recording: 'r1' }),
    );
    const completion = completionOf({ number: 'MO/1' }, { operations: reports });
    return matchReportsToRouting(completion, routing, ({ number, name }) => [number, name], 'ERP').map(
      ({ operation }) => operation.number,
    );
  };

  it('is found by any name of theirs, in any order', () => {
    expect(reported('30', 'Saw')).toEqual(['30', '10']);
  });

  it.each([
    [['Mill'], 'operation Mill (recording r1) is not in its routing (10, 20, 30)'],
    [['Drill'], 'operation Drill (recording r1) is in its routing several times'],
    [['10', 'Saw'], 'operation Saw (recording r1) reports twice'],
  ])('is refused: %j', (operations, sentence) => {
    expect(() => reported(...operations)).toThrow(`ERP: order MO/1 cannot be booked, as ${sentence}`);
  });

  it('is refused where the order has no operations at all, saying so', () => {
    const report: Operation = { operation: '10', finished: true, recording: 'r1' };
    const completion = completionOf({ number: 'MO/1' }, { operations: [report] });

    const match = () => matchReportsToRouting<string>(completion, [], (one) => [one], 'ERP');

    expect(match).toThrow(
      'operation 10 (recording r1) was reported, and ERP shows no operations of the order',
    );
  });
});
