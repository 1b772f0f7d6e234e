import { type Quantity, toDecimal } from './quantity.ts';

/**
 * What the ERP says of an order, besides its name and state. A new fact is a line here and one in `orderFacts`: it does not
 * compile until each connector and the endpoint say where it comes from (`undefined` where the ERP has none), and where the
 * ledger keeps it (`recordedFacts`); a field for it there does not compile until it is written (`erpOrderRecordFrom`). Each
 * ERP of the conformance suite says how a planner changes it (`changeFact`), or why its orders have none. A test accepts an
 * order and reads each fact again. Lists, CSV and pages show it by themselves.
 */
export interface FactsInErp {
  /** The ERP's code of the product to build. */
  readonly article: string;
  readonly quantity: Quantity;
  /** ISO date (`2026-11-30`) or date-time with zone by which it is due. */
  readonly dueDate: string | undefined;
}

/** What the ledger has of each fact, for a person. Dates are ISO, in full. */
export type ShownFacts = { readonly [Fact in keyof FactsInErp]: string | undefined };

interface FactRule<Value> {
  /** In lists and on pages. */
  readonly title: string;
  readonly form: 'text' | 'date';
  /** Whether whoever has a link to a page may read it (SECURITY.md, *the link to a page leaks*). */
  readonly isOnLinkedPage: boolean;
  /** Texts of the ERP in it, by their names in sentences: the ledger takes none that is too long. */
  readonly textsOf: (value: Value) => Readonly<Record<string, string | undefined>>;
  /** The ERP may say the same in other writing. */
  readonly isSame: (one: Value, other: Value) => boolean;
}

type FactRules = { readonly [Fact in keyof FactsInErp]: FactRule<FactsInErp[Fact]> };

/** In the order in which a person reads them. */
export const orderFacts: FactRules = {
  article: {
    title: 'Article',
    form: 'text',
    isOnLinkedPage: true,
    textsOf: (article) => ({ article }),
    isSame: (one, other) => one === other,
  },
  quantity: {
    title: 'Quantity',
    form: 'text',
    isOnLinkedPage: true,
    textsOf: ({ unit }) => ({ unit }),
    // A caller may call its unit otherwise than the connector does.
    isSame: (one, other) => toDecimal(one.amount) === toDecimal(other.amount),
  },
  dueDate: {
    title: 'Due',
    form: 'date',
    isOnLinkedPage: true,
    textsOf: (dueDate) => ({ 'due date': dueDate }),
    isSame: (one, other) => instantOrText(one) === instantOrText(other),
  },
};

export type FactName = keyof FactsInErp;
// Its type says that it has these keys, and a literal has no others.
export const factNames = Object.keys(orderFacts) as readonly FactName[];

/** Only the facts of what may hold more. */
export function shownFactsOf({ article, quantity, dueDate }: ShownFacts): ShownFacts {
  return { article, quantity, dueDate };
}

/** A fact as a text: of a date the day. */
export function factInWords(name: FactName, facts: ShownFacts): string | undefined {
  const value = facts[name];
  return orderFacts[name].form === 'date' ? value?.slice(0, 10) : value;
}

/** Whether the ERP says of each fact what it said before. */
export function hasSameFacts(one: FactsInErp, other: FactsInErp): boolean {
  return factNames.every((name) => isSameFact(name, one, other));
}

function isSameFact<Fact extends FactName>(name: Fact, one: FactsInErp, other: FactsInErp): boolean {
  const rules: FactRules = orderFacts;
  return rules[name].isSame(one[name], other[name]);
}

function instantOrText(date = ''): number | string {
  return Date.parse(date) || date;
}

/** The texts of all facts, by their names in sentences. */
export function textsOfFacts(facts: FactsInErp): [name: string, text: string][] {
  return factNames
    .flatMap((name) => Object.entries(textsOfFact(name, facts)))
    .map(([name, text = '']) => [name, text]);
}

function textsOfFact<Fact extends FactName>(name: Fact, facts: FactsInErp) {
  const rules: FactRules = orderFacts;
  return rules[name].textsOf(facts[name]);
}
