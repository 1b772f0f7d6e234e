import Big from 'big.js';
import { compareDecimals, type Decimal } from '../../../../../shared/model/quantity.ts';
import {
  type BcComponent,
  type BcEntry,
  BcError,
  type BcItem,
  type BcLine,
  type BcOperation,
  dialog,
  difference,
  notFound,
  postedOn,
  roundTo,
  roundToItemPrecision,
  testField,
} from './bc-records.ts';

// Rules of the base application of Business Central 29.0, as its source says them: microsoft/BCApps, commit c3414ede,
// src/Layers/W1/BaseApp. Each names its object, procedure and line. Its tests (src/Layers/W1/Tests/SCM-Manufacturing) are
// reproduced with their figures in test/shared/erp/business-central/rules.test.ts.

/** The tables that posting reads and writes, and one transaction over them. */
export interface Posting {
  readonly items: ReadonlyMap<string, BcItem>;
  readonly entries: BcEntry[];
  /** Quantity on inventory by item and lot. */
  readonly stock: Map<string, Decimal>;
  /** Locations with *Prod. Output Whse. Handling* = Inventory Put-away. */
  readonly putAwayLocations: ReadonlySet<string>;
  readonly postingFrom: string;
  readonly change: <Row extends object>(row: Row, values: Partial<Row>) => void;
  readonly insert: <Row>(table: Row[], row: Row) => void;
  readonly setStock: (key: string, amount: Decimal) => void;
}

export interface OutputLine {
  readonly operationNo: string;
  readonly good: Decimal;
  readonly scrap: Decimal;
  readonly scrapCode?: string | undefined;
  readonly lot?: string | undefined;
  readonly setup?: Decimal | undefined;
  readonly run?: Decimal | undefined;
  readonly finished?: boolean | undefined;
  readonly postingDate: string;
  readonly document: string;
}

export const stockKey = (itemNo: string, lot: string) => `${itemNo}|${lot}`;
const flushesForward = ({ flushing }: BcComponent) => flushing === 'Forward' || flushing === 'Pick + Forward';
const flushesBackward = ({ flushing }: BcComponent) =>
  flushing === 'Backward' || flushing === 'Pick + Backward';

/** Codeunit Item Jnl.-Check Line, `CheckDates` 307. */
function requirePostingDate({ postingFrom }: Posting, postingDate: string): void {
  if (postingDate < postingFrom)
    throw testField(
      `The Posting Date is not within your range of allowed posting dates. Posting Date=${postingDate}`,
    );
}

/** Codeunit Mfg. Item Jnl.-Post Line, `PostOutputForProdOrder` 629 (`GetOutputProdOrder` 690 ff., Blocked, centres). */
function requirePostable(line: BcLine, operation: BcOperation | undefined): void {
  if (line.status !== 'Released')
    throw notFound('Production Order', `Status='Released',No.='${line.orderNo}'`);
  if (line.blocked)
    throw testField(
      `Blocked must be equal to 'No' in Production Order: Status=Released, No.=${line.orderNo}.`,
    );
  if (line.operations.length > 0 && !operation)
    throw testField('Operation No. must have a value in Item Journal Line. It cannot be zero or empty.');
  if (operation?.centerBlocked) throw testField(`Blocked must be equal to 'No' in Work Center.`);
}

/** An output line of an item journal: codeunit Mfg. Item Jnl.-Post Line, `PostOutput` 423. */
export function postOutput(posting: Posting, line: BcLine, output: OutputLine): void {
  const { operationNo, good, scrapCode = '', lot = '', postingDate } = output;
  const operation = line.operations.find((one) => one.operationNo === operationNo);
  requirePostingDate(posting, postingDate);
  requirePostable(line, operation);
  // Table extension Mfg. Item Journal Line, field 5896.
  if (scrapCode !== '' && !operation)
    throw dialog('When using Scrap Code, Type must be Work Center or Machine Center.');
  // The same, `ConfirmOutputOnFinishedOperation` 447: a question, which a service cannot answer.
  if (operation?.status === 'Finished')
    throw new BcError(
      'Application_CallbackNotAllowed',
      `Microsoft Dynamics 365 Business Central Server attempted to issue a client callback to show a confirmation dialog box: Operation ${operationNo} is finished.`,
    );
  // `SubcontractingWorkCenterUsed` 841.
  if (operation?.subcontracted && compareDecimals(good, '0') !== 0)
    throw testField('Output Quantity must be equal to 0 in Item Journal Line.');
  requireProducible(posting, line);
  // `PostOutputUpdateProdOrderRtngLine` 750.
  if (operation) posting.change(operation, { status: output.finished ? 'Finished' : 'In Progress' });
  insertEntry(posting, line, output, { type: 'capacity', itemNo: line.itemNo });
  if (operation) flushOperation(posting, line, operation, output);
  const isLast = operation === line.operations.at(-1);
  if (!isLast || compareDecimals(good, '0') === 0) return;
  requireLot(posting, line.itemNo, lot);
  if (isSerial(posting, line.itemNo) && compareDecimals(stockOf(posting, line.itemNo, lot), '0') > 0)
    throw dialog(`Serial No. ${lot} is already on inventory.`);
  insertEntry(
    posting,
    line,
    { ...output, scrap: '0', setup: '0', run: '0' },
    { type: 'output', itemNo: line.itemNo },
  );
  addStock(posting, line.itemNo, lot, good);
  // `UpdateProdOrderLine` 888: more than planned is allowed, and what remains is never below 0.
  const finished = new Big(line.finished).plus(good).toFixed();
  const left = difference(line.quantity, finished);
  posting.change(line, { finished, remaining: compareDecimals(left, '0') < 0 ? '0' : left });
}

