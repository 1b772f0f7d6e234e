import { describe, expect, it } from 'vitest';
import { ConfigurationError, defineIntegration } from '../../../shared/integration/define.ts';
import { noErp } from '../../support/no-erp.ts';

/** The least that a plant configures. */
const plain = { plant: 'ghent', timeZone: 'Europe/Brussels', erp: noErp };

describe('a wrong configuration stops everything with the path', () => {
  it.each([
    ['plant', { plant: 'Ghent 1' }, '$.plant'],
    ['a mapping', { productOrders: { number: 'order.number' } }, '$.productOrders.number'],
    ['a typing mistake', { productOrder: {} }, '$'],
    ['the base URL', { azumuta: { baseUrl: 'app.azumuta.com' } }, '$.azumuta.baseUrl'],
    [
      'the schedule',
      { schedule: { pull: { everyMinutes: 0, from: '2026-12-01T06:00:00Z' } } },
      '$.schedule.pull.everyMinutes',
    ],
    [
      'a time without zone',
      { schedule: { pull: { everyMinutes: 5, from: '2026-12-01' } } },
      '$.schedule.pull.from',
    ],
    ['the connector', { erp: 'tryton' }, '$.erp'],
  ])('%s', (_name, wrong, path) => {
    const define = () => Reflect.apply(defineIntegration, undefined, [{ ...plain, ...wrong }]);
    expect(define).toThrow(ConfigurationError);
    expect(define).toThrow(path);
  });

  it.each([
    [undefined, 'missing'],
    ['Brussels', '"Brussels"'],
    ['+01:00', '"+01:00"'],
    ['CET', '"CET"'],
    ['', '""'],
    [1, 'number'],
    ['x'.repeat(5000), `"${'x'.repeat(59)}…"`],
  ])('%j as its time zone, with an example of one', (timeZone, found) => {
    const define = () => Reflect.apply(defineIntegration, undefined, [{ ...plain, timeZone }]);
    expect(define).toThrow(`$.timeZone: found ${found}, expected an IANA time zone such as Europe/Brussels.`);
  });

  it.each([
    ['2026-12-01T06:00:00+01:00', '2026-12-01T05:00:00.000Z'],
    ['2026-12-01T06:00:00-05:00', '2026-12-01T11:00:00.000Z'],
    ['2026-12-01T06:00:00Z', '2026-12-01T06:00:00.000Z'],
  ])('takes %s, to begin from, for %s: connectors compare instants as text', (from, utc) => {
    const integration = defineIntegration({
      ...plain,
      schedule: { pull: { everyMinutes: 5, from } },
    });
    expect(integration.schedule.pull).toEqual({ everyMinutes: 5, from: utc });
  });

  it('fills in the defaults of what is left out', () => {
    const integration = defineIntegration(plain);
    expect(integration.azumuta.baseUrl).toBe('https://app.azumuta.com/api/v1');
    expect(integration.azumuta.assumptions.completedStatuses).toContain('completed');
    expect(integration.schedule.pull).toBe('off');
  });
});
