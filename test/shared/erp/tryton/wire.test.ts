import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dottedField, plainValue, wireDateTime, wireDecimal } from '../../../../shared/erp/tryton/wire.ts';

describe("Tryton's tagged values", () => {
  it('keep every microsecond of an instant, there and back', () => {
    const instants = fc
      .tuple(
        fc.date({ min: new Date('1970-01-01'), max: new Date('2200-01-01'), noInvalidDate: true }),
        fc.nat(999),
      )
      .map(([date, micros]) => date.toISOString().replace('Z', `${String(micros).padStart(3, '0')}Z`));

    fc.assert(
      fc.property(instants, (instant) => {
        expect(plainValue(wireDateTime(instant))).toBe(instant);
      }),
    );
  });

  it('fill up a short fraction of a second', () => {
    expect(wireDateTime('2026-11-24T10:00:00.5Z')).toMatchObject({ second: 0, microsecond: 500_000 });
    expect(wireDateTime('2026-11-24T11:00:00+01:00')).toMatchObject({ hour: 10, microsecond: 0 });
  });

  it('become plain JSON, however deep', () => {
    const read = {
      cost: wireDecimal('450.0000'),
      planned: { __class__: 'date', year: 2026, month: 11, day: 30 },
      'outputs.': [
        {
          duration: { __class__: 'timedelta', seconds: 751 },
          data: { __class__: 'bytes', base64: 'YQ==\n' },
        },
      ],
      nothing: null,
    };

    expect(plainValue(read)).toEqual({
      cost: '450.0000',
      planned: '2026-11-30',
      'outputs.': [{ duration: 751, data: 'YQ==' }],
      nothing: null,
    });
  });

  it('stay unchanged when their class is unknown', () => {
    expect(plainValue({ __class__: 'later', x: 1 })).toEqual({ __class__: 'later', x: 1 });
  });

  it('are found by dotted names, through records and lists of records', () => {
    const record = {
      number: '17',
      'product.': { code: 'GEAR', 'template.': { name: 'Gear' } },
      'outputs.': [{ 'lot.': { number: 'A' } }, { 'lot.': null }],
      'origin.': null,
    };

    expect(dottedField(record, 'number')).toBe('17');
    expect(dottedField(record, 'product.template.name')).toBe('Gear');
    expect(dottedField(record, 'outputs.lot.number')).toEqual(['A', null]);
    expect(dottedField(record, 'origin.code')).toBeNull();
  });
});
