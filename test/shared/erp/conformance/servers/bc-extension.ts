import { compareDecimals, type Decimal, sumOf } from '../../../../../shared/model/quantity.ts';
import {
  type BcComponent,
  type BcError,
  type BcItem,
  type BcLine,
  type BcLocation,
  type BcOperation,
  type BcRequest,
  remainsToBePicked,
} from './bc-records.ts';
import { refusalOfExtension } from './bc-refusals.ts';

// The checks of codeunit Azumuta Post (shared/erp/business-central/extension), procedure by procedure.

/** What the checks look at. */
interface Checked {
  readonly lines: readonly BcLine[];
  readonly items: ReadonlyMap<string, BcItem>;
  readonly locations: ReadonlyMap<string, Partial<BcLocation>>;
  /** By item and lot. */
  readonly stock: ReadonlyMap<string, Decimal>;
}

type Lots = readonly { readonly number: string; readonly quantity: Decimal }[];

const refusal = (label: string, ...values: readonly (string | number)[]): BcError =>
  refusalOfExtension('AzumutaPost.Codeunit.al', label, ...values);
const isZero = (quantity: Decimal) => compareDecimals(quantity, '0') === 0;
const nameOf = ({ orderNo, lineNo }: BcLine) => `${orderNo}/${lineNo}`;

/** `LockOrder`. */
export function findLineToPost({ lines }: Checked, { orderNo, lineNo }: BcRequest): BcLine {
  const ofOrder = lines.filter((one) => one.orderNo === orderNo);
  const [first] = ofOrder;
  if (!first) throw refusal('UnknownOrderErr', orderNo);
  if (first.status !== 'Released') throw refusal('FinishedErr', orderNo);
  const line = ofOrder.find((one) => one.lineNo === lineNo);
  if (first.blocked || line?.blocked) throw refusal('BlockedErr', orderNo);
  if (!line) throw refusal('UnknownLineErr', orderNo, lineNo);
  return line;
}

/** `CheckLine`, `CheckLocation`, `CheckOperations`, `WriteConsumption`: all that is refused before the base application posts. */
export function requireBookable(checked: Checked, line: BcLine, request: BcRequest): void {
  requireLine(checked, line, request);
  const { inventoryPutAway } = checked.locations.get(line.location) ?? {};
  if (inventoryPutAway && !isZero(request.good)) throw refusal('PutAwayErr', line.location);
  requireOperations(line, request);
  const given = new Set<number>();
  for (const component of request.details.components) {
    if (given.has(component.lineNo)) throw refusal('TwiceErr', component.lineNo);
    given.add(component.lineNo);
    requireComponent(checked, line, component);
  }
}

function requireLine(checked: Checked, line: BcLine, request: BcRequest): void {
  const { itemNo, variantCode, unit, good, scrap, details } = request;
  if (line.itemNo !== itemNo || line.variant !== variantCode)
    throw refusal('OtherItemErr', nameOf(line), line.itemNo, line.variant, itemNo, variantCode);
  const counted = checked.items.get(itemNo)?.unit ?? '';
  if (counted !== unit) throw refusal('OtherUnitErr', nameOf(line), counted, unit);
  if (request.postingDate === '') throw refusal('NoDateErr');
  if (isZero(good) && isZero(scrap)) throw refusal('NothingBuiltErr');
  const explained = sumOf(details.scrap.map(({ quantity }) => quantity));
  if (compareDecimals(explained, scrap) > 0) throw refusal('ReasonsErr', explained, scrap);
  requireTracked(checked, itemNo, good, details.lots);
}

/** `CheckTracking`. */
function requireTracked({ items }: Checked, itemNo: string, quantity: Decimal, lots: Lots): void {
  const tracking = items.get(itemNo)?.tracking ?? 'none';
  const isRequired = tracking === 'lot' || tracking === 'serial';
  if (tracking === 'none' && lots.length > 0) throw refusal('NoTrackingErr', itemNo);
  if (!isRequired && lots.length === 0) return;
  const sum = sumOf(lots.map((lot) => lot.quantity));
  if (compareDecimals(sum, quantity) !== 0) throw refusal('LotsErr', itemNo, sum, quantity);
}

