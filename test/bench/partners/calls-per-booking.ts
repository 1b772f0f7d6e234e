import type { Completion } from '../../../shared/model/completions.ts';
import { definedFields } from '../../../shared/model/unread.ts';
import { firstAttempt } from '../../shared/erp/conformance/attempts.ts';
import { bcTarget } from '../../shared/erp/conformance/bc-target.ts';
import {
  assemblyOf,
  completionOf,
  productOrderOf,
  quantityKey,
} from '../../shared/erp/conformance/completions.ts';
import { odooTarget } from '../../shared/erp/conformance/odoo-target.ts';
import { sapTarget } from '../../shared/erp/conformance/sap-target.ts';
import type { ErpConformanceTarget, PlannedOrderRef } from '../../shared/erp/conformance/target.ts';
import { sandboxTarget } from '../../shared/erp/rest/target.ts';

/** How often a connector calls its ERP to book one completion: a whole order, with only a note. */
export interface CallsOfBooking {
  readonly erp: string;
  /** The first booking of a container, which also logs in and detects the ERP's version. */
  readonly first: number;
  readonly further: number;
  /** A further one of an assembly with everything that can be recorded of it; absent where the target has no assembly. */
  readonly assembly?: number;
}

/** Tryton has no test server; `npm run test:tryton` prints its calls. */
type MakeTarget = () => Promise<ErpConformanceTarget>;
const sapLogin = { auth: 'basic', user: 'AZUMUTA', secret: 'secret' } as const;

/** Last, where a plant that books assemblies has other options. */
const targets: readonly (readonly [erp: string, plain: MakeTarget, assembling?: MakeTarget])[] = [
  ['Odoo 17', () => odooTarget(17, {})],
  ['Odoo 19', () => odooTarget(19, {})],
  [
    'SAP S/4HANA',
    () => sapTarget(sapLogin, {}),
    () => sapTarget(sapLogin, { goodsMovements: 'receipt', notesField: 'OrderLongText' }),
  ],
  ['Business Central', () => bcTarget({ auth: 'oauth2', user: 'azumuta-client', secret: 'secret' })],
  ['rest (sandbox ERP)', sandboxTarget],
];

export async function callsPerBooking(): Promise<readonly CallsOfBooking[]> {
  const counted: CallsOfBooking[] = [];
  for (const [erp, plain, assembling = plain] of targets) {
    const assembly = await callsOfAssembly(await assembling());
    counted.push({ erp, ...(await callsOf(await plain())), ...definedFields({ assembly }) });
  }
  return counted;
}

/** Makes two bookings in one container, and counts the calls of each. */
async function callsOf(target: ErpConformanceTarget): Promise<Pick<CallsOfBooking, 'first' | 'further'>> {
  const calls = countingIn(target);
  const book = () =>
    calls(target.articles.plain, (order) => completionOf(order, { notes: ['All checks in order'] }));
  return { first: await book(), further: await book() };
}

async function callsOfAssembly(target: ErpConformanceTarget): Promise<number | undefined> {
  const { assembly } = target;
  if (!assembly) return undefined;
  const calls = countingIn(target);
  const book = () => calls(assembly.article, (order) => assemblyOf(order, assembly, {}));
  await book();
  return book();
}

/** Counts the calls of bookings in one container. */
function countingIn(target: ErpConformanceTarget) {
  const connector = target.connector();
  return async (article: string, make: (order: PlannedOrderRef) => Completion): Promise<number> => {
    const order = await target.planOrder({ article, quantity: '5' });
    target.faults.reset();
    await connector.book(make(order), quantityKey(productOrderOf(order)), firstAttempt());
    return target.faults.callCount();
  };
}
