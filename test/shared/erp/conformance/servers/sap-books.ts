import { compareDecimals, sumOf } from '../../../../../shared/model/quantity.ts';
import { quantityIn, readMovements, SapGoods } from './sap-goods.ts';
import {
  confirmationFields,
  invalid,
  orderFields,
  refusal,
  refuseUnknown,
  type SapAssembly,
  type SapConfirmation,
  SapError,
  type SapOrder,
} from './sap-records.ts';

const allActivities = [1, 2, 3, 4, 5, 6];
const noGuid = '00000000-0000-0000-0000-000000000000';

/** What a system takes from outside. */
export interface SapWorld {
  /** The system's clock. Absent: a clock by which every change is a second later than the one before. */
  readonly time?: () => Date;
  /** For ETags, tokens and sessions. */
  readonly newId: () => string;
}

/** The production orders and confirmations of an S/4HANA, in memory. */
export class SapBooks {
  readonly orders: SapOrder[] = [];
  readonly confirmations: SapConfirmation[] = [];
  readonly goods = new SapGoods();
  readonly locked = new Set<string>();
  /** Whether a lock is answered with 423, or with 400 and a message (both occur). */
  readonly locksAre423: boolean;
  /** The next confirmation is answered with 201 and not booked: an update task that failed. */
  ignoreNext = false;
  /** Whether more than was ordered is refused (transaction OPK4, "Error if overdelivery tolerance is exceeded"). */
  refusesOverdelivery = false;
  /** Articles with a routing of several operations, and components that are handled in batches. */
  readonly assemblies = new Map<string, SapAssembly>();
  /** Operations whose control key does not let them be confirmed. */
  readonly notConfirmable = new Set<string>();
  /** The activities of work centres, by the operation; others have all six. */
  readonly activities = new Map<string, readonly number[]>();
  /** Whether the proposals check the sequence, too. */
  proposalsCheckSequence = false;
  /** Reasons for variance of the plant (table TRUG). */
  readonly reasons = new Set(['0001', '0002']);
  /** Whether the sequence of operations is checked, and that none confirms more than the one before it (transaction OPK4). */
  checksSequence = true;
  /** Zone of the system's clock: creation and change times are shown in it, without naming it. */
  readonly timeZone: string;
  readonly #time: (() => Date) | undefined;
  readonly #newId: () => string;
  #clock = Date.parse('2026-01-01T00:00:00Z');

  constructor(locksAre423: boolean, timeZone: string, { time, newId }: SapWorld) {
    this.locksAre423 = locksAre423;
    this.timeZone = timeZone;
    this.#time = time;
    this.#newId = newId;
  }

  setClock(instant: string): void {
    this.#clock = Date.parse(instant);
  }

