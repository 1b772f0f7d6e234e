import Big from 'big.js';
import { compareDecimals, type Decimal } from '../../../../../shared/model/quantity.ts';
import {
  type BcComponent,
  type BcEntry,
  BcError,
  type BcItem,
  type BcLine,
  type BcLocation,
  type BcOperation,
  dialog,
  notFound,
  remainsToBePicked,
  roundTo,
  testField,
} from './bc-records.ts';

// Rules by which the base application of Business Central 29.0 refuses to post, as its source says them: microsoft/BCApps, commit
// c3414ede, src/Layers/W1/BaseApp. Each names its object, procedure and line. `test/shared/erp/business-central/refusals.test.ts`
// has what each of them refuses, and posts it where the rule is left out.

/** What rules look at, besides what is posted. */
export interface BcSetup {
  readonly items: ReadonlyMap<string, BcItem>;
  readonly entries: readonly BcEntry[];
  /** Those that are not there handle nothing. */
  readonly locations: ReadonlyMap<string, Partial<BcLocation>>;
  /** Orders with an inventory put-away of their output, or an inventory pick of their parts, that is not posted. */
  readonly putAways: ReadonlySet<string>;
  readonly picks: ReadonlySet<string>;
  /** Orders with a subcontracting purchase order that is not received. */
  readonly openPurchases: ReadonlySet<string>;
  readonly scrapCodes: ReadonlyMap<string, string>;
  readonly postingFrom: string;
  /** Last day of the inventory period that was closed last. */
  readonly closedUntil: string;
  readonly isLocationMandatory: boolean;
  readonly stockOf: (itemNo: string, lot: string) => Decimal;
}

/** A line of an item journal, on its way into the books. */
export interface PostedLine {
  readonly type: 'output' | 'consumption';
  readonly line: BcLine;
  readonly itemNo: string;
  readonly quantity: Decimal;
  readonly lot: string;
  readonly scrapCode: string;
  readonly operation: BcOperation | undefined;
  /** Of consumption. */
  readonly component: BcComponent | undefined;
  readonly postingDate: string;
  /** Whether it changes stock: consumption, and output of the last operation. */
  readonly isStock: boolean;
}

interface Refusal<Posted> {
  /** Object, procedure and line. */
  readonly at: string;
  readonly refuse: (posted: Posted, setup: BcSetup) => BcError | undefined;
}

const isOutput = ({ type }: PostedLine) => type === 'output';
const isSome = (quantity: Decimal) => compareDecimals(quantity, '0') !== 0;
const trackingOf = ({ itemNo }: PostedLine, { items }: BcSetup) => items.get(itemNo)?.tracking ?? 'none';
const needsNumber = (posted: PostedLine, setup: BcSetup, tracking: BcItem['tracking']) =>
  posted.isStock && posted.lot === '' && trackingOf(posted, setup) === tracking;
const locationOf = ({ line }: PostedLine, { locations }: BcSetup) => locations.get(line.location) ?? {};

