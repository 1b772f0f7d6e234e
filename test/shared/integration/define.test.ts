import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { ConfigurationError, defineIntegration, integrationAt } from '../../../shared/integration/define.ts';
import type { Deployment } from '../../../shared/integration/deployment.ts';
import { odoo, planned, rest, sapS4Hana, tryton } from '../../../shared/integration/index.ts';
import type { PartnerLimit } from '../../../shared/model/partner.ts';
import { noErp } from '../../support/no-erp.ts';

/** The least that a plant configures. */
const plain = {
  plant: 'ghent',
  timeZone: 'Europe/Brussels',
  erp: noErp,
  completions: { quantity: planned },
};

/** Each connector with the least that it needs. */
const connectors = [
  ['tryton', tryton, { url: 'https://erp.example', database: 'plant' }],
  ['odoo', odoo, { url: 'https://erp.example', database: 'plant', backorder: 'skip' }],
  ['sapS4Hana', sapS4Hana, { url: 'https://erp.example', auth: 'basic', goodsMovements: 'none' }],
  [
    'rest',
    rest,
    {
      baseUrl: 'https://erp.example',
      auth: { kind: 'basic' },
      orders: { path: '/', paging: { kind: 'none' }, list: 'orders', row: z.object({}), order: () => ({}) },
      book: {
        lookUp: [{ name: 'order', request: () => ({}), done: () => undefined }],
        steps: [{ name: 'book', request: () => ({}) }],
      },
    },
  ],
] as const;

