/** A record of the test server: plain values by field name; many2one fields hold an id or false. */
export type OdooRow = Record<string, unknown> & { id: number };

/** Raised by the server's models; becomes an error body in either protocol. */
export class OdooError extends Error {
  readonly odooName: string;
  readonly status: number;
  /** Its name in JSON-2, where that differs. */
  readonly json2Name: string;
  constructor(odooName: string, message: string, status: number, json2Name = odooName) {
    super(message);
    this.odooName = odooName;
    this.status = status;
    this.json2Name = json2Name;
  }
}

/** 18 calls as 17 does, names its fields as 17 does, and picks components as 19 does. */
export type OdooVersion = 17 | 18 | 19;

export const userError = (message: string) => new OdooError('odoo.exceptions.UserError', message, 422);
export const validationError = (message: string) =>
  new OdooError('odoo.exceptions.ValidationError', message, 422);
/** Wrong arguments: rpc/controllers/json2.py:84 (19.0). */
export const typeError = (message: string) =>
  new OdooError('builtins.TypeError', message, 422, 'werkzeug.exceptions.UnprocessableEntity');
/** An unknown model or method: rpc/controllers/json2.py:69 and :74 (19.0). */
export const notFound = (odooName: string, message: string) =>
  new OdooError(odooName, message, 404, 'werkzeug.exceptions.NotFound');
/** A field that does not exist: HTTP 500 in JSON-2, seen on 19. */
export const valueError = (message: string) => new OdooError('builtins.ValueError', message, 500);

type Test = (row: OdooRow) => boolean;

/**
 * Decides for each row whether it matches an Odoo domain (prefix notation; terms without an operator are and-ed).
 * @param readerOf Returns the reader of a field, which follows dotted paths; throws for a field that does not exist.
 */
export function testOfDomain(
  domain: unknown,
  readerOf: (field: string) => (row: OdooRow) => unknown,
): (row: OdooRow) => boolean {
  if (!Array.isArray(domain)) throw valueError('Domain must be a list');
  const terms: unknown[] = [...domain];

  const next = (): Test => {
    const term = terms.shift();
    if (term === undefined) throw valueError('Domain is incomplete');
    if (term === '&' || term === '|') {
      const [left, right] = [next(), next()];
      return term === '&' ? (one) => left(one) && right(one) : (one) => left(one) || right(one);
    }
    if (!Array.isArray(term) || term.length !== 3) throw valueError(`Invalid leaf ${JSON.stringify(term)}`);
    const [field, operator, value] = term;
    const read = readerOf(String(field));
    return (one) => compares(read(one), String(operator), value);
  };

  const tests: Test[] = [];
  while (terms.length > 0) tests.push(next());
  return (row) => tests.every((test) => test(row));
}

function compares(actual: unknown, operator: string, expected: unknown): boolean {
  switch (operator) {
    case '=':
      // Of a number, false means none or zero.
      return expected === false ? !actual : actual === expected;
    case '!=':
      return actual !== expected;
    case 'in':
      return Array.isArray(expected) && expected.includes(actual);
    case 'not in':
      return Array.isArray(expected) && !expected.includes(actual);
    case '>':
      return isAfter(actual, expected);
    case '>=':
      return actual === expected || isAfter(actual, expected);
    case '=like':
      return likePattern(String(expected), '').test(String(actual));
    case 'ilike':
      return likePattern(`%${String(expected)}%`, 'i').test(String(actual));
    default:
      throw valueError(`Invalid operator ${operator}`);
  }
}

function isAfter(actual: unknown, expected: unknown): boolean {
  if (actual === false || expected === false) return false;
  // Times are compared as the database holds them, with microseconds: `10:00:00.25` is after `10:00:00`.
  return typeof actual === 'number' ? actual > Number(expected) : String(actual) > String(expected);
}

function likePattern(pattern: string, flags: string): RegExp {
  const source = pattern.replace(/\\?./gs, (one) => {
    if (one === '%') return '[^]*';
    if (one === '_') return '[^]';
    return (one.length > 1 ? one.slice(1) : one).replace(/[.*+?^${}()|[\]\\]/, '\\$&');
  });
  return new RegExp(`^${source}$`, flags);
}

/** Compares two records by an Odoo `order`: `write_date asc, id asc`. */
export function inOrderOf(order: string, a: OdooRow, b: OdooRow): number {
  for (const field of order.split(',').map((part) => part.trim().replace(/ asc$/, ''))) {
    const [left, right] = [a[field], b[field]];
    if (typeof left === 'number' && typeof right === 'number' && left !== right) return left - right;
    if (typeof left !== 'number' && left !== right) return String(left) < String(right) ? -1 : 1;
  }
  return 0;
}

export function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&#34;');
}
