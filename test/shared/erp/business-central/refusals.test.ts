import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { type BcArticle, BcBooks } from '../conformance/servers/bc-books.ts';
import type { BcLine } from '../conformance/servers/bc-records.ts';
import type { BcRule } from '../conformance/servers/bc-rules.ts';

// Each rule by which the base application refuses, with the test of Microsoft's (src/Layers/W1/Tests/SCM-Manufacturing of
// microsoft/BCApps, commit c3414ede) that shows it, where there is one: a rule without a case here does not compile.

/** A product P of 5, with two operations and a Manual component C, of which there is enough. */
function plantOf(article: BcArticle = {}) {
  const books = new BcBooks({ newId: randomUUID });
  books.addArticle('C', {});
  books.addStock('C');
  books.addArticle('P', { operations: [{}, {}], components: [{ itemNo: 'C' }], ...article });
  return books;
}

interface Case {
  readonly article?: BcArticle;
  /** What is different about plant and order. */
  readonly differs?: (books: BcBooks, line: BcLine) => void;
  /** What is posted. Default: 5 on the last operation. */
  readonly post?: (books: BcBooks, line: BcLine) => void;
  readonly says: string;
}

const output = (books: BcBooks, line: BcLine, given: Parameters<BcBooks['postByHand']>[1] = {}) =>
  books.postByHand(line, { good: '5', operationNo: line.operations.at(-1)?.operationNo ?? '', ...given });
const consumption = (books: BcBooks, line: BcLine) => books.issueByHand(line, 'C', '5');
const product = (books: BcBooks) => books.items.get('P') ?? {};
const last = ({ operations }: BcLine) => operations.at(-1) ?? {};