  now(): Date {
    if (this.#time) return this.#time();
    this.#clock += 1000;
    return new Date(this.#clock);
  }

  plan(material: string, quantity: string, changedAt?: string | null): SapOrder {
    const created = this.now();
    const clock = wallClock(created, this.timeZone);
    const order: SapOrder = {
      ManufacturingOrder: String(1_000_020 + this.orders.length),
      ManufacturingOrderType: 'YBM4',
      ManufacturingOrderCategory: '10',
      Material: material,
      ProductionPlant: '1710',
      StorageLocation: '171A',
      TotalQuantity: quantity,
      ProductionUnit: 'PC',
      MfgOrderConfirmedYieldQty: '0',
      LastChangeDateTime: changedAt === null ? '' : this.fourteen(changedAt ? new Date(changedAt) : created),
      MfgOrderCreationDate: `/Date(${Date.parse(clock.slice(0, 10))})/`,
      MfgOrderCreationTime: `PT${clock.slice(11, 13)}H${clock.slice(14, 16)}M${clock.slice(17)}S`,
      MfgOrderPlannedEndDate: `/Date(${Date.parse('2026-12-01')})/`,
      MfgOrderScheduledEndDate: null,
      SalesOrder: '42',
      SalesOrderItem: '10',
      ProductionVersion: '0001',
      OrderLongText: '',
      OrderIsReleased: 'X',
      OrderIsConfirmed: '',
      OrderIsPartiallyConfirmed: '',
      OrderIsDelivered: '',
      OrderIsTechnicallyCompleted: '',
      OrderIsClosed: '',
      OrderIsLocked: '',
      OrderIsDeleted: '',
      OrderIsMarkedForDeletion: '',
      etag: `W/"'${this.#newId()}'"`,
      ...this.#planOf(material, quantity),
    };
    this.orders.push(order);
    return order;
  }

  #planOf(material: string, quantity: string): Pick<SapOrder, 'operations' | 'components'> {
    const { operations = ['0010'], components = [], picked } = this.assemblies.get(material) ?? {};
    return {
      operations: operations.map((ManufacturingOrderOperation) => ({
        ManufacturingOrderOperation,
        ManufacturingOrderSequence: '0',
        ManufacturingOrderSubOperation: '',
        MfgOrderOperationText: `Step ${ManufacturingOrderOperation}`,
        OperationIsConfirmed: '',
        OperationIsDeleted: '',
      })),
      components: components.map((Material, at) => ({
        Reservation: String(185 + this.orders.length),
        ReservationItem: String(at + 1),
        Material,
        ManufacturingOrderOperation: operations[0] ?? '',
        Plant: '1710',
        StorageLocation: '171A',
        Batch: '',
        GoodsMovementType: '261',
        BaseUnit: 'PC',
        RequiredQuantity: quantity,
        WithdrawnQuantity: '0',
        QuantityIsFixed: false,
        IsBulkMaterialComponent: false,
        MatlCompIsMarkedForBackflush: Material !== picked,
        ReservationIsFinallyIssued: false,
      })),
    };
  }

  find(number: string): SapOrder {
    const order = this.orders.find((one) => one.ManufacturingOrder === number.replace(/^0+/, ''));
    if (!order)
      throw new SapError(404, '/IWBEP/CM_MGW_RT/020', 'Resource not found for segment A_ProductionOrder_2');
    return order;
  }

  confirmationsOf({ ManufacturingOrder: number }: SapOrder): SapConfirmation[] {
    return this.confirmations.filter(({ OrderID }) => OrderID === number);
  }

  change(order: SapOrder, values: Record<string, unknown>): void {
    Object.assign(order, values);
    order.LastChangeDateTime = this.fourteen(this.now());
    order.etag = `W/"'${this.#newId()}'"`;
  }

  /** `GetConfProposal`: a unit for each activity of the work centre. Changes nothing. */
  proposeConfirmation(asked: Record<string, string>): Record<string, unknown> {
    const order = this.#proposableOrder(asked);
    const has = this.activities.get(asked.OrderOperation ?? '') ?? allActivities;
    const activities = allActivities.map((n) => [
      [`OpWorkQuantityUnit${n}`, has.includes(n) ? 'MIN' : ''],
      [`OpConfirmedWorkQuantity${n}`, '0'],
    ]);
    return {
      ...asked,
      OrderID: order.ManufacturingOrder,
      ConfirmationUnit: order.ProductionUnit,
      ...Object.fromEntries(activities.flat()),
    };
  }

  /** `GetGdsMvtProposal`: what SAP would post with this confirmation. Changes nothing. */
  proposeMovements(asked: Record<string, string>): Record<string, unknown>[] {
    return this.goods.proposed(this.#proposableOrder(asked), asked);
  }

  #proposableOrder(asked: Record<string, string>): SapOrder {
    const order = this.#confirmableOrder(asked);
    const amounts = [
      quantityIn(asked, 'ConfirmationYieldQuantity', '0'),
      quantityIn(asked, 'ConfirmationScrapQuantity', '0'),
    ];
    const isEnded = order.operations.some(
      (one) => one.ManufacturingOrderOperation === asked.OrderOperation && one.OperationIsConfirmed === 'X',
    );
    if (isEnded)
      throw refusal('RU/996', `Operation ${asked.OrderOperation} has its final confirmation already`);
    if (this.proposalsCheckSequence) this.#requireSequence(order, asked, amounts);
    return order;
  }

  /** Appends to the confirmations: SAP does not prevent the same GUID twice. */
  confirm(body: Record<string, unknown>): SapConfirmation {
    refuseUnknown(body, confirmationFields);
    const order = this.#confirmableOrder(body);
    const { ConfirmationText = '', IsFinalConfirmation = false } = body;
    if (String(ConfirmationText).length > 40) throw invalid('ConfirmationText');
    const good = quantityIn(body, 'ConfirmationYieldQuantity', '0');
    const scrap = quantityIn(body, 'ConfirmationScrapQuantity', '0');
    requireUnits(body);
    this.#requireActivities(body);
    this.#requireReason(body);
    if (this.checksSequence) this.#requireSequence(order, body, [good, scrap]);
    if (this.refusesOverdelivery) this.#requireWithin(order, good);
    const movements = readMovements(body.to_ProdnOrdConfMatlDocItm);
    const confirmation: SapConfirmation = {
      ...body,
      OrderID: order.ManufacturingOrder,
      ...this.#numberOf(order, body),
      ConfirmationText,
      ConfirmationYieldQuantity: good,
      ConfirmationScrapQuantity: scrap,
      ConfirmationUnit: body.ConfirmationUnit ?? 'PC',
      IsFinalConfirmation,
      IsReversed: false,
      IsReversal: false,
      ExternalSystemConfirmation: String(body.ExternalSystemConfirmation ?? noGuid).toLowerCase(),
    };
    if (this.ignoreNext) {
      this.ignoreNext = false;
      return confirmation;
    }
    this.confirmations.push(confirmation);
    this.goods.post(order, confirmation, movements);
    this.#changeStatus(order, confirmation);
    return confirmation;
  }

  /** Each operation has a confirmation number, in which its confirmations are counted (documentation of BAPI_PROCORDCONF_GETDETAIL). */
  #numberOf({ ManufacturingOrder, operations }: SapOrder, { OrderOperation }: Record<string, unknown>) {
    const at = operations.findIndex((one) => one.ManufacturingOrderOperation === OrderOperation);
    const ConfirmationGroup = String(200 + Number(ManufacturingOrder) - 1_000_000 + 1_000_000 * at);
    const before = this.confirmations.filter((one) => one.ConfirmationGroup === ConfirmationGroup);
    return { ConfirmationGroup, ConfirmationCount: String(1 + before.length) };
  }