/** Codeunit Item Jnl.-Post Line, `CheckIfItemIsBlocked` 812, `CheckItemAndItemVariantProductionBlocked` 1511. */
function requireProducible({ items }: Posting, { itemNo }: BcLine): void {
  const item = items.get(itemNo);
  if (item?.blocked) throw testField(`Blocked must be equal to 'No' in Item: No.=${itemNo}.`);
  if (item?.productionBlocked === 'Output')
    throw dialog(
      `You cannot produce Item ${itemNo} because the Production Blocked is Output on the Item card.`,
    );
}

/** `FlushOperation` 925: components of the operation's routing link, after each output line that is not negative. */
function flushOperation(posting: Posting, line: BcLine, operation: BcOperation, output: OutputLine): void {
  if (operation.link === '') return;
  for (const component of line.components) {
    const isLinked = component.link === operation.link;
    if (isLinked && flushesForward(component))
      flush(posting, line, component, forwardNeed(posting, component), output);
    if (isLinked && flushesBackward(component))
      flush(posting, line, component, backwardNeed(posting, line, component, output), output);
  }
}

/** Table Prod. Order Component, `GetNeededQty` 1196, of the expected output: all that remains. */
function forwardNeed(posting: Posting, { remaining, itemNo }: BcComponent): Big {
  return roundTo(new Big(remaining), precisionOf(posting, itemNo));
}

/** `PostFlushedConsumption` 993: by the output, or what remains where the output completes the line and both hardly differ. */
function backwardNeed(
  posting: Posting,
  line: BcLine,
  component: BcComponent,
  { good, scrap }: OutputLine,
): Big {
  const precision = precisionOf(posting, component.itemNo);
  const output = new Big(good).plus(scrap);
  const calculated = neededFor(component, output);
  const off = roundTo(calculated, precision).minus(component.remaining).abs();
  const completes = output.eq(line.remaining) && !new Big(component.remaining).eq(0);
  const isNear = off.lte(precision) && off.lt(1);
  return completes && isNear ? new Big(component.remaining) : calculated;
}

/** Codeunit Mfg. Cost Calculation Mgt., `CalcActNeededQtyBase` 652. */
function neededFor({ per, scrapPercent }: BcComponent, output: Big): Big {
  return output.times(per).times(new Big(scrapPercent).div(100).plus(1));
}

function flush(posting: Posting, line: BcLine, component: BcComponent, need: Big, output: OutputLine): void {
  const amount = roundToItemPrecision(need, precisionOf(posting, component.itemNo));
  if (compareDecimals(amount, '0') <= 0) return;
  postConsumption(posting, line, component, { ...output, good: amount, lot: component.lot });
}

/** A consumption line: `PostConsumption` 58, Item Ledger Entry `VerifyOnInventory` 924. More than expected is allowed. */
export function postConsumption(
  posting: Posting,
  line: BcLine,
  component: BcComponent,
  output: Pick<OutputLine, 'good' | 'lot' | 'postingDate' | 'document'>,
): void {
  const { good: amount, lot = '', postingDate } = output;
  requirePostingDate(posting, postingDate);
  if (line.status !== 'Released')
    throw notFound('Production Order', `Status='Released',No.='${line.orderNo}'`);
  requireLot(posting, component.itemNo, lot);
  const there = stockOf(posting, component.itemNo, lot);
  if (compareDecimals(amount, there) > 0)
    throw dialog(`You have insufficient quantity of Item ${component.itemNo} on inventory.`);
  addStock(posting, component.itemNo, lot, `-${amount}`);
  const left = difference(component.remaining, amount);
  posting.change(component, {
    consumed: new Big(component.consumed).plus(amount).toFixed(),
    remaining: compareDecimals(left, '0') < 0 ? '0' : left,
  });
  insertEntry(
    posting,
    line,
    { ...output, operationNo: '', scrap: '0' },
    { type: 'consumption', itemNo: component.itemNo },
  );
}