function requireOperations(line: BcLine, { good, scrap, details }: BcRequest): void {
  const { operations = [] } = details;
  const last = line.operations.at(-1);
  if (!last) {
    if (operations.length > 0 || details.scrap.length > 0) throw refusal('NoRoutingErr', nameOf(line));
    return;
  }
  if (last.flushing !== 'Manual')
    throw refusal('LastFlushesErr', nameOf(line), last.operationNo, last.flushing);
  requireCanPost(line, last);
  const given = new Set<string>();
  for (const recorded of operations) {
    if (given.has(recorded.no)) throw refusal('TwiceErr', recorded.no);
    given.add(recorded.no);
    const operation = line.operations.find(({ operationNo }) => operationNo === recorded.no);
    if (!operation) throw refusal('UnknownOperationErr', nameOf(line), recorded.no);
    if (operation.flushing !== 'Manual')
      throw refusal('FlushesErr', nameOf(line), recorded.no, operation.flushing);
    requireCanPost(line, operation);
    const figures = { good: recorded.good ?? good, scrap: recorded.scrap ?? scrap };
    const isOther = compareDecimals(figures.good, good) !== 0 || compareDecimals(figures.scrap, scrap) !== 0;
    if (operation === last && isOther)
      throw refusal('LastOperationFiguresErr', recorded.no, figures.good, figures.scrap, good, scrap);
  }
  // `WriteEarlierOperation`: what is proposed there as well.
  const blocked = line.operations.find((one) => one.centerBlocked && isProposed(one));
  if (blocked && !isZero(good)) throw refusal('CenterBlockedErr', nameOf(line), blocked.operationNo);
}

/** An operation on which the good quantity is posted without a recording, as the production journal proposes it. */
export function isProposed({ flushing, status, subcontracted }: BcOperation): boolean {
  return flushing === 'Manual' && status !== 'Finished' && !subcontracted;
}

/** `CheckCanPost`. */
function requireCanPost(line: BcLine, { operationNo, status, subcontracted, centerBlocked }: BcOperation) {
  if (status === 'Finished') throw refusal('OperationFinishedErr', nameOf(line), operationNo);
  if (subcontracted) throw refusal('SubcontractedErr', nameOf(line), operationNo);
  if (centerBlocked) throw refusal('CenterBlockedErr', nameOf(line), operationNo);
}

/** `FindComponent`, `CheckTracking`, `CheckPicked`, `CheckStock`. */
function requireComponent(
  checked: Checked,
  line: BcLine,
  { lineNo, quantity, lots }: BcRequest['details']['components'][number],
): void {
  const component = line.components.find((one) => one.lineNo === lineNo);
  if (!component) throw refusal('UnknownComponentErr', nameOf(line), lineNo);
  if (!isManual(component)) throw refusal('FlushedComponentErr', nameOf(line), lineNo, component.flushing);
  requireTracked(checked, component.itemNo, quantity, lots);
  const { pickMandatory } = checked.locations.get(line.location) ?? {};
  const rest = pickMandatory ? remainsToBePicked(component, quantity) : '0';
  if (compareDecimals(rest, '0') > 0)
    throw refusal('NotPickedErr', component.itemNo, quantity, rest, line.location);
  const ofItem = [...checked.stock].filter(([key]) => key.startsWith(`${component.itemNo}|`));
  const there = sumOf(ofItem.map(([, amount]) => amount));
  if (compareDecimals(there, quantity) < 0)
    throw refusal('ShortErr', component.itemNo, quantity, line.location, there);
}

function isManual({ flushing }: BcComponent): boolean {
  return flushing === 'Manual' || flushing === 'Pick + Manual';
}
