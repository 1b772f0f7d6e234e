import { UnknownOrder } from '../../model/errors.ts';
import type { ErpOrder, ErpOrderRef } from '../../model/orders.ts';
import { partnerDown } from '../failures.ts';
import { odataText, type Reader } from './client.ts';
import { type BusinessCentralOptions, partner } from './options.ts';
import { type BcOrderLine, enumText, lineSchema } from './records.ts';

/** The major version of the extension that this connector speaks to. */
const neededExtension = 1;
const largestLineNo = 2_147_483_647;

/** Order and line of a number such as `RPO-1001/10000`; undefined for one that names no line. */
export function lineIn({
  number,
}: ErpOrderRef): { readonly orderNo: string; readonly lineNo: number } | undefined {
  const [, orderNo = '', digits = ''] = /^(.+)\/(\d{1,10})$/.exec(number) ?? [];
  const lineNo = Number(digits);
  return orderNo !== '' && lineNo <= largestLineNo ? { orderNo, lineNo } : undefined;
}

/** A line is asked for by its order and number. @throws UnknownOrder for a number that names none. */
export function filterOfLine(order: ErpOrderRef): string {
  const { orderNo, lineNo } = lineIn(order) ?? unknownOrder(order);
  return `orderNo eq ${odataText(orderNo)} and lineNo eq ${lineNo}`;
}

/** Rows that belong to a line. @param prodOrderLineNo The line, or the routing that it shares with others. */
export function filterOfRows({ orderNo }: BcOrderLine, prodOrderLineNo: number): string {
  return `orderNo eq ${odataText(orderNo)} and prodOrderLineNo eq ${prodOrderLineNo}`;
}

function unknownOrder({ number }: ErpOrderRef): never {
  throw new UnknownOrder(
    `${partner} has no line ${number} of a production order: its number is that of the order and of the line, RPO-1001/10000.`,
  );
}

/** @throws UnknownOrder when there is no such line, released or finished. */
export async function readOrder(reader: Reader, order: ErpOrderRef): Promise<BcOrderLine> {
  const [line] = await reader.readRows(
    {
      page: 'orderLines',
      filter: filterOfLine(order),
      what: `the data of order ${order.number}`,
    },
    lineSchema,
  );
  if (!line) return unknownOrder(order);
  requireExtension(line.extensionVersion);
  return line;
}

/** @throws PartnerDown for an extension that is older or newer than this connector. */
export function requireExtension(version: string): void {
  const major = Number(version.split('.')[0]);
  if (major === neededExtension) return;
  const what =
    major > neededExtension
      ? `newer than this connector, which needs ${neededExtension}.x: update the bundle`
      : `older than this connector, which needs ${neededExtension}.x: install the extension of this release`;
  throw partnerDown(`${partner} has version ${version || 'none'} of the extension, ${what}.`);
}

/**
 * A line of the list, as an order. Its *Finished Quantity* is the output that was posted (MfgItemJnlPostLine.Codeunit.al of
 * microsoft/BCApps, `UpdateProdOrderLine` 888). Scrap is in the capacity ledger, which the extension does not show.
 */
export function erpOrderOf(line: BcOrderLine, options: BusinessCentralOptions): ErpOrder {
  const { number, itemNo, quantity, unit, dueDate, systemModifiedAt, status, blocked, finishedQuantity } =
    line;
  const isReleased = status === 'Released' && !blocked && isOurs(line, options);
  return {
    number,
    article: itemNo,
    quantity: { amount: quantity, unit },
    dueDate: dueDate === '' || dueDate.startsWith('0001-') ? undefined : dueDate,
    state: isReleased ? 'released' : 'other',
    changedAt: new Date(systemModifiedAt).toISOString(),
    produced: { good: finishedQuantity },
    attributes: attributesOf(line),
  };
}

function isOurs(
  { planningLevel, locationCode }: BcOrderLine,
  { planningLevels = 'all', locations }: BusinessCentralOptions,
): boolean {
  const isOfLevel = planningLevels === 'all' || planningLevel === 0;
  return isOfLevel && (locations === undefined || locations.includes(locationCode));
}

/** What a mapping may read of it; enums as people see them. */
function attributesOf({ extensionVersion: _, systemModifiedAt: __, ...line }: BcOrderLine) {
  return {
    ...line,
    lastOperationFlushing: enumText(line.lastOperationFlushing),
    sourceType: enumText(line.sourceType),
  };
}