  /**
   * An order is confirmed when all its operations have their final confirmation and no partial one after it, and its yield is
   * that of the last one (SAP knowledge base article 3686916).
   */
  #changeStatus(order: SapOrder, confirmation: SapConfirmation): void {
    const { OrderOperation, IsFinalConfirmation, ConfirmationYieldQuantity } = confirmation;
    for (const one of order.operations)
      if (one.ManufacturingOrderOperation === OrderOperation)
        one.OperationIsConfirmed = IsFinalConfirmation === true ? 'X' : '';
    const isConfirmed = order.operations.every((one) => one.OperationIsConfirmed === 'X');
    const isLast = order.operations.at(-1)?.ManufacturingOrderOperation === OrderOperation;
    this.change(order, {
      ...(isLast
        ? { MfgOrderConfirmedYieldQty: sumOf([order.MfgOrderConfirmedYieldQty, ConfirmationYieldQuantity]) }
        : {}),
      OrderIsConfirmed: isConfirmed ? 'X' : '',
      OrderIsPartiallyConfirmed: isConfirmed ? '' : 'X',
    });
  }

  #requireActivities(body: Record<string, unknown>): void {
    const has = this.activities.get(String(body.OrderOperation)) ?? allActivities;
    const other = allActivities.find((n) => !has.includes(n) && `OpConfirmedWorkQuantity${n}` in body);
    if (other !== undefined)
      throw refusal(
        'RU/995',
        `Activity ${other} is not planned for operation ${String(body.OrderOperation)}`,
      );
  }

  /** Which numbers these messages have is not known here, and makes no difference. */
  #requireReason({ VarianceReasonCode: reason = '' }: Record<string, unknown>): void {
    if (String(reason).length > 4) throw invalid('VarianceReasonCode');
    if (reason !== '' && !this.reasons.has(String(reason)))
      throw refusal('RU/998', `Reason for variance ${String(reason)} is not defined for plant 1710`);
  }

  #requireSequence(
    order: SapOrder,
    { OrderOperation }: Record<string, unknown>,
    amounts: readonly string[],
  ): void {
    const numbers = order.operations.map((one) => one.ManufacturingOrderOperation);
    const before = numbers[numbers.indexOf(String(OrderOperation)) - 1];
    if (before === undefined) return;
    const of = (operation: unknown) =>
      this.confirmationsOf(order).filter((one) => one.OrderOperation === operation);
    const left = sumOf(of(before).map((one) => one.ConfirmationYieldQuantity));
    const now = of(OrderOperation).flatMap(amountsOf);
    if (of(before).length === 0 || compareDecimals(sumOf([...now, ...amounts]), left) > 0)
      throw refusal('RU/997', `Operation ${String(OrderOperation)} confirms more than ${before} before it`);
  }

  /** The order to confirm, refused where it cannot be confirmed. */
  #confirmableOrder({ OrderID, OrderOperation }: Record<string, unknown>): SapOrder {
    const number = /^\d{12}$/.test(String(OrderID)) ? String(OrderID).replace(/^0+/, '') : undefined;
    const order = this.orders.find((one) => one.ManufacturingOrder === number);
    if (!order) throw refusal('RU/505', `Order ${String(OrderID)} does not exist`);
    this.refuseLocked(order);
    if (!order.operations.some((one) => one.ManufacturingOrderOperation === OrderOperation))
      throw refusal('RU/007', `Operation ${String(OrderOperation)} does not exist in order ${number}`);
    if (this.notConfirmable.has(String(OrderOperation)))
      throw refusal(
        'RU/994',
        `The control key of operation ${String(OrderOperation)} allows no confirmation`,
      );
    if (order.OrderIsReleased !== 'X' || order.OrderIsTechnicallyCompleted === 'X')
      throw refusal('RU/014', 'The confirmation could not be posted', [
        { code: 'BS/007', message: `Status of ORD ${number} is not active` },
      ]);
    return order;
  }

  /** Which number the message has is not known here, and makes no difference. */
  #requireWithin(order: SapOrder, good: string): void {
    const booked = this.confirmationsOf(order).map((one) => one.ConfirmationYieldQuantity);
    if (compareDecimals(sumOf([...booked, good]), order.TotalQuantity) <= 0) return;
    throw refusal('RU/999', 'Überlieferungstoleranz ist überschritten');
  }

  patch(order: SapOrder, etag: string | undefined, body: Record<string, unknown>): void {
    refuseUnknown(body, orderFields);
    if (etag === undefined)
      throw new SapError(428, '/IWBEP/CM_MGW_RT/190', 'Data cannot be changed without If-Match');
    if (etag !== order.etag) throw new SapError(412, '/IWBEP/CM_MGW_RT/202', 'Precondition failed');
    this.refuseLocked(order);
    this.change(order, body);
  }

  /** `20260101000001`: LastChangeDateTime is a text of 14 digits in the service's metadata. */
  fourteen(date: Date): string {
    return wallClock(date, this.timeZone).replace(/\D/g, '');
  }

  refuseLocked(order: SapOrder): void {
    if (!this.locked.has(order.ManufacturingOrder)) return;
    const { ManufacturingOrder: number } = order;
    // The sentence is in the language of the communication user.
    throw this.locksAre423
      ? new SapError(423, 'CO/469', `Order ${number} is already being processed by MILLER`)
      : refusal('CO/469', `Auftrag ${number} wird bereits von MILLER bearbeitet`);
  }
}

export function amountsOf(one: SapConfirmation): [good: string, scrap: string] {
  return [one.ConfirmationYieldQuantity, one.ConfirmationScrapQuantity];
}

/** An activity without a unit is not understood. */
function requireUnits(body: Record<string, unknown>): void {
  for (const n of [1, 2, 3, 4, 5, 6])
    if (body[`OpConfirmedWorkQuantity${n}`] !== undefined && body[`OpWorkQuantityUnit${n}`] === undefined)
      throw invalid(`OpWorkQuantityUnit${n}`);
}

/** Kept, as creating one takes longer than the rest of a confirmation. */
const wallClocks = new Map<string, Intl.DateTimeFormat>();

/** `2026-01-01 00:00:01`: the Swedish format is nearly ISO. */
function wallClock(date: Date, timeZone: string): string {
  const known = wallClocks.get(timeZone);
  if (known) return known.format(date);
  const format = { dateStyle: 'short', timeStyle: 'medium' } as const;
  wallClocks.set(timeZone, new Intl.DateTimeFormat('sv-SE', { ...format, timeZone }));
  return wallClock(date, timeZone);
}