const cases = {
  'a scrap code that is unknown': {
    post: (books, line) => output(books, line, { scrapCode: 'NONE' }),
    says: 'contains a value (NONE) that cannot be found',
  },
  'a scrap code without an operation': {
    article: { operations: [] },
    post: (books, line) => output(books, line, { good: '0', scrap: '1', scrapCode: 'DENT' }),
    says: 'When using Scrap Code, Type must be Work Center or Machine Center.',
  },
  'a subcontracted operation': {
    differs: (_, line) => Object.assign(last(line), { subcontracted: true }),
    says: 'must be zero in line number 10000 because it is linked to the subcontracted work center',
  },
  // SCMProductionJournal 1023, 1060
  'an operation that is finished': {
    differs: (books, line) => output(books, line, { good: '1', finished: true }),
    says: 'Do you want to post output for the finished operation?',
  },
  'a quantity that is finer than its unit': {
    article: { unitPrecision: '1' },
    post: (books, line) => output(books, line, { good: '0.5' }),
    says: 'The value 0.5 in field Quantity is of lower precision than expected.',
  },
  'a day outside the range of posting dates': {
    differs(books) {
      books.postingFrom = '2026-12-01';
    },
    says: 'The Posting Date is not within your range of allowed posting dates.',
  },
  'a day in an inventory period that is closed': {
    differs(books) {
      books.closedUntil = '2026-11-30';
    },
    says: 'because the Inventory Period is already closed',
  },
  'a line without a location, where one is mandatory': {
    differs(books) {
      books.isLocationMandatory = true;
    },
    says: 'Location Code must have a value',
  },
  // SCMProductionOrders 2323; 2304: an operation before the last one needs none
  'a line without a bin, where one is mandatory': {
    differs: (books) => void books.locations.set('', { binMandatory: true }),
    says: 'The Bin does not exist.',
  },
  // SCMManufacturing70 253, SCMProductionOrders 3090
  'a dimension that is missing': {
    article: { mandatoryDimension: 'AREA' },
    says: 'Select a Dimension Value Code for the Dimension Code AREA for Item P.',
  },
  'output of which a put-away was made': {
    differs: (books, line) => void books.putAways.add(line.orderNo),
    says: 'Warehouse handling is required for Entry Type = Output',
  },
  'a component of which a pick was made': {
    differs: (books, line) => void books.picks.add(line.orderNo),
    post: consumption,
    says: 'Warehouse handling is required for Entry Type = Consumption',
  },
  // SCMProdWhseHandling 378; 1195 with the whole order of 10, of which 10 remain
  'a component that was not picked, where a warehouse pick is mandatory': {
    article: { components: [{ itemNo: 'C', flushing: 'Pick + Manual' }] },
    differs: (books) => void books.locations.set('', { pickMandatory: true }),
    post: consumption,
    says: 'You cannot post consumption for order no. RPO-1001 because a quantity of 5 remains to be picked.',
  },
  // SCMProductionOrders 1670
  'an order that is finished': {
    differs(books, line) {
      output(books, line);
      books.finish(line);
    },
    post: consumption,
    says: "The Production Order does not exist. Identification fields and values: Status='Released',No.='RPO-1001'",
  },
  'an order that is blocked': {
    differs: (_, line) => Object.assign(line, { blocked: true }),
    says: "Blocked must be equal to 'No' in Production Order",
  },
  'output without an operation, of a line with a routing': {
    post: (books, line) => output(books, line, { operationNo: '' }),
    says: 'Operation No. must have a value',
  },
  'a centre that is blocked': {
    differs: (_, line) => Object.assign(last(line), { centerBlocked: true }),
    says: "Blocked must be equal to 'No' in Work Center.",
  },
  'an item that is blocked': {
    differs: (books) => Object.assign(product(books), { blocked: true }),
    says: "Blocked must be equal to 'No' in Item: No.=P.",
  },
  // SCMProductionJournal 1687
  'an item that is blocked for output': {
    differs: (books) => Object.assign(product(books), { productionBlocked: 'Output' }),
    says: 'You cannot produce Item P because the Production Blocked is Output on the Item card.',
  },
  // SCMProductionJournal 1727
  'a variant that is blocked for output': {
    differs: (books, line) => {
      Object.assign(line, { variant: 'RED' });
      books.items.get('P')?.blockedVariants.add('RED');
    },
    says: 'You cannot produce Item Variant RED because the Production Blocked is Output',
  },
  'a number of an item that has none': {
    post: (books, line) => output(books, line, { lot: 'L1' }),
    says: 'Item Tracking Code must have a value in Item: No.=P.',
  },
  // SCMProductionOrdersII 239 posts one with its lots, and finishes it
  'a lot that is missing': {
    article: { tracking: 'lot' },
    says: 'You must assign a lot number for item P.',
  },
  'a serial number that is missing': {
    article: { tracking: 'serial' },
    says: 'You must assign a serial number for item P.',
  },
  'a serial number that is on inventory': {
    article: { tracking: 'serial' },
    differs: (books) => books.addStock('P', 'S1', '1'),
    post: (books, line) => output(books, line, { good: '1', lot: 'S1' }),
    says: 'Serial No. S1 is already on inventory.',
  },
  // SCMManufacturing 2325
  'a component that is short': {
    differs: (books) => books.addStock('C', '', '4'),
    post: consumption,
    says: 'You have insufficient quantity of Item C on inventory.',
  },
  // SCMProductionOrdersIV 813: 10 pieces, of which the component and a time are posted
  'finishing an order with consumption or time, and no output': {
    post: finish,
    differs(books, line) {
      consumption(books, line);
      output(books, line, { good: '0', run: '60' });
    },
    says: 'You cannot finish line 10000 on Production Order RPO-1001. It has consumption or capacity posted with no output.',
  },
  'finishing an order with a subcontract that is not delivered': {
    differs: (books, line) => void books.openPurchases.add(line.orderNo),
    post: finish,
    says: 'cannot be finished as the associated subcontract order has not been fully delivered',
  },
  'finishing an order with an outstanding pick': {
    differs: (books, line) => void books.picks.add(line.orderNo),
    post: finish,
    says: 'because there is an outstanding pick for one or more components',
  },
} satisfies Readonly<Record<BcRule, Case>>;

function finish(books: BcBooks, line: BcLine): void {
  books.finish(line);
}

describe.each(Object.entries<Case>(cases))(
  '%s',
  (name, { article, differs = () => {}, post = output, says }) => {
    /** What is posted of it, and what becomes of the books. */
    function attempt({ leftOut }: { readonly leftOut?: BcRule }) {
      const books = plantOf(article);
      const line = books.plan({ itemNo: 'P', quantity: '5' });
      differs(books, line);
      if (leftOut) books.leftOut.add(leftOut);
      const before = structuredClone({ lines: books.lines, entries: books.entries, stock: books.stock });
      const refused = () => post(books, line);
      return {
        refused,
        before,
        after: () => ({ lines: books.lines, entries: books.entries, stock: books.stock }),
      };
    }

    it('is refused, and nothing is posted', () => {
      const { refused, before, after } = attempt({});

      expect(refused).toThrow(says);
      expect(after()).toEqual(before);
    });

    it('is posted where the rule is left out', () => {
      const { refused } = attempt({ leftOut: name as BcRule });

      expect(refused).not.toThrow();
    });
  },
);
