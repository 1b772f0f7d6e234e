import { expect, it } from 'vitest';
import { figuresInWords, isCorrectedAlike } from '../../../shared/completions/content.ts';
import type { Completion } from '../../../shared/model/completions.ts';
import { completionOf } from '../erp/conformance/completions.ts';

type Corrected = readonly [changed: Partial<Completion>, needs: 'a person' | 'nobody'];

/** Each field of a completion with another value than was booked, and who has to act when a later recording changes it. */
const corrections = {
  kind: [{ kind: 'amendment' }, 'nobody'],
  erpOrder: [{ erpOrder: { number: 'MO/0002' } }, 'nobody'],
  productOrder: [{ productOrder: { id: 'id2', number: 'PO-2' } }, 'nobody'],
  article: [{ article: 'GEAR-02' }, 'nobody'],
  completedAt: [{ completedAt: '2026-11-25T08:00:00.000Z' }, 'nobody'],
  completedOn: [{ completedOn: '2026-11-25' }, 'nobody'],
  quantity: [{ quantity: { amount: '4' } }, 'a person'],
  scrap: [{ scrap: { amount: '1' } }, 'a person'],
  madeFor: [{ madeFor: { amount: '9' } }, 'nobody'],
  beyondOrder: [{ beyondOrder: { good: 2 } }, 'nobody'],
  final: [{ final: false }, 'nobody'],
  lots: [{ lots: [{ number: 'SN-7' }] }, 'a person'],
  scrapReasons: [{ scrapReasons: [{ reason: 'Scratch', quantity: { amount: '1' } }] }, 'a person'],
  components: [
    { components: { all: false, beyondPlan: false, used: [{ article: 'MOT-1', lots: [] }] } },
    'a person',
  ],
  // Each recording adds to the times of an operation, and the checks of a later one are booked as an amendment.
  operations: [{ operations: [{ operation: '0010', finished: true }] }, 'nobody'],
  checks: [{ checks: [{ name: 'Torque', passed: true }] }, 'nobody'],
  notes: [{ notes: ['Another note'] }, 'nobody'],
  links: [{ links: [{ name: 'Drawing', url: 'https://x' }] }, 'nobody'],
  work: [{ work: [{ id: 'r2', seconds: 60, date: '2026-11-25' }] }, 'nobody'],
} satisfies Record<keyof Completion, Corrected>;

it.each(Object.entries(corrections))(
  'compares a later recording with what was booked: %s',
  (_, [changed, needs]) => {
    const booked = completionOf({ number: 'MO/0001' });
    const isOtherwise = figuresInWords({ ...booked, ...changed }) !== figuresInWords(booked);
    expect(isOtherwise ? 'a person' : 'nobody').toBe(needs);
  },
);

/** A refused booking is tried again when one of these is corrected; the others say when and of what it was read. */
const triedAgainFor: readonly (keyof Completion)[] = [
  'article',
  'quantity',
  'scrap',
  'lots',
  'scrapReasons',
  'components',
  'operations',
  'checks',
];

it.each(Object.entries(corrections))(
  'compares a trigger with what the ERP refused: %s',
  (field, [changed]) => {
    const refused = completionOf({ number: 'MO/0001' });
    const isTriedAgain = !isCorrectedAlike(refused, { ...refused, ...changed });
    expect(isTriedAgain).toBe(triedAgainFor.some((name) => name === field));
  },
);