/** In the order in which a line meets them: as its fields are filled, as it is checked, as it is posted. */
const lineRefusals = {
  'a scrap code that is unknown': {
    at: 'table extension Mfg. Item Journal Line, field 5896: its table relation',
    refuse: ({ scrapCode }, { scrapCodes }) =>
      scrapCode !== '' && !scrapCodes.has(scrapCode)
        ? new BcError(
            'Internal_InvalidTableRelation',
            `The field Scrap Code of table Item Journal Line contains a value (${scrapCode}) that cannot be found in the related table (Scrap).`,
          )
        : undefined,
  },
  'a scrap code without an operation': {
    at: 'table extension Mfg. Item Journal Line, field 5896, 418',
    refuse: ({ scrapCode, operation }) =>
      scrapCode !== '' && !operation
        ? dialog('When using Scrap Code, Type must be Work Center or Machine Center.')
        : undefined,
  },
  'a subcontracted operation': {
    at: 'table extension Mfg. Item Journal Line, field 5846; SubcontractingWorkCenterUsed 841',
    refuse: ({ operation, quantity }) =>
      operation?.subcontracted && isSome(quantity)
        ? dialog(
            'Output Quantity must be zero in line number 10000 because it is linked to the subcontracted work center.',
          )
        : undefined,
  },
  // A question, which a service cannot answer.
  'an operation that is finished': {
    at: 'table extension Mfg. Item Journal Line, ConfirmOutputOnFinishedOperation 447',
    refuse: ({ operation, quantity }) =>
      operation?.status === 'Finished' && isSome(quantity)
        ? new BcError(
            'Application_CallbackNotAllowed',
            `Microsoft Dynamics 365 Business Central Server attempted to issue a client callback to show a confirmation dialog box: The operation has been finished. Do you want to post output for the finished operation?`,
          )
        : undefined,
  },
  'a quantity that is finer than its unit': {
    at: 'codeunit Unit of Measure Management, RoundAndValidateQty 144',
    refuse: ({ itemNo, quantity, isStock }, { items }) => {
      const { unitPrecision = '0' } = items.get(itemNo) ?? {};
      const isFiner =
        isStock && isSome(unitPrecision) && !roundTo(new Big(quantity), unitPrecision).eq(quantity);
      return isFiner
        ? dialog(`The value ${quantity} in field Quantity is of lower precision than expected.`)
        : undefined;
    },
  },
  'a day outside the range of posting dates': {
    at: 'codeunit Item Jnl.-Check Line, CheckDates 307; codeunit User Setup Management 45',
    refuse: ({ postingDate }, { postingFrom }) =>
      postingDate < postingFrom
        ? testField(
            `The Posting Date is not within your range of allowed posting dates. Posting Date=${postingDate}`,
          )
        : undefined,
  },
  'a day in an inventory period that is closed': {
    at: 'table Inventory Period, ShowError 115',
    refuse: ({ postingDate }, { closedUntil }) =>
      postingDate <= closedUntil
        ? dialog(
            `You cannot post before ${closedUntil} because the Inventory Period is already closed. You must re-open the period first.`,
          )
        : undefined,
  },
  'a line without a location, where one is mandatory': {
    at: 'codeunit Item Jnl.-Check Line, RunCheck 94',
    refuse: ({ line, quantity }, { isLocationMandatory }) =>
      isLocationMandatory && line.location === '' && isSome(quantity)
        ? testField('Location Code must have a value in Item Journal Line. It cannot be zero or empty.')
        : undefined,
  },
  // Microsoft's test SCMProductionOrders 2323 expects this error.
  'a line without a bin, where one is mandatory': {
    at: 'codeunit Item Jnl.-Check Line, CheckBins 237',
    refuse: (posted, setup) =>
      posted.isStock && locationOf(posted, setup).binMandatory && posted.line.bin === ''
        ? notFound('Bin', `Location Code='${posted.line.location}',Code=''`)
        : undefined,
  },
  'a dimension that is missing': {
    at: 'codeunit Item Jnl.-Check Line, CheckDimensions 393',
    refuse: ({ line, itemNo }, { items }) => {
      const { mandatoryDimension = '' } = items.get(itemNo) ?? {};
      return mandatoryDimension !== '' && !line.dimensions.includes(mandatoryDimension)
        ? dialog(
            `A dimension used in item journal line OUTPUT, AZUMUTA, 10000 has caused an error. Select a Dimension Value Code for the Dimension Code ${mandatoryDimension} for Item ${itemNo}.`,
          )
        : undefined;
    },
  },
  'output of which a put-away was made': {
    at: 'codeunit Mfg. Item Jnl. Check Line, CheckWarehouse 75',
    refuse: (posted, { putAways }) =>
      isOutput(posted) && posted.isStock && putAways.has(posted.line.orderNo)
        ? warehouseHandling('Output', posted)
        : undefined,
  },
  'a component of which a pick was made': {
    at: 'codeunit Mfg. Item Jnl. Check Line, CheckWarehouse 75',
    refuse: (posted, { picks }) =>
      !isOutput(posted) && picks.has(posted.line.orderNo)
        ? warehouseHandling('Consumption', posted)
        : undefined,
  },
  // Microsoft's tests SCMProdWhseHandling 378, 1195 and, of a component that is Manual, 1383.
  'a component that was not picked, where a warehouse pick is mandatory': {
    at: 'codeunit Prod. Order Warehouse Mgt., OnItemLineVerifyChangeOnCheckEntryType 1075, its text 37',
    refuse(posted, setup) {
      const { component, line, quantity } = posted;
      const isMandatory = locationOf(posted, setup).pickMandatory === true;
      const rest = component && isMandatory ? remainsToBePicked(component, quantity) : '0';
      return compareDecimals(rest, '0') > 0
        ? dialog(
            `You cannot post consumption for order no. ${line.orderNo} because a quantity of ${rest} remains to be picked.`,
          )
        : undefined;
    },
  },
  'an order that is finished': {
    at: 'codeunit Mfg. Item Jnl.-Post Line, GetOutputProdOrder 703',
    refuse: ({ line }) =>
      line.status === 'Released'
        ? undefined
        : notFound('Production Order', `Status='Released',No.='${line.orderNo}'`),
  },
  'an order that is blocked': {
    at: 'codeunit Mfg. Item Jnl.-Post Line, PostOutputForProdOrder 629',
    refuse: (posted) =>
      isOutput(posted) && posted.line.blocked
        ? testField(
            `Blocked must be equal to 'No' in Production Order: Status=Released, No.=${posted.line.orderNo}.`,
          )
        : undefined,
  },
  'output without an operation, of a line with a routing': {
    at: 'codeunit Mfg. Item Jnl.-Post Line, PostOutputForProdOrder 629',
    refuse: (posted) =>
      isOutput(posted) && posted.line.operations.length > 0 && !posted.operation
        ? testField('Operation No. must have a value in Item Journal Line. It cannot be zero or empty.')
        : undefined,
  },
  'a centre that is blocked': {
    at: 'codeunit Mfg. Item Jnl.-Post Line, PostOutputForProdOrder 629',
    refuse: ({ operation }) =>
      operation?.centerBlocked ? testField(`Blocked must be equal to 'No' in Work Center.`) : undefined,
  },
  'an item that is blocked': {
    at: 'codeunit Item Jnl.-Post Line, CheckIfItemIsBlocked 812',
    refuse: ({ itemNo }, { items }) =>
      items.get(itemNo)?.blocked
        ? testField(`Blocked must be equal to 'No' in Item: No.=${itemNo}.`)
        : undefined,
  },
  // Microsoft's test SCMProductionJournal 1687.
  'an item that is blocked for output': {
    at: 'codeunit Item Jnl.-Post Line, CheckItemAndItemVariantProductionBlocked 1511',
    refuse: (posted, { items }) =>
      isOutput(posted) && items.get(posted.itemNo)?.productionBlocked === 'Output'
        ? dialog(
            `You cannot produce Item ${posted.itemNo} because the Production Blocked is Output on the Item card.`,
          )
        : undefined,
  },
  // Microsoft's test SCMProductionJournal 1727.
  'a variant that is blocked for output': {
    at: 'codeunit Item Jnl.-Post Line, CheckItemAndItemVariantProductionBlocked 1511',
    refuse: (posted, { items }) =>
      isOutput(posted) && items.get(posted.itemNo)?.blockedVariants.has(posted.line.variant)
        ? dialog(
            `You cannot produce Item Variant ${posted.line.variant} because the Production Blocked is Output on the Item Variant card.`,
          )
        : undefined,
  },
  'a number of an item that has none': {
    at: 'codeunit Item Jnl.-Post Line, CheckItemTracking 4822',
    refuse: (posted, setup) =>
      posted.lot !== '' && trackingOf(posted, setup) === 'none'
        ? testField(
            `Item Tracking Code must have a value in Item: No.=${posted.itemNo}. It cannot be zero or empty.`,
          )
        : undefined,
  },
  // Microsoft's tests SCMProductionOrders 1597 and SCMProductionOrdersII 239.
  'a lot that is missing': {
    at: 'codeunit Item Jnl.-Post Line, CheckItemTracking 4822, its text 132',
    refuse: (posted, setup) =>
      needsNumber(posted, setup, 'lot')
        ? dialog(`You must assign a lot number for item ${posted.itemNo}.`)
        : undefined,
  },
  'a serial number that is missing': {
    at: 'codeunit Item Jnl.-Post Line, CheckItemTracking 4822, its text 131',
    refuse: (posted, setup) =>
      needsNumber(posted, setup, 'serial')
        ? dialog(`You must assign a serial number for item ${posted.itemNo}.`)
        : undefined,
  },
  'a serial number that is on inventory': {
    at: 'codeunit Item Jnl.-Post Line, its text 130',
    refuse(posted, setup) {
      const isThere = isSome(setup.stockOf(posted.itemNo, posted.lot));
      const isMadeAgain = isOutput(posted) && posted.isStock && isThere;
      return isMadeAgain && trackingOf(posted, setup) === 'serial'
        ? dialog(`Serial No. ${posted.lot} is already on inventory.`)
        : undefined;
    },
  },
  // Microsoft's test SCMManufacturing 2325. It holds whatever *Prevent Negative Inventory* says.
  'a component that is short': {
    at: 'table Item Ledger Entry, VerifyOnInventory 924',
    refuse: (posted, { stockOf }) =>
      !isOutput(posted) && compareDecimals(posted.quantity, stockOf(posted.itemNo, posted.lot)) > 0
        ? dialog(`You have insufficient quantity of Item ${posted.itemNo} on inventory.`)
        : undefined,
  },
} as const satisfies Readonly<Record<string, Refusal<PostedLine>>>;

