import type { Books } from './odoo-books.ts';
import { OdooError, type OdooRow, validationError, valueError } from './odoo-domain.ts';
import { locations, us } from './odoo-masters.ts';
import { linesOf, removeLine, setQuantity } from './odoo-reserving.ts';

type Values = Readonly<Record<string, unknown>>;
type Command = readonly [number, number, Values];

/**
 * What a form, or a call like it, writes on the raw moves of an order: `[1, id, values]`, in which lines are deleted
 * (`[2, id, 0]`) and created (`[0, 0, values]`), each of three (mrp_production.py:832 (17.0), :877 (18.0), :955 (19.0),
 * `write`; `Command`: odoo/fields.py:4056 (17.0), :4227 (18.0), orm/commands.py:11 (19.0)).
 */
export function setComponents(books: Books, commands: unknown): void {
  for (const [command, id, values] of commandsIn(commands)) {
    if (command !== 1) throw valueError(`The test server knows no command ${command} of moves.`);
    const { move_line_ids, quantity, ...plain } = values;
    const move = rowOf(books, 'stock.move', id);
    Object.assign(move, plain);
    if (quantity !== undefined) setQuantity(books, move, Number(quantity));
    if (move_line_ids !== undefined) setLines(books, move, commandsIn(move_line_ids));
  }
}

/**
 * 5 deletes no line, and frees nothing: it only takes them from the move, as their field `move_id` has no
 * `ondelete='cascade'` (`write_real` of One2many: odoo/fields.py (17.0, 18.0), orm/fields_relational.py (19.0)).
 */
function setLines(books: Books, move: OdooRow, commands: readonly Command[]): void {
  for (const [command, id, values] of commands) {
    if (command === 2) removeLine(books, rowOf(books, 'stock.move.line', id));
    else if (command === 0) createLine(books, move, values);
    else if (command === 5) for (const line of linesOf(books, move)) line.move_id = false;
    else throw valueError(`The test server knows no command ${command} of lines.`);
  }
  const lines = linesOf(books, move);
  move.quantity = lines.reduce((sum, line) => sum + Number(line.quantity_product_uom), 0);
}

/** A lot of another product is refused (stock_move_line.py:164 (17.0), :166 (18.0), :173 (19.0), `_check_lot_product`). */
function createLine(books: Books, { id: move_id, product_id, location_id }: OdooRow, values: Values) {
  const unknown = Object.keys(values).find((field) => !books.fields['stock.move.line']?.includes(field));
  if (unknown !== undefined) throw valueError(`Invalid field '${unknown}' in 'stock.move.line'`);
  const lot = rowOf(books, 'stock.lot', Number(values.lot_id));
  if (lot.product_id !== product_id)
    throw validationError(`This lot ${lot.name} is incompatible with this product`);
  const { quantity } = values;
  books.insert('stock.move.line', {
    product_id,
    location_id,
    ...values,
    move_id,
    quantity,
    quantity_product_uom: quantity,
  });
}

/**
 * What is picked is consumed, from where its lines say; what is not, or 0, is cancelled, which deletes its lines
 * (mrp_production.py:1682 (17.0), :1739 (18.0), :1852 (19.0), `_post_inventory`; stock_move.py:1863 (17.0), :1995 (18.0),
 * :2066 (19.0), `_action_done`).
 */
export function consume(books: Books, move: OdooRow): void {
  const isDone = Boolean(move.picked) && Number(move.quantity) > 0;
  move.state = isDone ? 'done' : 'cancel';
  if (!isDone) move.quantity = 0;
  for (const line of linesOf(books, move)) {
    if (!isDone) {
      removeLine(books, line);
      continue;
    }
    const quantity = Math.min(Number(line.quantity_product_uom), Number(move.quantity));
    const location_dest_id = locations.production;
    Object.assign(line, { quantity, quantity_product_uom: quantity, state: 'done', location_dest_id });
    const [quant] = books.where('stock.quant', { lot_id: line.lot_id, location_id: line.location_id });
    if (quant) quant.quantity = Number(quant.quantity) - quantity;
  }
}

function rowOf(books: Books, model: string, id: number): OdooRow {
  const row = books.find(model, id);
  if (row) return row;
  const which = `(Record: ${model}(${id},), User: ${us.uid})`;
  const message = `Record does not exist or has been deleted.\n${which}`;
  throw new OdooError('odoo.exceptions.MissingError', message, 404);
}

function commandsIn(value: unknown): readonly Command[] {
  const isCommand = (one: unknown): one is Command => Array.isArray(one) && one.length === 3;
  if (Array.isArray(value) && value.every(isCommand)) return value;
  throw valueError(`Wrong value for a list of records: ${JSON.stringify(value)}`);
}
