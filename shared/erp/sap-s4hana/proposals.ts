import * as z from 'zod/mini';
import { Rejected } from '../../model/errors.ts';
import type { ErpOrderRef } from '../../model/orders.ts';
import { compareDecimals, sumOf, toDecimal } from '../../model/quantity.ts';
import { notBookable } from '../booking-rules.ts';
import { confirmationService, odataLiteral, type SapReader } from './client.ts';
import { issuesOf, type SapMovementToPost } from './components.ts';
import type { SapBookingPlan, ToConfirm } from './confirmation.ts';
import { isConfirmationOfBooking } from './marks.ts';
import { configuredOperation } from './options.ts';
import type { SapFindings } from './order.ts';
import {
  proposedConfirmationSchema,
  proposedMovementSchema,
  type SapProposedMovement,
  wireOrderNumber,
} from './records.ts';

// SAP says what it would confirm and post, by two functions without effect (`function-imports.js` of
// `@sap/cloud-sdk-vdm-production-order-confirmation-v2-service` 2.1.0; both are POSTs). Asked first, what it refuses is refused
// before anything is confirmed. Where the service does not know them, or our user may not call them, the booking goes on without.

/** What would be confirmed of an operation. */
interface AskedOperation {
  readonly operation: string;
  readonly good: string;
  readonly scrap: string;
}

const activityNumbers = [1, 2, 3, 4, 5, 6] as const;

/**
 * Asks for each operation that is still to be confirmed.
 * @throws Rejected when SAP refuses one, or its work centre does not have an activity that would get a time.
 */
export async function requireProposable(found: SapFindings, toPost: readonly ToConfirm[]): Promise<void> {
  const before: string[] = [];
  for (const [operation, bodies] of Map.groupBy(toPost, (one) => String(one.OrderOperation))) {
    const good = sumOf(bodies.map((one) => decimalIn(one.ConfirmationYieldQuantity)));
    const scrap = sumOf(bodies.map((one) => decimalIn(one.ConfirmationScrapQuantity)));
    const proposed = await proposeConfirmation(found, found.erpOrder, { operation, good, scrap }).catch(
      (error: unknown) => {
        // SAP may check the sequence (transaction OPK4), and those before this one are not confirmed yet.
        if (isRefusalNaming(error, before)) return undefined;
        throw error;
      },
    );
    before.push(operation);
    const has = activityNumbers.filter((n) => proposed?.[`OpWorkQuantityUnit${n}`]);
    const needed = activityNumbers.filter((n) => bodies.some((one) => `OpConfirmedWorkQuantity${n}` in one));
    const missing = has.length === 0 ? undefined : needed.find((n) => !has.includes(n));
    if (missing === undefined) continue;
    const why = `the work centre of operation ${operation} has no activity ${missing}, which would get its time (it has: ${has.join(', ')}): correct activities in the configuration, or the work centre in SAP`;
    throw notBookable('SAP', found.erpOrder.number, why);
  }
}

function isRefusalNaming(error: unknown, operations: readonly string[]): boolean {
  if (!(error instanceof Rejected)) return false;
  const numbers: readonly string[] = error.message.match(/\d+/g) ?? [];
  return operations.some((one) => numbers.includes(one));
}

/** @returns undefined where SAP does not say. */
async function proposeConfirmation(
  { propose, options }: SapReader,
  order: ErpOrderRef,
  asked: AskedOperation,
) {
  const call = {
    service: confirmationService,
    path: '/GetConfProposal',
    query: { ...queryOf(options, order, asked), ActivityIsToBeProposed: 'true' },
    what: `the confirmation of operation ${asked.operation}`,
  };
  const answer = z.object({ d: z.object({ GetConfProposal: proposedConfirmationSchema }) });
  return (await propose(call, answer))?.d.GetConfProposal;
}

/**
 * The issues of components that nobody recorded: as SAP would post them itself, with its scrap of components, its rounding and
 * its unit of issue; where it does not say, as they are planned for what was built.
 * @throws Rejected when SAP refuses an operation that takes them.
 */