describe('defineIntegration', () => {
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
    ['too many looks', { schedule: { reconcile: { everyHours: 0 } } }, '$.schedule.reconcile.everyHours'],
    [
      'too many orders',
      { schedule: { reconcile: { everyHours: 24, most: 501 } } },
      '$.schedule.reconcile.most',
    ],
    [
      'a grace',
      { schedule: { reconcile: { everyHours: 24, graceHours: -1 } } },
      '$.schedule.reconcile.graceHours',
    ],
    ['the connector', { erp: 'tryton' }, '$.erp'],
  ])('refuses a mistake, with its path: %s', (_name, wrong, path) => {
    const define = () => Reflect.apply(defineIntegration, undefined, [{ ...plain, ...wrong }]);
    expect(define).toThrow(ConfigurationError);
    expect(define).toThrow(path);
  });

  it.each([
    [[], 'found an empty list, expected at least 1 entries'],
    [['06:00', '14:00', '06:00'], '.at[2]: found "06:00", expected each time once'],
    [['25:00'], '.at[0]: found "25:00", expected a time of day from 00:00 to 23:59, such as 06:00'],
    [['24:00'], 'found "24:00"'],
    [['6:00'], 'found "6:00"'],
    [[6], 'found number'],
    ['06:00', 'found string, expected a list'],
  ])('refuses %j as the times at which parts are booked, and says what is expected', (at, found) => {
    const productOrders = { split: { per: 'unit', book: { at } } };
    const define = () => Reflect.apply(defineIntegration, undefined, [{ ...plain, productOrders }]);
    expect(define).toThrow(ConfigurationError);
    expect(define).toThrow('$.productOrders.split.book.at');
    expect(define).toThrow(found);
  });

  it.each(['never', 'at'])('says which ways of booking there are where it is given %j', (book) => {
    const productOrders = { split: { per: 'unit', book } };
    const define = () => Reflect.apply(defineIntegration, undefined, [{ ...plain, productOrders }]);
    expect(define).toThrow(
      /\$\.productOrders\.split\.book: found string, expected "each" or "when-all-done"/,
    );
  });

  it.each([
    [0, '0'],
    [2.5, '2.5'],
    [-25, '-25'],
    ['25', 'string'],
    ['piece', 'string'],
  ])('refuses to split per %j, and says what is expected', (per, found) => {
    const productOrders = { split: { per, book: 'each' } };
    const define = () => Reflect.apply(defineIntegration, undefined, [{ ...plain, productOrders }]);
    expect(define).toThrow(ConfigurationError);
    expect(define).toThrow(`$.productOrders.split.per: found ${found}, expected `);
    expect(define).toThrow(/expected .*unit.*number/);
  });

  it.each(['unit', 1, 25, 10_000] as const)('splits per %j', (per) => {
    const { productOrders } = defineIntegration({
      ...plain,
      productOrders: { split: { per, book: 'each' } },
    });
    expect(productOrders.split).toMatchObject({ per });
  });

  it.each([
    [undefined, 'missing'],
    ['Brussels', '"Brussels"'],
    ['+01:00', '"+01:00"'],
    ['CET', '"CET"'],
    ['', '""'],
    [1, 'number'],
    ['x'.repeat(5000), `"${'x'.repeat(59)}…"`],
  ])('refuses %j as time zone, and gives an example of one', (timeZone, found) => {
    const define = () => Reflect.apply(defineIntegration, undefined, [{ ...plain, timeZone }]);
    expect(define).toThrow(`$.timeZone: found ${found}, expected an IANA time zone such as Europe/Brussels.`);
  });

  it('turns the start of the pull into UTC, as connectors compare instants as text', () => {
    const pull = { everyMinutes: 5, from: '2026-12-01T06:00:00+01:00' };
    const { schedule } = defineIntegration({ ...plain, schedule: { pull } });
    expect(schedule.pull).toEqual({ ...pull, from: '2026-12-01T05:00:00.000Z' });
  });

  it.each([
    ...[0, 1.5, -1, 101, '1'].map((given) => ['atOnce', given] as const),
    ...[0, 0.4, -1, 101, '1'].map((given) => ['perSecond', given] as const),
  ])('refuses as %s, of Azumuta and of each connector: %j', (limit, given) => {
    const define = (plant: object) => () =>
      Reflect.apply(defineIntegration, undefined, [{ ...plain, ...plant }]);
    expect(define({ azumuta: { [limit]: given } })).toThrow(`$.azumuta.${limit}: `);
    expect(define({ erp: { ...noErp, [limit]: given } })).toThrow(`$.erp.${limit}: `);
    for (const [name, connect, options] of connectors) {
      const configure = () => Reflect.apply(connect, undefined, [{ ...options, [limit]: given }]);
      expect(configure).toThrow(new RegExp(`^${name}\\(\\): \\$\\.${limit}: `));
    }
  });

  it.each<[given: object, kept: object]>([
    [{}, { atOnce: undefined, perSecond: undefined }],
    [{ atOnce: 1 }, { atOnce: 1, perSecond: undefined }],
    [{ perSecond: 2.5 }, { perSecond: 2.5, atOnce: 3 }],
    [
      { perSecond: 2.5, atOnce: 1 },
      { perSecond: 2.5, atOnce: 1 },
    ],
    [{ perSecond: 0.5 }, { perSecond: 0.5, atOnce: 1 }],
  ])(
    'limits Azumuta and each connector as it is told, and by default to as many at once: %j',
    (given, kept) => {
      const limitsOf = ({ atOnce, perSecond }: PartnerLimit) => ({ atOnce, perSecond });
      for (const [, connect, options] of connectors) {
        const erp = Reflect.apply(connect, undefined, [{ ...options, ...given }]);
        const usual = 'atOnce' in given || connect !== tryton ? {} : { atOnce: 1 };
        const expected = { atOnce: undefined, ...kept, ...usual };
        expect(limitsOf(defineIntegration({ ...plain, erp }).erp)).toEqual(expected);
      }
      expect(limitsOf(defineIntegration({ ...plain, azumuta: given }).azumuta)).toEqual(kept);
    },
  );

  it('refuses more calls at once than begin in a second, and says why', () => {
    const define = () => defineIntegration({ ...plain, azumuta: { atOnce: 4, perSecond: 2.5 } });
    expect(define).toThrow(
      '$.azumuta.atOnce: found number, expected no more than perSecond: else more calls',
    );
  });

  it.each([
    [{ scrap: planned }, '$.completions.quantity: found missing, expected a function'],
    [
      { quantity: planned, operations: { of: () => [], count: true } },
      '$.completions.quantity: found function, expected nothing, as completions.operations counts: both would be booked',
    ],
    [{ scrap: planned, operations: { of: () => [], count: true } }, '$.completions.scrap: found function'],
  ])('refuses to count on two levels, or on none: %j', (completions, sentence) => {
    expect(() => defineIntegration({ ...plain, completions })).toThrow(sentence);
  });

  it.each(['components', 'operations', 'checks'] as const)(
    'refuses %s where the ERP has no place for them',
    (part) => {
      const erp = { ...noErp, lacks: { ...noErp.lacks, [part]: 'it keeps none' } };
      const of = () => [];
      const completions = { quantity: planned, components: { of }, operations: { of }, checks: of };
      expect(() => defineIntegration({ ...plain, erp, completions })).toThrow(
        `completions.${part} cannot be booked by ${noErp.name}: it keeps none. Leave it out`,
      );
      expect(defineIntegration({ ...plain, completions }).completions).toMatchObject(completions);
    },
  );

  it('takes a connector that was written for 0.3.0 and says of no line that it lacks it', () => {
    const { lacks: _, ...erp } = noErp;
    const operations = { of: () => [] };
    const completions = { quantity: planned, operations };
    expect(defineIntegration({ ...plain, erp: erp as typeof noErp, completions }).completions).toMatchObject(
      completions,
    );
  });

  it('fills in defaults', () => {
    const integration = defineIntegration(plain);
    expect(integration.azumuta.baseUrl).toBe('https://app.azumuta.com/api/v1');
    expect(integration.azumuta.contract.completedStatuses).toContain('completed');
    const reconcile = { everyHours: 24, most: 50, graceHours: 24 };
    expect(integration.schedule).toEqual({ pull: 'off', reconcile });
    expect(integration.completions.beyondOrder).toEqual({ good: 1.1, scrap: 1 });
    expect(defineIntegration({ ...plain, schedule: { reconcile: { everyHours: 24 } } }).schedule).toEqual({
      pull: 'off',
      reconcile,
    });
  });
});

