import type { Chance } from '../world/chance.ts';
import type { Service } from '../world/fate.ts';
import { accidentsOf } from './accidents.ts';
import type { ScenarioEvent } from './scenario-event.ts';
import { productOrdersOf, type Setting } from './setting.ts';

/** Number of calls that a connector makes for one booking. */
const bookingCalls: Readonly<Record<Setting['erp'], number>> = {
  'odoo 17': 14,
  'odoo 19': 14,
  'sap-s4hana': 7,
  'business-central': 5,
  rest: 4,
};

/** Approximate number of calls from each function to each service for one product order, in a run without accidents. */
function callsOf({ erp, via }: Setting): Readonly<Record<string, Partial<Record<Service, number>>>> {
  return {
    ...(via === 'endpoint'
      ? { 'accept-product-orders': { ledger: 3, queues: 0.7, secrets: 0.5 } }
      : { 'pull-product-orders': { ledger: 10, queues: 0.7, erp: 3, secrets: 1 } }),
    'create-product-orders': { ledger: 4, azumuta: 3, erp: 3, secrets: 1 },
    'receive-webhook': { queues: 1, secrets: 0.7 },
    'book-completion': { ledger: 8, azumuta: 4, erp: bookingCalls[erp], secrets: 1.4 },
    'reconcile-completions': { ledger: 3 },
  };
}

/**
 * How often several accidents happen to a function in a row, such as a crash and then a lost answer at the next
 * attempt.
 */
const inARow = 0.3;

/** An accident at one call, and sometimes another one at one of the next calls. */
export function drawCalls(chance: Chance, setting: Setting): ScenarioEvent[] {
  const [stage, services] = chance.pick(Object.entries(callsOf(setting)));
  // The keys of each entry are services.
  const [service, each] = chance.pick(Object.entries(services) as [Service, number][]);
  const nth = chance.between(1, Math.max(1, Math.round(each * productOrdersOf(setting))));
  const places = [nth];
  while (chance.happens(inARow)) places.push((places.at(-1) ?? nth) + chance.between(1, Math.ceil(each)));
  return places.map((place) => ({
    kind: 'call',
    stage,
    service,
    nth: place,
    accident: chance.pick(accidentsOf(service)),
  }));
}
