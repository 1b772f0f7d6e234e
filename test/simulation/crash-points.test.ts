import { readFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { calmJourney } from './calm-journey.ts';
import { runScenario } from './run-scenario.ts';
import type { ScenarioEvent } from './scenario/scenario-event.ts';
import { simulateFetch } from './world/network.ts';
import type { Entry } from './world/timeline.ts';

afterAll(simulateFetch());

/** The writes of an order's journey, in order: the crash points of ARCHITECTURE.md, with the names used there. */
const points = [
  ['the ERP order is written', 'accept-product-orders', 'ledger', /^writes ERP-ORDER#/],
  ['the product order is written', 'accept-product-orders', 'ledger', /^writes ORDER#\S+ ORDER$/],
  ['the order is sent', 'accept-product-orders', 'queues', /^sends/],
  ['the creation is claimed', 'create-product-orders', 'ledger', /^changes ORDER#\S+ ORDER$/],
  ['the product order is created', 'create-product-orders', 'azumuta', /^POST/],
  ['the ERP has the id', 'create-product-orders', 'erp', /^PATCH/],
  ['the creation is recorded', 'create-product-orders', 'ledger', /^changes ORDER#\S+ ORDER$/],
  ['the trigger is sent', 'receive-webhook', 'queues', /^sends/],
  ["a work instruction's name is noted", 'book-completion', 'ledger', /^changes WORK-INSTRUCTION#/],
  ["a work instruction's name is noted", 'book-completion', 'ledger', /^changes WORK-INSTRUCTION#/],
  ['the booking is planned and claimed', 'book-completion', 'ledger', /^writes \S+ BOOKING#/],
  ['the completion is booked', 'book-completion', 'erp', /^POST/],
  ['the booking is recorded', 'book-completion', 'ledger', /^changes \S+ BOOKING#/],
  ['the completion is noted', 'book-completion', 'ledger', /^changes ORDER#\S+ ORDER$/],
] as const;

interface Call {
  readonly stage: string;
  readonly service: string;
  /** Counted from 1, per function and service. */
  readonly nth: number;
  readonly what: string;
}

/** The calls that each function makes for one order. */
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

const isWrite = ({ what }: Call) => !/^(?:reads|queries|GET)/.test(what);

describe('a container that dies while it processes an order', async () => {
  const calm = await runScenario(calmJourney(), { isRead: true });
  const writes = callsIn(calm.timeline).filter(isWrite);

  it('can die only at a named point, because no other call writes anything', () => {
    expect(calm.findings).toEqual([]);
    expect(writes.map(({ stage, service }) => [stage, service])).toEqual(
      points.map(([, stage, service]) => [stage, service]),
    );
    for (const [at, [, , , what]] of points.entries()) expect(writes[at]?.what).toMatch(what);
  });

  it.each(['before', 'after'] as const)(
    'loses nothing and does nothing twice when it dies %s any of these calls',
    async (when) => {
      for (const [at, [name]] of points.entries()) {
        const { stage = '', service = 'ledger', nth = 0 } = writes[at] ?? {};
        const death = { kind: 'call', stage, service, nth, accident: `the container dies ${when} the call` };
        const never = { ...death, nth: 5000 };
        const events = [death, never] as ScenarioEvent[];
        const { happened, findings } = await runScenario(calmJourney(...events));
        expect({ name, findings, happened: [...happened] }).toEqual({
          name,
          findings: [],
          happened: [death],
        });
      }
    },
  );

  it.each([...new Set(points.map(([name]) => name))])('has a row in ARCHITECTURE.md for: %s', (name) => {
    const page = readFileSync(new URL('../../ARCHITECTURE.md', import.meta.url), 'utf8');
    expect(page).toContain(`| ${name} |`);
  });
});