export async function readIssuesAsPlanned(
  found: SapFindings,
  { others, main, uses }: SapBookingPlan,
): Promise<SapMovementToPost[]> {
  const closing = main.operation;
  const items = uses.asPlanned.flatMap(({ planned }) => planned.items);
  const operations = new Set(items.map((item) => item.ManufacturingOrderOperation || closing));
  const movements = new Map<string, SapMovementToPost>();
  for (const operation of operations) {
    const shares = [...others, main].filter((one) => one.operation === operation);
    const { good, scrap } = found.built;
    const asked = {
      operation,
      good: shares.length > 0 ? sumOf(shares.map((one) => one.good)) : good,
      scrap: shares.length > 0 ? sumOf(shares.map((one) => one.scrap)) : scrap,
    };
    const proposed = await proposeMovements(found, asked);
    const own = issuesOf(found, uses.asPlanned).filter(
      (one) => operationOf(found, one, closing) === operation,
    );
    const issues = proposed
      ?.filter((one) => isIssueAsPlanned(one, uses))
      .map((one) => ({ OrderID: wireOrderNumber(found.erpOrder.number), ...one }));
    // A milestone proposes those of the operations before it as well.
    for (const one of issues ?? own) if (!movements.has(itemOf(one))) movements.set(itemOf(one), one);
  }
  return [...movements.values()];
}

/** @returns undefined where SAP does not say, or no more, as this booking has confirmed the operation before. */
async function proposeMovements(found: SapFindings, asked: AskedOperation) {
  const { propose, options, erpOrder, confirmations, key } = found;
  const call = {
    service: confirmationService,
    path: '/GetGdsMvtProposal',
    query: queryOf(options, erpOrder, asked),
    what: `the goods movements of operation ${asked.operation}`,
  };
  const answer = z.object({ d: z.object({ results: z.array(proposedMovementSchema) }) });
  try {
    return (await propose(call, answer))?.d.results;
  } catch (error) {
    const isOurs = confirmations.some(
      (one) => one.OrderOperation === asked.operation && isConfirmationOfBooking(one, key),
    );
    if (error instanceof Rejected && isOurs) return undefined;
    throw error;
  }
}

/** Receipts are sent as the shop floor says, and so is what was recorded of a component. */
function isIssueAsPlanned(
  { GoodsMovementType, Material, QuantityInEntryUnit }: SapProposedMovement,
  { recorded }: SapBookingPlan['uses'],
): boolean {
  const isRecorded = recorded.some(({ planned }) => planned.article === Material);
  return (
    GoodsMovementType !== '101' && !isRecorded && compareDecimals(decimalIn(QuantityInEntryUnit), '0') > 0
  );
}

function operationOf({ components }: SapFindings, movement: SapMovementToPost, closing: string): string {
  const item = components.find((one) => itemOf({ ...one }) === itemOf(movement));
  return item?.ManufacturingOrderOperation || closing;
}

/** An item of a reservation: SAP shows it with or without zeros. */
function itemOf({ Reservation, ReservationItem, Material }: SapMovementToPost): string {
  const bare = (number: unknown) => String(number ?? '').replace(/^0+/, '');
  return [Reservation, ReservationItem].map(bare).join('/') + (ReservationItem ? '' : Material);
}

function queryOf(
  options: SapReader['options'],
  { number }: ErpOrderRef,
  { operation, good, scrap }: AskedOperation,
) {
  const { sequence } = configuredOperation(options);
  return {
    OrderID: odataLiteral(wireOrderNumber(number)),
    Sequence: odataLiteral(sequence),
    OrderOperation: odataLiteral(operation),
    ConfirmationYieldQuantity: `${good}M`,
    ConfirmationScrapQuantity: `${scrap}M`,
  };
}

const decimalIn = (value: unknown) => toDecimal(value) ?? '0';

/** What bookings would ask, and SAP does not answer: it is asked of an order, as a booking does. */
export async function proposalsNotOffered(reader: SapReader, order: ErpOrderRef): Promise<string[]> {
  const { activities, goodsMovements, operation } = reader.options;
  // Only bookings of operations and components ask.
  if (activities === undefined && goodsMovements !== 'receipt') return [];
  const asked = {
    operation: operation ?? configuredOperation(reader.options).operation,
    good: '1',
    scrap: '0',
  };
  const proposed = await proposeConfirmation(reader, order, asked).catch((error: unknown) => {
    if (error instanceof Rejected) return 'known';
    throw error;
  });
  if (proposed !== undefined) return [];
  return [
    'SAP does not propose confirmations to this user (GetConfProposal, GetGdsMvtProposal): what it refuses of an operation is known only once those before it are confirmed, and components that nobody recorded are issued by our own share',
  ];
}
