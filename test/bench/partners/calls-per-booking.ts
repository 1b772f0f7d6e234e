import { firstAttempt } from '../../shared/erp/conformance/attempts.ts';
import { completionOf, productOrderOf, quantityKey } from '../../shared/erp/conformance/completions.ts';
import { odooTarget } from '../../shared/erp/conformance/odoo-target.ts';
import { sapTarget } from '../../shared/erp/conformance/sap-target.ts';
import type { ErpConformanceTarget } from '../../shared/erp/conformance/target.ts';
import { sandboxTarget } from '../../shared/erp/rest/target.ts';

/** How often a connector calls its ERP to book one completion: a whole order, with only a note. */
export interface CallsOfBooking {
  readonly erp: string;
  /** The first booking of a container, which also logs in and detects the ERP's version. */
  readonly first: number;
  readonly further: number;
}

/** Tryton has no test server; `npm run test:tryton` prints its calls. */
const targets: readonly (readonly [string, () => Promise<ErpConformanceTarget>])[] = [
  ['Odoo 17', () => odooTarget(17, {})],
  ['Odoo 19', () => odooTarget(19, {})],
  ['SAP S/4HANA', () => sapTarget({ auth: 'basic', user: 'AZUMUTA', secret: 'secret' }, {})],
  ['rest (sandbox ERP)', sandboxTarget],
];

export async function callsPerBooking(): Promise<readonly CallsOfBooking[]> {
  const counted: CallsOfBooking[] = [];
  for (const [erp, makeTarget] of targets) counted.push({ erp, ...(await callsOf(await makeTarget())) });
  return counted;
}

/** Makes two bookings in one container, and counts the calls of each. */
async function callsOf(target: ErpConformanceTarget): Promise<Omit<CallsOfBooking, 'erp'>> {
  const connector = target.connector();
  async function calls(): Promise<number> {
    const order = await target.planOrder({ article: target.articles.plain, quantity: '5' });
    const completion = completionOf(order, { notes: ['All checks in order'] });
    target.faults.reset();
    await connector.book(completion, quantityKey(productOrderOf(order)), firstAttempt());
    return target.faults.callCount();
  }
  return { first: await calls(), further: await calls() };
}