it('takes a configuration that differs by stage, and checks it at each stage', () => {
  const defined = defineIntegration(({ stage }) => ({
    ...plain,
    azumuta: { atOnce: stage === 'production' ? 4 : 0 },
  }));
  expect(integrationAt(defined, 'production').azumuta.atOnce).toBe(4);
  expect(() => integrationAt(defined, 'test')).toThrow('$.azumuta.atOnce');
  expect(integrationAt(defineIntegration(plain), 'test').plant).toBe('ghent');
});

const configured = (deployment: Deployment) => () => defineIntegration({ ...plain, deployment });
const emails = ['planning@plant.example'];

it.each<[string, Deployment, string]>([
  [
    'an hour that is none',
    { morningMail: { at: '6:30', emails } },
    '$.deployment.morningMail.at: found "6:30", expected a time of the day such as 06:30',
  ],
  [
    'a mail to nobody',
    { morningMail: { at: '06:30', emails: [] } },
    '$.deployment.morningMail.emails: found an empty list, expected at least 1 entries',
  ],
  [
    'an address that is none',
    { alerts: { emails: ['planning at plant.example'] } },
    '$.deployment.alerts.emails[0]: found "planning at plant.example", expected an e-mail address',
  ],
])('refuses %s with its path', (_, deployment, sentence) => {
  expect(configured(deployment)).toThrow(sentence);
});

it('mails on weekdays, and sends alerts to the addresses of the alarms, by default', () => {
  const { deployment } = configured({ alarmEmails: emails, morningMail: { at: '06:30', emails } })();
  expect(deployment.morningMail?.workdays).toEqual(['monday', 'tuesday', 'wednesday', 'thursday', 'friday']);
  expect(deployment.alerts).toEqual({ webhooks: [], who: {} });
});