/** Codeunit Prod. Order Status Management, `FlushProdOrder` 987 with the new status Released: forward, without a link. */
export function flushAtRelease(
  posting: Posting,
  line: BcLine,
  at: Pick<OutputLine, 'postingDate' | 'document'>,
): void {
  for (const component of line.components)
    if (component.link === '' && flushesForward(component))
      flush(posting, line, component, forwardNeed(posting, component), {
        ...at,
        operationNo: '',
        good: '0',
        scrap: '0',
      });
}

/**
 * `ChangeProdOrderStatus` 116 to Finished. `FlushProdOrderProcessProdOrderRtngLine` 1117: operations that flush backward get
 * what is missing, the last one what remains of the line. `FlushProdOrder` 987: then components without a link.
 */
export function finishLine(
  posting: Posting,
  line: BcLine,
  at: Pick<OutputLine, 'postingDate' | 'document'>,
): void {
  const last = line.operations.at(-1);
  if (last?.flushing === 'Backward' && compareDecimals(line.remaining, '0') > 0)
    postOutput(posting, line, { ...at, operationNo: last.operationNo, good: line.remaining, scrap: '0' });
  const made = last ? postedOn(posting.entries, line, last.operationNo).good : line.finished;
  for (const operation of line.operations) {
    if (operation === last || operation.flushing !== 'Backward') continue;
    const missing = difference(made, postedOn(posting.entries, line, operation.operationNo).good);
    if (compareDecimals(missing, '0') > 0)
      postOutput(posting, line, { ...at, operationNo: operation.operationNo, good: missing, scrap: '0' });
  }
  for (const component of line.components) {
    if (component.link !== '' || !flushesBackward(component)) continue;
    const need = neededFor(component, new Big(made)).minus(component.consumed);
    flush(posting, line, component, need, { ...at, operationNo: '', good: '0', scrap: '0' });
  }
  posting.change(line, { status: 'Finished' });
}

/** Codeunit Item Jnl.-Post Line, `CheckItemTracking` 4822; texts 131 and 132. */
function requireLot({ items }: Posting, itemNo: string, lot: string): void {
  const tracking = items.get(itemNo)?.tracking ?? 'none';
  if (tracking === 'none' && lot !== '')
    throw testField(
      `Item Tracking Code must have a value in Item: No.=${itemNo}. It cannot be zero or empty.`,
    );
  if (tracking === 'none' || tracking === 'optional' || lot !== '') return;
  throw dialog(`You must assign a ${tracking === 'lot' ? 'lot' : 'serial'} number for item ${itemNo}.`);
}

const isSerial = ({ items }: Posting, itemNo: string) => items.get(itemNo)?.tracking === 'serial';
const precisionOf = ({ items }: Posting, itemNo: string) => items.get(itemNo)?.precision ?? '0.00001';

export function stockOf({ stock }: Pick<Posting, 'stock'>, itemNo: string, lot: string): Decimal {
  return stock.get(stockKey(itemNo, lot)) ?? '0';
}

function addStock(posting: Posting, itemNo: string, lot: string, amount: Decimal): void {
  posting.setStock(stockKey(itemNo, lot), new Big(stockOf(posting, itemNo, lot)).plus(amount).toFixed());
}

function insertEntry(
  { entries, insert }: Posting,
  { orderNo, lineNo }: BcLine,
  {
    operationNo,
    good,
    scrap,
    scrapCode = '',
    lot = '',
    setup = '0',
    run = '0',
    postingDate,
    document,
  }: OutputLine,
  { type, itemNo }: Pick<BcEntry, 'type' | 'itemNo'>,
): void {
  const entryNo = 1 + (entries.at(-1)?.entryNo ?? 800);
  const figures = { quantity: good, scrap, scrapCode, lot, setup, run };
  insert(entries, { entryNo, type, orderNo, lineNo, itemNo, operationNo, ...figures, postingDate, document });
}
