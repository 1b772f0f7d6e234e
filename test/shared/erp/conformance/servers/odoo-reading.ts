import type { Books } from './odoo-books.ts';
import { inOrderOf, type OdooRow, testOfDomain, typeError, valueError } from './odoo-domain.ts';
import { many2one, quantities } from './odoo-fields.ts';

export function searchRead(books: Books, model: string, named: Readonly<Record<string, unknown>>): unknown[] {
  const { domain = [], fields = [], limit, order = 'id', ...unknown } = named;
  const surplus = Object.keys(unknown)[0];
  if (surplus) {
    throw typeError(`search_read() got an unexpected keyword argument '${surplus}'`);
  }
  const wanted = Array.isArray(fields) ? fields.map(String) : [];
  const unread = wanted.find((field) => !books.fields[model]?.includes(field));
  if (unread !== undefined) throw valueError(`Invalid field '${unread}' on model '${model}'`);
  const known = Array.isArray(domain) ? domain.map((term) => withChildren(books, term)) : domain;
  const meets = testOfDomain(known, (path) => readerOf(books, model, path));
  const isHidden = ({ id }: OdooRow) => model === 'mrp.production' && books.rights.hidden.has(id);
  const matching = books.rows(model).filter((row) => !isHidden(row) && meets(row));
  const sorted = matching.toSorted((a, b) => inOrderOf(String(order), a, b));
  const page = limit === undefined ? sorted : sorted.slice(0, Number(limit));
  const shown = wanted.map((field) => [field, readerOf(books, model, field)] as const);
  return page.map((row) => shownOf(books, row, shown));
}

export function fieldsGet(books: Books, model: string, named: Readonly<Record<string, unknown>>): unknown {
  const wanted = Array.isArray(named.allfields) ? named.allfields : books.fields[model];
  const attributes = Array.isArray(named.attributes) ? named.attributes : [];
  const known = (books.fields[model] ?? []).filter((field) => wanted?.includes(field));
  const described = (field: string) =>
    Object.entries({
      type: quantities.includes(field) ? 'float' : many2one[field] ? 'many2one' : 'char',
      ...(quantities.includes(field) ? { digits: [16, books.decimals] } : {}),
    }).filter(([attribute]) => attributes.includes(attribute));
  return Object.fromEntries(known.map((field) => [field, Object.fromEntries(described(field))]));
}

/** `child_of` of a location: it and what lies below it. */
function withChildren(books: Books, term: unknown): unknown {
  if (!Array.isArray(term) || term[1] !== 'child_of') return term;
  const locations = books.rows('stock.location');
  const names = locations.filter(({ id }) => term[2].includes(id)).map(({ name }) => String(name));
  const below = locations.filter(({ name }) =>
    names.some((one) => name === one || String(name).startsWith(`${one}/`)),
  );
  return [term[0], 'in', below.map(({ id }) => id)];
}

type Read = (row: OdooRow) => unknown;

function readerOf(books: Books, model: string, path: string): Read {
  const [field = '', ...rest] = path.split('.');
  if (!books.fields[model]?.includes(field)) {
    throw valueError(`Invalid field '${field}' on model '${model}'`);
  }
  if (model === 'stock.lot' && field === 'product_qty') return (lot) => onHand(books, lot);
  if (model === 'stock.move' && field === 'move_line_ids')
    return ({ id: move_id }) => books.where('stock.move.line', { move_id }).map(({ id }) => id);
  const target = many2one[field];
  if (rest.length === 0 || !target) return (row) => row[field] ?? false;
  const read = readerOf(books, target, rest.join('.'));
  return (row) => {
    const pointed = books.find(target, row[field]);
    return pointed ? read(pointed) : false;
  };
}

/** What is on hand of a lot (stock_lot.py:178 (17.0), :207 (18.0), :211 (19.0), `_product_qty`). */
function onHand(books: Books, lot: OdooRow): number {
  const isOurs = (id: unknown) => books.find('stock.location', id)?.usage === 'internal';
  const lines = books.where('stock.move.line', { lot_id: lot.id, state: 'done' });
  return lines.reduce((sum, { location_id, location_dest_id, quantity }) => {
    const moved = Number(isOurs(location_dest_id)) - Number(isOurs(location_id));
    return sum + moved * Number(quantity);
  }, 0);
}

function shownOf(books: Books, row: OdooRow, fields: readonly (readonly [string, Read])[]): OdooRow {
  const shown: OdooRow = { id: row.id };
  for (const [field, read] of fields) {
    const value = read(row);
    const target = many2one[field];
    if (target && typeof value === 'number') {
      const pointed = books.find(target, value);
      shown[field] = [value, pointed?.name ?? ''];
    } else if (field === 'write_date' || field === 'create_date') {
      // Odoo cuts the fraction when it reads a time, and keeps it when it compares one.
      shown[field] = String(value).slice(0, 19);
    } else shown[field] = value;
  }
  return shown;
}
