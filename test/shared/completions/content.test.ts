import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  amendmentContent,
  figuresInWords,
  type MapCompletion,
  packCompletion,
  unpackCompletion,
} from '../../../shared/completions/content.ts';
import { mapCompletion } from '../../../shared/integration/mapping/completions.ts';
import { planned } from '../../../shared/integration/mapping/recorded.ts';
import { recordedChecks } from '../../../shared/integration/mapping/recorded-details.ts';
import { maxContentBytes } from '../../../shared/ledger/records/bookings.ts';
import type { CompletedProductOrder, Completion } from '../../../shared/model/completions.ts';
import { anyText as textOf } from '../../support/any-text.ts';
import { completedProductOrder, recording } from '../../support/completions.ts';
import { bookingEntry } from './booking-facts.ts';

const anyText = textOf();
const completion: Completion = {
  kind: 'quantity',
  erpOrder: { number: 'MO/1' },
  productOrder: { id: 'id1', number: 'MO/1/1' },
  completedAt: '2026-11-24T08:00:00.000Z',
  completedOn: '2026-11-24',
  final: true,
  quantity: { amount: '5' },
  lots: [],
  notes: [],
  links: [],
  work: [],
};

const quantity = fc.record({ amount: fc.nat().map(String), unit: anyText }, { requiredKeys: ['amount'] });
const anyCompletion: fc.Arbitrary<Completion> = fc
  .record(
    {
      kind: fc.constantFrom('quantity', 'amendment'),
      final: fc.boolean(),
      article: anyText,
      quantity,
      scrap: quantity,
      madeFor: quantity,
      lots: fc.array(
        fc.record({ number: anyText, quantity, scrapped: fc.constant(true) }, { requiredKeys: ['number'] }),
      ),
      notes: fc.array(anyText),
      links: fc.array(fc.record({ name: anyText, url: anyText })),
      work: fc.array(
        fc.record(
          { id: anyText, seconds: fc.nat(), date: anyText, operation: anyText },
          { requiredKeys: ['id', 'seconds', 'date'] },
        ),
      ),
    },
    { requiredKeys: ['kind', 'final', 'lots', 'notes', 'links', 'work'] },
  )
  .map((given) => ({ ...completion, ...given }));

it('holds what is booked, whatever it is, as it was', () => {
  fc.assert(
    fc.property(anyCompletion, (booked) => {
      expect(unpackCompletion(packCompletion(booked), bookingEntry({ kind: booked.kind }))).toEqual({
        ...booked,
        productOrder: { id: 'id1', number: 'MO/1/1' },
      });
    }),
  );
});

it('is for a person when it is more than 40 KB compressed', () => {
  const notes = (bytes: number) => ({ ...completion, notes: [randomBytes(bytes).toString('base64')] });
  expect(packCompletion(notes(36 * 1024)).length).toBeLessThanOrEqual(maxContentBytes);
  expect(() => packCompletion(notes(44 * 1024))).toThrow(
    /more notes, .*components and checks.*than one booking can hold/,
  );
});

it('holds 500 components with their lots, and 2,000 checks', () => {
  const used = Array.from({ length: 500 }, (_, at) => ({
    article: `PART-${at}`,
    quantity: { amount: String(at % 7) },
    lots: [{ number: `B-${at * 37}` }],
    recording: '5KKoy7m6ms89mvrTg',
    step: `Part ${at}`,
  }));
  const checks = Array.from({ length: 2000 }, (_, at) => ({
    name: `Torque ${at}`,
    value: 40 + (at % 100) / 10,
    unit: 'Nm',
    min: 40,
    max: 50,
    passed: true,
    recording: '5KKoy7m6ms89mvrTg',
  }));
  const rich: Completion = { ...completion, components: { all: true, beyondPlan: false, used }, checks };
  expect(packCompletion(rich).length).toBeLessThan(maxContentBytes);
  expect(unpackCompletion(packCompletion(rich), bookingEntry({ kind: 'quantity' }))).toMatchObject({
    components: { used },
    checks,
  });
});

it('amends with the checks of a later recording, and no earlier ones again', () => {
  const steps = [{ name: 'Torque', value: 45, unit: 'Nm', ok: true }];
  const completed = completedProductOrder({
    recordings: [recording({ id: 'r1', steps }), recording({ id: 'r2', steps })],
  });
  const completions = { quantity: planned, checks: (one: CompletedProductOrder) => recordedChecks(one) };
  const map: MapCompletion = (kind, parts) =>
    mapCompletion({ completions, timeZone: 'Europe/Brussels' }, kind, parts);

  const { checks } = amendmentContent(map, [completed], ['r2']);

  expect(checks).toMatchObject([{ name: 'Torque', recording: 'r2' }]);
});

it('is told in figures, with its lots in order', () => {
  const lots = [{ number: 'B', quantity: { amount: '2' } }, { number: 'A' }];
  expect(figuresInWords({ ...completion, lots })).toBe('5 good, lots A, B (2)');
  expect(figuresInWords({ ...completion, scrap: { amount: '1', unit: 'pcs' } })).toBe('5 good, 1 pcs scrap');
});
