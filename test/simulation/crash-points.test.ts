import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { calmJourney } from './calm-journey.ts';
import { runScenario } from './run-scenario.ts';
import type { Happening } from './scenario/happening.ts';
import { simulateFetch } from './world/network.ts';
import type { Entry } from './world/timeline.ts';

let giveBack = () => {};
beforeAll(() => {
  giveBack = simulateFetch();
});
afterAll(() => giveBack());

/** What is written on the way of an order, in its order: the crash points of ARCHITECTURE.md, by their names there. */
const points = [
  ['the ERP order is written', 'accept-product-orders', 'ledger', /^writes ERP-ORDER#/],
  ['the product order is written', 'accept-product-orders', 'ledger', /^writes ORDER#\S+ ORDER$/],
  ['the order is sent', 'accept-product-orders', 'queues', /^sends/],
  ['the creation is claimed', 'create-product-orders', 'ledger', /^changes ORDER#\S+ ORDER$/],
  ['the product order is created', 'create-product-orders', 'azumuta', /^POST/],
  ['the ERP has the id', 'create-product-orders', 'erp', /^PATCH/],
  ['the creation is recorded', 'create-product-orders', 'ledger', /^changes ORDER#\S+ ORDER$/],
  ['the trigger is sent', 'receive-webhook', 'queues', /^sends/],
  ['a further recording is noted', 'collect-completion', 'ledger', /^writes \S+ RECORDING#/],
  ['the booking is planned', 'collect-completion', 'ledger', /^writes \S+ BOOKING#/],
  ["a work instruction's name is noted", 'collect-completion', 'ledger', /^writes WORK-INSTRUCTION#/],
  ["a work instruction's name is noted", 'collect-completion', 'ledger', /^writes WORK-INSTRUCTION#/],
  ['the booking is sent', 'collect-completion', 'queues', /^sends/],
  ['the completion is noted', 'collect-completion', 'ledger', /^changes ORDER#\S+ ORDER$/],
  ['the booking is claimed', 'book-completion', 'ledger', /^changes \S+ BOOKING#/],
  ['the completion is booked', 'book-completion', 'erp', /^POST/],
  ['the booking is recorded', 'book-completion', 'ledger', /^changes \S+ BOOKING#/],
] as const;

interface Call {
  readonly stage: string;
  readonly service: string;
  /** From 1, of this function to this service. */
  readonly nth: number;
  readonly what: string;
}

/** What each function called, on the way of the order alone. */
function callsIn(timeline: readonly Entry[]): readonly Call[] {
  const counts = new Map<string, number>();
  return timeline.flatMap(({ who, what }) => {
    const [, service = '', call = ''] = /^(ledger|queues|azumuta|erp): (.*)$/s.exec(what) ?? [];
    const stage = who.replace(/ \d+$/, '');
    if (service === '' || stage === 'reconcile-completions') return [];
    const nth = (counts.get(`${stage} ${service}`) ?? 0) + 1;
    counts.set(`${stage} ${service}`, nth);
    return [{ stage, service, nth, what: call }];
  });
}

const isWrite = ({ what }: Call) => !/^(?:reads|looks for|GET)/.test(what);

describe('a container that dies on the way of an order', async () => {
  const restore = simulateFetch();
  const calm = await runScenario(calmJourney(), { isRead: true });
  restore();
  const writes = callsIn(calm.timeline).filter(isWrite);

  it('dies at one of the named points: no other call changes anything', () => {
    expect(calm.findings).toEqual([]);
    expect(writes.map(({ stage, service }) => [stage, service])).toEqual(
      points.map(([, stage, service]) => [stage, service]),
    );
    for (const [at, [, , , what]] of points.entries()) expect(writes[at]?.what).toMatch(what);
  });

  it.each(['before', 'after'] as const)('%s any of them loses nothing and doubles nothing', async (when) => {
    for (const [at, [name]] of points.entries()) {
      const { stage = '', service = 'ledger', nth = 0 } = writes[at] ?? {};
      const death = { kind: 'call', stage, service, nth, accident: `the container dies ${when} the call` };
      const { happened, findings } = await runScenario(calmJourney(death as Happening));
      expect({ name, findings, happened: happened.size }).toEqual({ name, findings: [], happened: 1 });
    }
  });

  it.each([...new Set(points.map(([name]) => name))])('has its row in ARCHITECTURE.md: %s', (name) => {
    const page = readFileSync(new URL('../../ARCHITECTURE.md', import.meta.url), 'utf8');
    expect(page).toContain(`| ${name} |`);
  });
});
