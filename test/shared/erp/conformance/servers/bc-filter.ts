import { BcError } from './bc-records.ts';

export type BcRow = Readonly<Record<string, unknown>>;

/**
 * The `$filter` of Business Central, as far as connectors use it: eq, gt, ge, lt; *and*; *or* over one field, in parentheses.
 * *Or* over two fields is refused (MicrosoftDocs/dynamics365smb-devitpro-pb, dev-itpro/webservices/odata-known-limitations.md).
 * @param fields Names that the page has.
 */
export function readFilter(filter: string, fields: readonly string[]): (row: BcRow) => boolean {
  const tests = filter.split(/ and (?![^(]*\))/).map((part) => {
    const either = part.replace(/^\((.*)\)$/, '$1').split(' or ');
    const comparisons = either.map((one) => readComparison(one, fields));
    if (new Set(comparisons.map(({ field }) => field)).size > 1)
      throw new BcError('BadRequest', 'An OR operator over different fields is not supported.');
    return (row: BcRow) => comparisons.some(({ fits }) => fits(row));
  });
  return (row) => tests.every((fits) => fits(row));
}

function readComparison(text: string, fields: readonly string[]) {
  const [, field = '', operator = '', literal = ''] = /^(\w+) (eq|gt|ge|lt) (.+)$/.exec(text.trim()) ?? [];
  if (field === '') throw new BcError('BadRequest', `Syntax error in $filter: ${text}`);
  if (!fields.includes(field)) throw unknownProperty(field);
  const quoted = /^'((?:[^']|'')*)'$/.exec(literal)?.[1]?.replaceAll("''", "'");
  // A Guid, a time and a number have no quotes; a text needs them.
  const isPlain = /^(\d+(\.\d+)?|[0-9a-fA-F-]{36}|\d{4}-\d\d-\d\dT[\d:.]+Z)$/.test(literal);
  if (quoted === undefined && !isPlain)
    throw new BcError('BadRequest', `Syntax error in $filter: ${literal}`);
  return { field, fits: (row: BcRow) => compares(row[field], operator, quoted ?? literal) };
}

export function unknownProperty(field: string): BcError {
  return new BcError('BadRequest', `Could not find a property named '${field}' on type 'NAV.page'.`);
}

function compares(value: unknown, operator: string, literal: string): boolean {
  const [left, right] =
    typeof value === 'number'
      ? [value, Number(literal)]
      : [String(value).toLowerCase(), literal.toLowerCase()];
  if (operator === 'eq') return left === right;
  if (operator === 'gt') return left > right;
  return operator === 'ge' ? left >= right : left < right;
}
