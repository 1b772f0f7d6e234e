import { beforeEach, describe, expect, it } from 'vitest';
import { type PauseDependencies, pauseAsTyped, resumeAsTyped } from '../../../../infra/ops/pause/typed.ts';
import { flowNames } from '../../../../shared/ledger/records/pauses.ts';
import { ledgerOnDynalite } from '../../../support/ledger.ts';

const { clock, ledger } = await ledgerOnDynalite();

type Typed = Pick<Parameters<typeof pauseAsTyped>[0]['options'], 'hours' | 'until'>;

const find = async () => ({
  name: 'AzumutaErp-ghent-production',
  where: '--stack AzumutaErp-ghent-production',
  dependencies: { ledger, clock, timeZone: 'Europe/Brussels' } satisfies PauseDependencies,
  sign: async (because: string) => `${because} (signed by an.peeters)`,
});

const pausing = (flow: string, options: Partial<Typed>) =>
  pauseAsTyped({ options: { json: false, because: 'summer closure', ...options }, words: [flow] }, find);

/** So many hours from now, as it is typed. */
const inHours = (hours: number) => new Date(clock.now().getTime() + hours * 3_600_000).toISOString();

beforeEach(async () => {
  for (const flow of flowNames) await ledger.pauses.resumeFlow(flow);
});

describe('a pause with an end', () => {
  it.each([
    ['as a day begins at the plant', '2026-12-21', '2026-12-20T23:00:00.000Z', '2026-12-21 00:00'],
    ['at a time with its zone', '2026-12-21T06:00+01:00', '2026-12-21T05:00:00.000Z', '2026-12-21 06:00'],
  ])('ends by itself %s', async (_, until, instant, shown) => {
    // Act
    const { facts, lines } = await pausing('all', { until });
    const paused = await ledger.pauses.readPaused();

    // Assess
    for (const flow of flowNames)
      expect(paused[flow]).toMatchObject({ until: new Date(instant), ends: 'by itself' });
    expect(facts).toMatchObject({ until: instant });
    expect(lines[0]).toContain(`summer closure (signed by an.peeters). It ends by itself on ${shown}.`);
    expect(lines[0]).toContain('Resume it before with:');
    expect(lines).toHaveLength(2 * flowNames.length);
  });

  it('gets another end when it is paused again with one, and is resumed before it', async () => {
    // Prepare
    await pausing('orders', { until: inHours(2) });

    // Act
    const later = await pausing('orders', { until: inHours(5) });
    const without = await pausing('orders', {});
    const paused = await ledger.pauses.readPaused();
    const resumed = await resumeAsTyped({ words: ['orders'] }, find);

    // Assess
    expect(later.lines[0]).toContain('was paused already, and has another end now');
    expect(without.lines[0]).toContain('was paused already.');
    expect(paused.orders?.until?.toISOString()).toBe(inHours(5));
    expect(resumed.lines.join(' ')).toContain('is resumed');
    expect(await ledger.pauses.readPaused()).toEqual({});
  });

  it('with --hours is planned only: nothing but a person ends it', async () => {
    // Act
    await pausing('orders', { hours: 4 });
    clock.advance(5 * 3600);

    // Assess
    expect(await ledger.pauses.readPaused()).toMatchObject({ orders: { note: expect.any(String) } });
  });
});

it.each<[string, Partial<Typed>, RegExp]>([
  ['a day that has passed', { until: '2026-11-01' }, /"2026-11-01" has passed: say a date or a time to come/],
  ['the day that has begun', { until: '2026-11-24' }, /has passed/],
  ['a time of now', { until: '2026-11-24T08:00:00Z' }, /has passed/],
  ['more than a year', { until: '2028-08-16' }, /"2028-08-16" is more than a year away: say a date within/],
  ['a day that does not exist', { until: '2027-02-30' }, /"2027-02-30" is not a time: use 2026-12-01 or/],
  ['words', { until: 'after the holidays' }, /is not a time/],
  ['a time without its zone', { until: '2027-08-16T06:00' }, /is not a time/],
  ['both', { until: '2027-08-16', hours: 4 }, /not both/],
])('pauses nothing until %s, and says what is expected', async (_, options, says) => {
  await expect(pausing('all', options)).rejects.toThrow(says);
  expect(await ledger.pauses.readPaused()).toEqual({});
});
