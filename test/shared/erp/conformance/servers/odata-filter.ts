export type ODataRow = Record<string, unknown>;

/** Raised for a query that SAP Gateway would refuse. */
export class ODataQueryError extends Error {}

type Test = (row: ODataRow) => boolean;

/**
 * A `$filter` of OData V2, as far as connectors use it: eq gt ge, and, or, parentheses, texts, guid'…'
 * and datetime'…'.
 * @param fields Names that may be filtered by; any other is refused.
 */
export function parseFilter(filter: string, fields: readonly string[]): Test {
  const tokens = filter.match(/\(|\)|(?:guid|datetime)?'(?:[^']|'')*'|[^\s()]+/g) ?? [];
  let at = 0;
  const take = (): string => {
    const token = tokens[at];
    if (token === undefined) throw new ODataQueryError('Invalid $filter: it ends too early');
    at += 1;
    return token;
  };

  function either(): Test {
    let left = both();
    while (tokens[at] === 'or') {
      at += 1;
      const [one, other] = [left, both()];
      left = (row) => one(row) || other(row);
    }
    return left;
  }

  function both(): Test {
    let left = single();
    while (tokens[at] === 'and') {
      at += 1;
      const [one, other] = [left, single()];
      left = (row) => one(row) && other(row);
    }
    return left;
  }

  function single(): Test {
    const token = take();
    if (token === '(') {
      const inner = either();
      if (take() !== ')') throw new ODataQueryError('Invalid $filter: a parenthesis is not closed');
      return inner;
    }
    if (!fields.includes(token)) throw new ODataQueryError(`Property ${token} not found`);
    const operator = take();
    const literal = /^(?:guid|datetime)?'(.*)'$/s.exec(take())?.[1]?.replaceAll("''", "'");
    if (literal === undefined) throw new ODataQueryError('Invalid $filter: a text was expected');
    return (row) => compares(keyed(token, row[token]), operator, keyed(token, literal));
  }

  const test = either();
  if (at < tokens.length) throw new ODataQueryError(`Invalid $filter near ${tokens[at]}`);
  return test;
}

/** Those that connectors use. */
const operators: Readonly<Record<string, (actual: string, expected: string) => boolean>> = {
  eq: (actual, expected) => actual === expected,
  gt: (actual, expected) => actual > expected,
  ge: (actual, expected) => actual >= expected,
};

function compares(actual: string, operator: string, expected: string): boolean {
  const fits = operators[operator];
  if (!fits) throw new ODataQueryError(`Invalid operator ${operator}`);
  return fits(actual, expected);
}

/** Order numbers pass the ALPHA conversion: `1000020` and `000001000020` are the same. Dates are compared as such. */
export function keyed(field: string, value: unknown): string {
  const text = String(value ?? '');
  if (field === 'ManufacturingOrder' || field === 'OrderID') {
    return /^\d+$/.test(text) ? text.padStart(12, '0') : text;
  }
  if (field === 'ExternalSystemConfirmation') return text.toLowerCase();
  const milliseconds = /^\/Date\((\d+)\)\/$/.exec(text)?.[1];
  return milliseconds === undefined ? text : new Date(Number(milliseconds)).toISOString().slice(0, 19);
}
