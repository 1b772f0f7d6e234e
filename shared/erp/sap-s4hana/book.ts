import * as z from 'zod/mini';
import type { BookingKey, Completion, Receipt } from '../../model/completions.ts';
import { Rejected, RetryLater } from '../../model/errors.ts';
import { compareDecimals, sumOf } from '../../model/quantity.ts';
import { shorten } from '../../model/text.ts';
import { requireArticle } from '../booking-rules.ts';
import { confirmationService, type SapClient } from './client.ts';
import { completesOrder, operationOf } from './final-confirmation.ts';
import { movementsOf } from './goods-receipts.ts';
import { appendNotes } from './marks.ts';
import type { SapOptions } from './options.ts';
import { readConfirmations, readOrder, requireOpen } from './order.ts';
import { confirmationSchema, guidOf, type SapConfirmation, type SapOrder, toWire } from './records.ts';

export interface SapBooking {
  readonly client: SapClient;
  readonly options: SapOptions;
  readonly signal: AbortSignal;
}

/** Longest ConfirmationText (Edm.String(40)). */
const maxText = 40;

/** @throws Rejected when no field is configured that could take it. */
export async function bookAmendment(
  { client, options, signal }: SapBooking,
  completion: Completion,
  key: BookingKey,
): Promise<Receipt> {
  const { erpOrder } = completion;
  if (options.notesField === undefined) {
    throw new Rejected(
      `SAP: what was recorded later for order ${erpOrder.number} has no place to go: configure notesField, or add it by hand.`,
      { code: 'configuration' },
    );
  }
  const notes = { client, field: options.notesField, signal };
  const wrote = await appendNotes(notes, erpOrder, `note ${key}`, linesOf(completion));
  return { reference: `text of order ${erpOrder.number}`, alreadyBooked: !wrote };
}

/**
 * Posts one confirmation. Its ExternalSystemConfirmation is the booking key as a GUID, written with it in one
 * transaction. SAP does not keep it unique, so it is looked for before posting, in every attempt. Whether it is
 * the final one is decided by what is confirmed so far, since parts of an order overtake each other.
 */
export async function bookQuantity(
  booking: SapBooking,
  completion: Completion,
  key: BookingKey,
): Promise<Receipt> {
  const { client, options, signal } = booking;
  const { erpOrder } = completion;
  const guid = guidOf(key);
  const { order } = await readOrder(client, erpOrder, signal);
  requireArticle(completion, order.Material, 'SAP');
  const confirmations = await readConfirmations(client, erpOrder, signal);
  const earlier = findOurs(confirmations, guid, erpOrder.number);
  if (!earlier) {
    requireOpen(order, erpOrder);
    await client.call({
      method: 'POST',
      service: confirmationService,
      path: '/ProdnOrdConf2',
      body: confirmationOf(options, completion, order, {
        guid,
        final: completion.final || completesOrder(options, completion, order, confirmations),
      }),
      answer: z.object({ d: confirmationSchema }),
      what: 'the confirmation',
      order: erpOrder.number,
      signal,
    });
  }
  const booked =
    earlier ?? findOurs(await readConfirmations(client, erpOrder, signal), guid, erpOrder.number);
  if (!booked) {
    throw new RetryLater(`SAP accepted the confirmation of order ${erpOrder.number}, but does not show it.`, {
      scope: 'order',
      wrote: 'perhaps',
    });
  }
  if (options.notesField !== undefined && (completion.notes.length > 0 || completion.links.length > 0)) {
    const notes = { client, field: options.notesField, signal };
    await appendNotes(notes, erpOrder, `booking ${key}`, linesOf(completion));
  }
  return {
    reference: `confirmation ${booked.ConfirmationGroup}/${booked.ConfirmationCount}`,
    alreadyBooked: earlier !== undefined,
  };
}

/** @throws Rejected when somebody cancelled our confirmation: booking it again would overrule them. */
function findOurs(
  confirmations: readonly SapConfirmation[],
  guid: string,
  number: string,
): SapConfirmation | undefined {
  const ours = confirmations.filter(
    (one) => one.ExternalSystemConfirmation?.toLowerCase() === guid && one.IsReversal !== true,
  );
  const standing = ours.find((one) => one.IsReversed !== true);
  const [cancelled] = ours;
  if (cancelled && !standing) {
    throw new Rejected(
      `SAP: confirmation ${cancelled.ConfirmationGroup}/${cancelled.ConfirmationCount} of order ${number} was booked for this completion and cancelled since: book it by hand if it is missing.`,
      { code: 'booked-otherwise' },
    );
  }
  return standing;
}

function confirmationOf(
  options: SapOptions,
  completion: Completion,
  order: SapOrder,
  { guid, final }: { readonly guid: string; readonly final: boolean },
): Record<string, unknown> {
  const { erpOrder, quantity, scrap, work, completedOn } = completion;
  const { goodsMovements, workActivity } = options;
  const { operation, sequence } = operationOf(options);
  const minutes = Math.round(work.reduce((sum, one) => sum + one.seconds, 0) / 6) / 10;
  const movements = movementsOf(options, completion, order);
  return {
    OrderID: toWire(erpOrder.number),
    OrderOperation: operation,
    Sequence: sequence,
    ConfirmationText: textOf(completion),
    ConfirmationUnit: quantity?.unit ?? order.ProductionUnit,
    ConfirmationYieldQuantity: quantity?.amount ?? '0',
    ConfirmationScrapQuantity: inSameUnit(completion, scrap?.amount ?? '0'),
    IsFinalConfirmation: final,
    OpenReservationsIsCleared: final,
    PostingDate: `/Date(${Date.parse(completedOn)})/`,
    ExternalSystemConfirmation: guid,
    ...(workActivity && minutes > 0
      ? { OpConfirmedWorkQuantity1: String(minutes), OpWorkQuantityUnit1: 'MIN' }
      : {}),
    ...(goodsMovements === 'none' ? { APIConfHasNoGoodsMovements: true } : {}),
    ...(movements.length > 0 ? { to_ProdnOrdConfMatlDocItm: { results: movements } } : {}),
  };
}

/** A confirmation has one unit for both quantities. */
function inSameUnit({ erpOrder, quantity, scrap }: Completion, amount: string): string {
  if (scrap?.unit !== undefined && scrap.unit !== quantity?.unit && compareDecimals(amount, '0') > 0) {
    throw new Rejected(
      `SAP: good quantity and scrap of order ${erpOrder.number} have different units (${quantity?.unit ?? 'none'}, ${scrap.unit}): correct the mapping.`,
      { code: 'quantity-or-lots' },
    );
  }
  return sumOf([amount]);
}

function textOf({ productOrder, notes }: Completion): string {
  return shorten([`Azumuta ${productOrder.number}`, ...notes].join(': ').replace(/\s+/g, ' '), maxText);
}

function linesOf({ productOrder, notes, links }: Completion): string[] {
  return [
    `Azumuta product order ${productOrder.number}`,
    ...notes,
    ...links.map(({ name, url }) => `${name}: ${url}`),
  ];
}
