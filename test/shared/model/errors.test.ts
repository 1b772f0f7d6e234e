import { describe, expect, it } from 'vitest';
import {
  type About,
  afterWriting,
  combineAbouts,
  isFailure,
  isVerdict,
  OrderNotReady,
  OutOfTime,
  PartnerDown,
  type PartnerDownOptions,
  Rejected,
  RetryLater,
  rejectionOf,
  Wait,
} from '../../../shared/model/errors.ts';

const behind = new TypeError('fetch failed');
const known = {
  afterSeconds: 7,
  atMostSeconds: 9,
  retry: 'seldom',
  wrote: 'known',
  unauthorized: true,
  perhapsOnlyOrder: true,
  about: { booking: 'id1#quantity' },
  cause: behind,
} as const satisfies Required<PartnerDownOptions>;

it('keeps the cause code of a rejection apart from the error behind it', () => {
  const rejected = new Rejected('Mapping failed.', { causeCode: 'configuration', cause: behind });
  expect(rejected).toMatchObject({ cause: behind, causeCode: 'configuration' });
  expect(rejectionOf(rejected)).toEqual({ reason: 'Mapping failed.', cause: 'configuration' });
});

describe('what several failures are about', () => {
  const one = { booking: 'id1#quantity', figures: '5 pcs good' } as const satisfies Required<About>;
  const fields = Object.keys(one) as (keyof About)[];

  it.each(fields)('says the %s of each of them', (field) => {
    const other = { ...one, [field]: 'another' };
    expect(combineAbouts([one, undefined, other])[field]).toMatch(new RegExp(`^${one[field]}[,;] another$`));
  });

  it.each(fields)('leaves out the %s that none of them has', (field) => {
    const { [field]: _, ...others } = one;
    expect(Object.keys(combineAbouts([others, {}]))).toEqual(Object.keys(others));
  });
});

describe('a failure of each case', () => {
  it.each([PartnerDown, OrderNotReady, OutOfTime])('keeps what `with` does not change (%o)', (Case) => {
    // Prepare
    const failure = new Case('It failed.', known);

    // Act
    const further = failure.with({ wrote: 'perhaps', afterSeconds: 300 });

    // Assess
    expect(further).toBeInstanceOf(Case);
    expect(further).toEqual(new Case('It failed.', { ...known, wrote: 'perhaps', afterSeconds: 300 }));
    expect(failure.with({ wrote: 'perhaps' })).toMatchObject({ afterSeconds: 7, cause: behind });
  });

  it.each([
    [PartnerDown, 'perhaps'],
    [OrderNotReady, 'known'],
    [OutOfTime, 'known'],
  ] as const)('says after an answered write what it can have changed (%o)', (Case, wrote) => {
    expect(afterWriting(new Case('It failed.'))).toEqual(new Case('It failed.', { wrote }));
    const certain = new Case('It failed.', { wrote: wrote === 'known' ? 'perhaps' : 'known' });
    expect(afterWriting(certain)).toBe(certain);
  });
});

describe('a connector of 0.3.0', () => {
  it('makes the case of the scope that it names', () => {
    const down: unknown = new RetryLater('The ERP is down.', { ...known, scope: 'partner' });
    const locked: unknown = new RetryLater('It is locked.', { scope: 'order', afterSeconds: 60 });
    expect(down).toBeInstanceOf(PartnerDown);
    expect(down).toEqual(new PartnerDown('The ERP is down.', known));
    expect(locked).toBeInstanceOf(OrderNotReady);
    expect(locked).toEqual(new OrderNotReady('It is locked.', { afterSeconds: 60 }));
    expect([down, locked].every(isFailure)).toBe(true);
  });

  it('recognises each case by the class that it knows, and by its scope', () => {
    const thrown = [
      new PartnerDown('It is down.'),
      new OrderNotReady('It is locked.'),
      new OutOfTime('Out of time.'),
      new Wait('Its turn comes.', { awaits: 'turn' }),
    ];
    expect(thrown.every((one) => one instanceof RetryLater && one.name === 'RetryLater')).toBe(true);
    expect(thrown.map(({ scope }) => scope)).toEqual(['partner', 'order', 'order', 'order']);
  });

  it('calls the cause code `code`', () => {
    expect(new Rejected('It is closed.', { code: 'order-state' })).toEqual(
      new Rejected('It is closed.', { causeCode: 'order-state' }),
    );
  });
});

it('takes a class of somebody else that is of no case for a bug, which is retried', () => {
  class OfNoCase extends RetryLater {}
  expect(isVerdict(new OfNoCase('Later.', { scope: 'order' }))).toBe(false);
});

it('tells a wait and a rejection from a failure', () => {
  const none = [new Wait('Later.', { awaits: 'our-lock' }), new Rejected('No.', { causeCode: 'conflict' })];
  expect(none.map(isFailure)).toEqual([false, false]);
  expect(none.map(isVerdict)).toEqual([true, true]);
});
