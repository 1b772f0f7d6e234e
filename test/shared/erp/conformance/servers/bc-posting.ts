import Big from 'big.js';
import { compareDecimals, type Decimal } from '../../../../../shared/model/quantity.ts';
import {
  type BcComponent,
  type BcEntry,
  type BcLine,
  type BcOperation,
  difference,
  postedOn,
  roundTo,
  roundToItemPrecision,
} from './bc-records.ts';
import {
  type BcRule,
  type BcSetup,
  type PostedLine,
  requireFinishable,
  requirePostable,
} from './bc-rules.ts';

// What the base application of Business Central 29.0 posts, as its source says it: microsoft/BCApps, commit c3414ede,
// src/Layers/W1/BaseApp. Each names its object, procedure and line. Its tests (src/Layers/W1/Tests/SCM-Manufacturing) are
// reproduced with their figures in test/shared/erp/business-central/rules.test.ts.

/** The tables that posting reads and writes, and one transaction over them. */
export interface Posting extends BcSetup {
  readonly entries: BcEntry[];
  /** Rules that are left out. */
  readonly left: ReadonlySet<BcRule>;
  readonly change: <Row extends object>(row: Row, values: Partial<Row>) => void;
  readonly insert: <Row>(table: Row[], row: Row) => void;
  readonly setStock: (itemNo: string, lot: string, amount: Decimal) => void;
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

const flushesForward = ({ flushing }: BcComponent) => flushing === 'Forward' || flushing === 'Pick + Forward';
const flushesBackward = ({ flushing }: BcComponent) =>
  flushing === 'Backward' || flushing === 'Pick + Backward';

/** An output line of an item journal: codeunit Mfg. Item Jnl.-Post Line, `PostOutput` 423. */
export function postOutput(posting: Posting, line: BcLine, output: OutputLine): void {
  const { operationNo, good, scrapCode = '', lot = '', postingDate } = output;
  const operation = line.operations.find((one) => one.operationNo === operationNo);
  const isLast = operation === line.operations.at(-1);
  const isStock = isLast && compareDecimals(good, '0') !== 0;
  const posted = { line, operation, component: undefined, isStock, scrapCode, lot, postingDate } as const;
  require(posting, { ...posted, type: 'output', itemNo: line.itemNo, quantity: good });
  // `PostOutputUpdateProdOrderRtngLine` 750.
  if (operation) posting.change(operation, { status: output.finished ? 'Finished' : 'In Progress' });
  insertEntry(posting, line, output, { type: 'capacity', itemNo: line.itemNo });
  if (operation) flushOperation(posting, line, operation, output);
  if (!isStock) return;
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

function require(posting: Posting, posted: PostedLine): void {
  requirePostable(posted, posting, posting.left);
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

/** A consumption line: `PostConsumption` 58. More than expected is allowed. */
export function postConsumption(
  posting: Posting,
  line: BcLine,
  component: BcComponent,
  output: Pick<OutputLine, 'good' | 'lot' | 'postingDate' | 'document'>,
): void {
  const { good: amount, lot = '', postingDate } = output;
  const posted = { line, operation: undefined, component, isStock: true, scrapCode: '', lot, postingDate };
  require(posting, { ...posted, type: 'consumption', itemNo: component.itemNo, quantity: amount });
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
  requireFinishable(line, posting, posting.left);
  posting.change(line, { status: 'Finished' });
}

const precisionOf = ({ items }: Posting, itemNo: string) => items.get(itemNo)?.precision ?? '0.00001';

function addStock(posting: Posting, itemNo: string, lot: string, amount: Decimal): void {
  posting.setStock(itemNo, lot, new Big(posting.stockOf(itemNo, lot)).plus(amount).toFixed());
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
