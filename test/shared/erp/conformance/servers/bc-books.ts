import Big from 'big.js';
import { compareDecimals, type Decimal, sumOf } from '../../../../../shared/model/quantity.ts';
import { findLineToPost, isProposed, requireBookable } from './bc-extension.ts';
import {
  finishLine,
  flushAtRelease,
  type OutputLine,
  type Posting,
  postConsumption,
  postOutput,
} from './bc-posting.ts';
import {
  type BcBooking,
  type BcComponent,
  type BcEntry,
  BcError,
  type BcItem,
  type BcLine,
  type BcLocation,
  type BcOperation,
  type BcRequest,
  dialog,
  roundToItemPrecision,
} from './bc-records.ts';
import { refusalOfExtension } from './bc-refusals.ts';
import type { BcRule } from './bc-rules.ts';

/** What an article is made of. */
export interface BcArticle extends Partial<Omit<BcItem, 'no'>> {
  readonly operations?: readonly Partial<BcOperation>[];
  readonly components?: readonly (Partial<BcComponent> & Pick<BcComponent, 'itemNo'>)[];
}

/** A release of an order. */
interface BcPlan {
  readonly itemNo: string;
  readonly quantity: Decimal;
  readonly dueDate?: string | undefined;
  readonly location?: string;
  readonly variant?: string;
  readonly planningLevel?: number;
  /** A line of an order that is there; absent: an order of its own. */
  readonly orderNo?: string;
}

/** What a database and a session take from outside. */
export interface BcWorld {
  /** Absent: a clock by which every change is a second later than the one before. */
  readonly time?: () => Date;
  readonly newId: () => string;
}

export interface BcLink {
  readonly orderNo: string;
  readonly lineNo: number;
  readonly productOrder: string;
  readonly number: string;
  readonly url: string;
}

export interface BcNote {
  readonly id: string;
  readonly orderNo: string;
  readonly lineNo: number;
  readonly text: string;
}

/** The tables of a Business Central with the extension, in memory: posting by the base application's rules, and by ours. */
export class BcBooks {
  readonly items = new Map<string, BcItem>();
  readonly articles = new Map<string, BcArticle>();
  readonly lines: BcLine[] = [];
  readonly entries: BcEntry[] = [];
  readonly bookings: BcBooking[] = [];
  readonly links: BcLink[] = [];
  readonly notes: BcNote[] = [];
  readonly stock = new Map<string, Decimal>();
  /** Table Scrap: descriptions by their codes. */
  readonly scrapCodes = new Map([
    ['DENT', 'DENT'],
    ['CRACK', 'CRACK'],
  ]);
  readonly locations = new Map<string, Partial<BcLocation>>();
  /** Orders with an inventory put-away, an inventory pick, a subcontracting purchase order that is open. */
  readonly putAways = new Set<string>();
  readonly picks = new Set<string>();
  readonly openPurchases = new Set<string>();
  /** Rules of the base application that are left out. */
  readonly leftOut = new Set<BcRule>();
  /** Orders that another session has locked. */
  readonly locked = new Set<string>();
  /** First date that our user may post on. */
  postingFrom = '0001-01-01';
  /** Last day of the inventory period that was closed last. */
  closedUntil = '';
  isLocationMandatory = false;
  /** A subscriber of a partner commits amid posting: what it has written by then is not undone. */
  commitsAmidPosting = false;
  /** The next booking is answered with 201, and is not there. */
  ignoreNext = false;
  /** The next booking is posted, and its transaction remains open: its caller is answered 504. */
  holdsNext = false;
  /** The booking of a transaction that is open: pages that read what is committed do not show it. */
  held: BcBooking | undefined;
  /** Row versions of transactions that are open: nothing from the lowest on may have shown yet. */
  readonly #open = new Set<number>();
  readonly #world: BcWorld;
  #undo: (() => void)[] = [];
  #versions = 100_000;
  #numbers = 1000;
  #clock = Date.parse('2026-01-01T00:00:00Z');

  constructor(world: BcWorld) {
    this.#world = world;
  }