/** An order that is to be finished, after what flushes was posted. */
const finishRefusals = {
  'finishing an order with consumption or time, and no output': {
    at: 'codeunit Prod. Order Status Management, ErrorIfUnableToClearWIP 1426',
    refuse({ orderNo, lineNo }, { entries }) {
      const own = entries.filter((one) => one.orderNo === orderNo && one.lineNo === lineNo);
      const isMade = own.some(({ type }) => type === 'output');
      return own.length > 0 && !isMade
        ? dialog(
            `You cannot finish line ${lineNo} on Production Order ${orderNo}. It has consumption or capacity posted with no output.`,
          )
        : undefined;
    },
  },
  'finishing an order with a subcontract that is not delivered': {
    at: 'codeunit Prod. Order Status Management, CheckBeforeFinishProdOrder 1281',
    refuse: ({ orderNo }, { openPurchases }) =>
      openPurchases.has(orderNo)
        ? dialog(
            `Production Order ${orderNo} cannot be finished as the associated subcontract order has not been fully delivered.`,
          )
        : undefined,
  },
  'finishing an order with an outstanding pick': {
    at: 'codeunit Prod. Order Status Management, its text 101',
    refuse: ({ orderNo }, { picks }) =>
      picks.has(orderNo)
        ? dialog(
            `You cannot finish production order no. ${orderNo} because there is an outstanding pick for one or more components.`,
          )
        : undefined,
  },
} as const satisfies Readonly<Record<string, Refusal<BcLine>>>;

export type BcRule = keyof typeof lineRefusals | keyof typeof finishRefusals;

/** @param left Rules that are left out. */
export function requirePostable(posted: PostedLine, setup: BcSetup, left: ReadonlySet<BcRule>): void {
  requireNone(lineRefusals, posted, setup, left);
}

export function requireFinishable(line: BcLine, setup: BcSetup, left: ReadonlySet<BcRule>): void {
  requireNone(finishRefusals, line, setup, left);
}

function requireNone<Posted>(
  refusals: Readonly<Record<string, Refusal<Posted>>>,
  posted: Posted,
  setup: BcSetup,
  left: ReadonlySet<string>,
): void {
  for (const [name, { refuse }] of Object.entries(refusals)) {
    const refused = left.has(name) ? undefined : refuse(posted, setup);
    if (refused) throw refused;
  }
}

function warehouseHandling(entryType: string, { line: { orderNo, lineNo } }: PostedLine): BcError {
  return dialog(
    `Warehouse handling is required for Entry Type = ${entryType}, Order No. = ${orderNo}, Order Line No. = ${lineNo}.`,
  );
}