  now(): Date {
    if (this.#world.time) return this.#world.time();
    this.#clock += 1000;
    return new Date(this.#clock);
  }

  /** `Database.MinimumActiveRowVersion()`: below it everything is committed. */
  get safeRowVersion(): number {
    return Math.min(this.#versions + 1, ...this.#open);
  }

  /** A backup is restored: row versions begin again at an earlier one. */
  restore(version: number): void {
    this.#versions = version;
    for (const line of this.lines) {
      this.#versions += 1;
      line.rowVersion = this.#versions;
    }
  }

  addArticle(no: string, article: BcArticle): void {
    const { unit = 'PCS', tracking = 'none', precision = '0.00001' } = article;
    const { unitPrecision = '0', mandatoryDimension = '' } = article;
    const item = { no, unit, tracking, precision, unitPrecision, mandatoryDimension } as const;
    this.items.set(no, {
      ...item,
      blocked: false,
      productionBlocked: '',
      blockedVariants: new Set<string>(),
    });
    this.articles.set(no, article);
  }

  addStock(itemNo: string, lot = '', amount: Decimal = '1000000'): void {
    this.stock.set(stockKey(itemNo, lot), amount);
  }

  /** Releases an order. Codeunit Prod. Order Status Management, `ChangeProdOrderStatus`. */
  plan({
    itemNo,
    quantity,
    dueDate = '2026-12-01',
    location = '',
    variant = '',
    planningLevel = 0,
    orderNo,
  }: BcPlan): BcLine {
    const { operations = [], components = [] } = this.articles.get(itemNo) ?? {};
    if (orderNo === undefined) this.#numbers += 1;
    const number = orderNo ?? `RPO-${this.#numbers}`;
    const lineNo = 10_000 * (1 + this.lines.filter((one) => one.orderNo === number).length);
    const line: BcLine = {
      orderNo: number,
      lineNo,
      routingReference: lineNo,
      status: 'Released',
      blocked: false,
      itemNo,
      quantity,
      finished: '0',
      remaining: quantity,
      dueDate,
      location,
      variant,
      bin: '',
      dimensions: [],
      planningLevel,
      operations: operations.map((one, at) => ({
        operationNo: String(10 * (at + 1)),
        description: `Step ${at + 1}`,
        flushing: 'Manual',
        link: '',
        status: 'Planned',
        centerBlocked: false,
        subcontracted: false,
        minutesPerTimeUnit: '1',
        ...one,
      })),
      components: components.map((one, at) => {
        const { per = '1', scrapPercent = '0' } = one;
        const expected = this.#expectedOf(one.itemNo, quantity, per, scrapPercent);
        return {
          lineNo: 10_000 * (at + 1),
          flushing: 'Manual',
          link: '',
          lot: '',
          picked: '0',
          ...one,
          per,
          scrapPercent,
          expected,
          remaining: expected,
          consumed: '0',
        };
      }),
      rowVersion: 0,
      modifiedAt: '',
    };
    this.transact(() => {
      this.#insert(this.lines, line);
      flushAtRelease(this.#posting, line, { postingDate: '2026-11-01', document: 'FLUSH' });
      this.stamp(line);
    });
    return line;
  }

  /** `Expected Quantity`, rounded up to the item's precision. */
  #expectedOf(itemNo: string, quantity: Decimal, per: Decimal, scrapPercent: Decimal): Decimal {
    const precision = this.items.get(itemNo)?.precision ?? '0.00001';
    const factor = new Big(scrapPercent).div(100).plus(1);
    return roundToItemPrecision(new Big(quantity).times(per).times(factor), precision);
  }

  find(orderNo: string, lineNo: number): BcLine | undefined {
    return this.lines.find((one) => one.orderNo === orderNo && one.lineNo === lineNo);
  }

  /** Writes a line, which gets the next row version. */
  stamp(line: BcLine): void {
    this.#versions += 1;
    this.#change(line, { rowVersion: this.#versions, modifiedAt: this.now().toISOString() });
  }

  /** A transaction that has written a line and is still open. @returns what commits it. */
  holdChange(line: BcLine): () => void {
    this.#versions += 1;
    const version = this.#versions;
    const modifiedAt = this.now().toISOString();
    this.#open.add(version);
    return () => {
      this.#open.delete(version);
      Object.assign(line, { rowVersion: version, modifiedAt });
    };
  }

  /** One transaction: an error undoes all of it. */
  transact<T>(act: () => T): T {
    this.#undo = [];
    try {
      return act();
    } catch (error) {
      for (const undo of this.#undo.toReversed()) undo();
      throw error;
    } finally {
      this.#undo = [];
    }
  }

  /** Somebody posts the rest on each operation, and finishes the order. */
  finishByHand(line: BcLine): void {
    this.transact(() => {
      const at = { postingDate: '2026-11-20', document: `BY-HAND-${line.orderNo}` };
      this.#postOnEach(line, { ...at, good: line.remaining, scrap: '0' });
      finishLine(this.#posting, line, at);
      this.stamp(line);
    });
  }

  /** Somebody posts an output line of an operation. */
  postByHand(line: BcLine, output: Partial<OutputLine>): void {
    this.transact(() => {
      const usual = {
        operationNo: '',
        good: '0',
        scrap: '0',
        postingDate: '2026-11-20',
        document: 'BY-HAND',
      };
      postOutput(this.#posting, line, { ...usual, ...output });
      this.stamp(line);
    });
  }

  /** Somebody finishes an order, with all its lines. */
  finish({ orderNo }: BcLine): void {
    this.transact(() => {
      for (const line of this.lines.filter((one) => one.orderNo === orderNo)) {
        finishLine(this.#posting, line, { postingDate: '2026-11-20', document: 'BY-HAND' });
        this.stamp(line);
      }
    });
  }

  /** Somebody posts consumption of a component, from its first line that is open. */
  issueByHand(line: BcLine, itemNo: string, amount: Decimal, lot?: string): void {
    const own = line.components.filter((one) => one.itemNo === itemNo);
    let left = amount;
    this.transact(() => {
      for (const component of own) {
        // More than expected is allowed: the last one takes it.
        const isEnough = component === own.at(-1) || compareDecimals(left, component.remaining) <= 0;
        const taken = isEnough ? left : component.remaining;
        if (compareDecimals(taken, '0') <= 0) continue;
        left = sumOf([left, `-${taken}`]);
        postConsumption(this.#posting, line, component, {
          good: taken,
          lot,
          postingDate: '2026-11-20',
          document: 'BY-HAND',
        });
      }
      this.stamp(line);
    });
  }

  /** Codeunit Azumuta Post of the extension (BUSINESS-CENTRAL.md, 5.1): one transaction. */
  post(request: BcRequest): BcBooking {
    const booking: BcBooking = {
      ...request,
      postedGood: '0',
      postedScrap: '0',
      firstEntryNo: 0,
      lastEntryNo: 0,
      capacityEntries: false,
    };
    if (this.held?.id === request.id) throw lockedRecord('Azumuta Booking');
    if (this.holdsNext) {
      this.holdsNext = false;
      const entries = { firstEntryNo: 901, lastEntryNo: 901 };
      this.held = { ...booking, postedGood: request.good, postedScrap: request.scrap, ...entries };
      throw new BcError('', '', 504);
    }
    if (this.ignoreNext) {
      this.ignoreNext = false;
      return booking;
    }
    if (this.commitsAmidPosting) {
      this.commitsAmidPosting = false;
      // What was inserted by then is there; the error undoes only what came after.
      this.bookings.push(booking);
      throw dialog('A subscriber of another extension has ended the transaction.');
    }
    return this.transact(() => {
      if (this.bookings.some(({ id }) => id === request.id))
        throw refusalOfExtension('AzumutaPost.Codeunit.al', 'SameKeyErr', request.id);
      this.#insert(this.bookings, booking);
      const line = findLineToPost(this, request);
      this.requireUnlocked(request.orderNo);
      requireBookable(this, line, request);
      const firstEntryNo = 1 + (this.entries.at(-1)?.entryNo ?? 800);
      this.#postRequest(line, request);
      const document = documentOf(request.id);
      const posted = this.entries.filter((one) => one.document === document);
      const last = line.operations.at(-1)?.operationNo ?? '';
      const onLast = posted.filter((one) => one.type === 'capacity' && one.operationNo === last);
      this.#change(booking, {
        capacityEntries: posted.every(({ type }) => type === 'capacity'),
        firstEntryNo,
        lastEntryNo: this.entries.at(-1)?.entryNo ?? 0,
        postedGood: sumOf(posted.flatMap((one) => (one.type === 'output' ? [one.quantity] : []))),
        postedScrap: sumOf(onLast.map(({ scrap }) => scrap)),
      });
      const ofOrder = this.lines.filter(({ orderNo }) => orderNo === line.orderNo);
      const isWhole = ofOrder.every(({ remaining }) => compareDecimals(remaining, '0') === 0);
      if (request.finish && isWhole)
        for (const one of ofOrder) {
          finishLine(this.#posting, one, { postingDate: request.postingDate, document });
          this.stamp(one);
        }
      this.stamp(line);
      return booking;
    });
  }

  /** The words of the platform (MicrosoftDocs/dynamics365smb-devitpro-pb, dev-itpro/developer). Its status is not known. */
  requireUnlocked(orderNo: string): void {
    if (!this.locked.has(orderNo)) return;
    throw lockedRecord('Prod. Order Line');
  }

  /** Operations in the order of the routing, then components. */
  #postRequest(line: BcLine, { id, postingDate, good, scrap, details }: BcRequest): void {
    const at = { postingDate, document: documentOf(id) };
    const last = line.operations.at(-1);
    const completes = compareDecimals(good, line.remaining) >= 0;
    for (const operation of line.operations) {
      if (operation === last) continue;
      const { operationNo } = operation;
      const recorded = details.operations?.find(({ no }) => no === operationNo);
      // Without a recording the good quantity is posted there too, if there is any (`WriteEarlierOperation`).
      const isPosted = recorded !== undefined || (isProposed(operation) && compareDecimals(good, '0') > 0);
      if (!isPosted) continue;
      const { good: left = recorded ? sumOf([good, scrap]) : good, scrap: lost = '0' } = recorded ?? {};
      const { setup, run, finished = completes } = recorded ?? {};
      postOutput(this.#posting, line, {
        ...at,
        operationNo,
        good: left,
        scrap: lost,
        setup,
        run,
        finished,
      });
    }
    this.#postLast(line, { good, scrap, details }, { ...at, completes });
    for (const { lineNo, quantity, lots } of details.components) {
      const component = line.components.find((one) => one.lineNo === lineNo);
      if (!component) continue;
      const taken = lots.length > 0 ? lots : [{ number: '', quantity }];
      for (const lot of taken)
        if (compareDecimals(lot.quantity, '0') > 0)
          postConsumption(this.#posting, line, component, { ...at, good: lot.quantity, lot: lot.number });
    }
  }

  /** The last operation: a line for each lot and each reason, and the times on the first of them. */
  #postLast(
    line: BcLine,
    { good, scrap, details }: Pick<BcRequest, 'good' | 'scrap' | 'details'>,
    { completes, ...at }: Pick<OutputLine, 'postingDate' | 'document'> & { readonly completes: boolean },
  ): void {
    const operationNo = line.operations.at(-1)?.operationNo ?? '';
    const recorded = details.operations?.find(({ no }) => no === operationNo);
    const lots = details.lots.length > 0 ? details.lots : [{ number: '', quantity: good }];
    const reasons = [...details.scrap];
    const rest = sumOf([scrap, ...reasons.map(({ quantity }) => `-${quantity}`)]);
    if (compareDecimals(rest, '0') > 0) reasons.push({ code: '', quantity: rest });
    const outputs: Partial<OutputLine>[] = [
      ...lots.map(({ number, quantity }) => ({ good: quantity, lot: number })),
      ...reasons.map(({ code, quantity }) => ({ scrap: quantity, scrapCode: code })),
    ].filter(
      ({ good: one = '0', scrap: other = '0' }: Partial<OutputLine>) =>
        compareDecimals(sumOf([one, other]), '0') > 0,
    );
    for (const [n, output] of outputs.entries()) {
      const times = n === 0 && recorded ? { setup: recorded.setup, run: recorded.run } : {};
      const isFinished = recorded ? recorded.finished : completes;
      const finished = n === outputs.length - 1 && isFinished;
      postOutput(this.#posting, line, {
        ...at,
        operationNo,
        good: '0',
        scrap: '0',
        ...output,
        ...times,
        finished,
      });
    }
  }

  /** What the production journal proposes: the same on every operation (`InsertOutputItemJnlLine` 316). */
  #postOnEach(line: BcLine, output: Omit<OutputLine, 'operationNo'>): void {
    if (line.operations.length === 0) postOutput(this.#posting, line, { ...output, operationNo: '' });
    for (const { operationNo, status } of line.operations)
      if (status !== 'Finished') postOutput(this.#posting, line, { ...output, operationNo });
  }

  readonly #change = <Row extends object>(row: Row, values: Partial<Row>): void => {
    const before = { ...row };
    Object.assign(row, values);
    this.#undo.push(() => Object.assign(row, before));
  };

  readonly #insert = <Row>(table: Row[], row: Row): void => {
    table.push(row);
    this.#undo.push(() => table.splice(table.indexOf(row), 1));
  };

  stockOf(itemNo: string, lot: string): Decimal {
    return this.stock.get(stockKey(itemNo, lot)) ?? '0';
  }

  get #posting(): Posting {
    const { stock } = this;
    return {
      items: this.items,
      entries: this.entries,
      locations: this.locations,
      putAways: this.putAways,
      picks: this.picks,
      openPurchases: this.openPurchases,
      scrapCodes: this.scrapCodes,
      postingFrom: this.postingFrom,
      closedUntil: this.closedUntil,
      isLocationMandatory: this.isLocationMandatory,
      left: this.leftOut,
      change: this.#change,
      insert: this.#insert,
      stockOf: (itemNo, lot) => this.stockOf(itemNo, lot),
      setStock: (itemNo, lot, amount) => {
        const key = stockKey(itemNo, lot);
        const before = stock.get(key);
        stock.set(key, amount);
        this.#undo.push(() => (before === undefined ? stock.delete(key) : stock.set(key, before)));
      },
    };
  }
}

function lockedRecord(table: string): BcError {
  return new BcError(
    'Unknown',
    `We can't save your changes right now, because a record in table '${table}' is being updated in a transaction done by another session.`,
    500,
  );
}

const stockKey = (itemNo: string, lot: string) => `${itemNo}|${lot}`;

/** `External Document No.`, a Code: the key without dashes, in capital letters. */
export const documentOf = (id: string) => id.replaceAll('-', '').toUpperCase();
