import { fieldIn, listOf, textOf } from './parameters.ts';
import type { RpcAnswer, RpcCall } from './server.ts';

export interface Move {
  readonly id: number;
  quantity: number;
  state: string;
  /** Where the product goes to, or a component is taken from. */
  location: number;
  lot: number | null;
}

interface Lot {
  readonly id: number;
  readonly number: string;
  readonly product: number;
  /** Where components are taken from. */
  readonly quantity: number;
}

const [gear, casing] = [2, 3];

/** Pieces, and dozens of them. */
const units = [
  { id: 1, symbol: 'u', factor: 1, rate: 1, rounding: 1, digits: 0 },
  { id: 2, symbol: 'doz', factor: 12, rate: 0.083333333333, rounding: 1, digits: 0 },
];
const locations: Readonly<Record<number, { readonly type: string }>> = {
  6: { type: 'production' },
  7: { type: 'storage' },
  8: { type: 'lost_found' },
};

/**
 * The books of a Tryton with one production, of 5 unless another quantity is given, as far as a booking of its product, or of its only component, touches
 * them; `npm run test:tryton` tests a real one. A button in the wrong state answers `null` and changes nothing (seen); too many
 * digits and a missing lot are refused as late as Tryton refuses them.
 */
export class TrytonBooks {
  /** Module `stock_lot`. */
  readonly hasLots: boolean;
  state = 'waiting';
  /** Of its product. */
  moves: Move[] = [];
  /** Of its component. None: it has no component. */
  inputs: Move[] = [];
  lots: Lot[] = [];
  readonly notes: { readonly id: number; readonly resource: string; readonly message: string }[] = [];
  /** Types of locations to and from which the product moves only with a lot. */
  lotRequired: readonly string[] = [];
  /** Rights that our user lacks, `create stock.lot`. */
  denied: readonly string[] = [];
  readonly #planned: number;
  #lastId = 100;

  constructor({ hasLots = false, quantity = 5 } = {}) {
    this.hasLots = hasLots;
    this.#planned = quantity;
    this.restart();
  }

  /** Restores the production as it was planned, with nothing booked. */
  restart(): void {
    this.state = 'waiting';
    this.moves = [{ id: 1, quantity: this.#planned, state: 'draft', location: 7, lot: null }];
    this.inputs = [];
    this.lots = [];
    this.notes.length = 0;
  }

  /** Somebody writes a note. */
  addNote(resource: string, message: string): void {
    this.notes.push({ id: this.#newId(), resource, message });
  }

  /** Somebody else creates a lot. */
  addLot(number: string, id = this.#newId()): void {
    this.lots.push({ id, number, product: gear, quantity: 0 });
  }

  /** The production has a component, 5 of which are planned; so much of this lot of it is in stock. */
  addComponent(lot: string, quantity: number): void {
    this.inputs = [{ id: 2, quantity: 5, state: 'draft', location: 7, lot: null }];
    this.lots.push({ id: this.#newId(), number: lot, product: casing, quantity });
  }

  /** Somebody plans that the production brings so much more of its product. */
  addOutput(quantity: number): void {
    this.moves.push({ id: this.#newId(), quantity, state: 'draft', location: 7, lot: null });
  }

  readonly answer = ({ method, params }: RpcCall): RpcAnswer | undefined => {
    const result = this.#resultOf(method.replace(/^model\./, ''), params);
    return result === undefined
      ? undefined
      : result instanceof Refusal
        ? { error: result.error }
        : { result };
  };

  #resultOf(method: string, params: readonly unknown[]): unknown {
    switch (method) {
      case 'stock.move.fields_get':
        return this.hasLots ? { lot: {} } : {};
      case 'production.fields_get':
        return {};
      case 'ir.model.access.get_access':
        return this.#access(listOf(params[0]).map(String));
      case 'production.search_read':
        return [this.#production()];
      case 'product.uom.search_read':
        return units.filter(({ symbol }) => JSON.stringify(params[0]).includes(`"${symbol}"`));
      case 'production.wait':
        for (const move of this.inputs) if (move.state === 'assigned') move.state = 'draft';
        return this.#press('assigned', 'waiting');
      case 'production.assign_try':
        for (const move of this.inputs) if (move.state === 'draft') move.state = 'assigned';
        return this.#press('waiting', 'assigned');
      case 'production.run':
        for (const move of this.inputs) move.state = 'done';
        return this.#press('assigned', 'running');
      case 'production.done':
        return this.state === 'running'
          ? (this.#complete(this.moves) ?? this.#press('running', 'done'))
          : null;
      case 'production.write':
        return this.#writeMoves(params[1]);
      case 'stock.move.do': {
        const isMeant = ({ id }: Move) => listOf(params[0]).includes(id);
        for (const move of this.inputs.filter(isMeant)) move.state = 'done';
        return this.#complete(this.moves.filter(isMeant)) ?? null;
      }
      case 'stock.lot.search_read':
        return this.#lotsNamed(params[0]).sort((a, b) =>
          JSON.stringify(params[3]) === '[["id","DESC"]]' ? b.id - a.id : a.id - b.id,
        );
      case 'stock.lot.create':
        return listOf(params[0]).map((lot) => {
          this.addLot(textOf(lot, 'number'));
          return this.#lastId;
        });
      case 'stock.lot.delete':
        return this.#deleteLots(listOf(params[0]));
      case 'ir.note.create':
        return listOf(params[0]).map((note) => {
          this.addNote(textOf(note, 'resource'), textOf(note, 'message'));
          return this.#lastId;
        });
      case 'ir.note.search_read':
        return this.notes;
      case 'ir.attachment.search_read':
        return [];
      default:
        return undefined;
    }
  }

  #newId(): number {
    this.#lastId += 1;
    return this.#lastId;
  }

  #access(models: readonly string[]): unknown {
    const may = (permission: string, model: string) =>
      Number(!this.denied.includes(`${permission} ${model}`));
    return Object.fromEntries(
      models.map((model) => [
        model,
        { read: 1, write: may('write', model), create: may('create', model), delete: 1 },
      ]),
    );
  }

  #press(from: string, to: string): null {
    if (this.state === from) this.state = to;
    return null;
  }

  #complete(moves: readonly Move[]): Refusal | undefined {
    const needsLot = (move: Move) =>
      ['production', locations[move.location]?.type ?? ''].some((type) => this.lotRequired.includes(type));
    if (moves.some((move) => move.lot === null && needsLot(move))) {
      return new Refusal('To move product "[GEAR] Gear" you must provide a stock lot.');
    }
    for (const move of moves) move.state = 'done';
    return undefined;
  }

  #writeMoves(values: unknown): Refusal | null {
    const outputs = this.#written(this.moves, fieldIn(values, 'outputs'));
    const inputs = this.#written(this.inputs, fieldIn(values, 'inputs'));
    if ([...outputs, ...inputs].some(({ quantity }) => !Number.isInteger(quantity))) {
      return new Refusal('The number of digits in the value of "Quantity" exceeds the limit of "0".');
    }
    // Where a component is taken from stays, whatever place it goes to.
    for (const move of inputs) move.location = 7;
    this.moves = outputs;
    this.inputs = inputs;
    return null;
  }

  #written(before: readonly Move[], commands: unknown): Move[] {
    const moves = structuredClone([...before]);
    for (const command of listOf(commands)) {
      const [action, first, second] = listOf(command);
      if (action === 'write') {
        for (const move of moves) if (listOf(first).includes(move.id)) change(move, second);
      } else if (action === 'create') {
        for (const given of listOf(first)) {
          const move = { id: this.#newId(), quantity: 0, state: 'draft', location: 7, lot: null };
          change(move, given);
          moves.push(move);
        }
      } else moves.splice(0, moves.length, ...moves.filter(({ id }) => !listOf(first).includes(id)));
    }
    return moves;
  }

  #lotsNamed(domain: unknown) {
    const conditions = new Map(
      listOf(domain).map((condition) => {
        const [field, , value] = listOf(condition);
        return [field, value];
      }),
    );
    const named = this.lots.filter(({ number }) => listOf(conditions.get('number')).includes(number));
    return named
      .filter(({ product }) => !conditions.has('product') || conditions.get('product') === product)
      .map((lot) => ({ ...lot, active: true, 'default_uom.': units[0] }));
  }

  #deleteLots(ids: readonly unknown[]): Refusal | null {
    if (this.moves.some(({ lot }) => ids.includes(lot))) return new Refusal('The lot is used by a move.');
    this.lots = this.lots.filter(({ id }) => !ids.includes(id));
    return null;
  }

  #production(): unknown {
    const [unit] = units;
    const lotted = this.hasLots ? { lot_required: this.lotRequired, lot_sequence: null } : {};
    const product = { id: gear, code: 'GEAR', rec_name: 'Gear', ...lotted };
    const component = { id: casing, code: 'CASE', rec_name: 'Case' };
    const lotOf = (id: number | null) => this.lots.find((lot) => lot.id === id) ?? null;
    const shown = ({ id, quantity, state, lot }: Move) => ({
      id,
      _timestamp: '1',
      state,
      quantity,
      unit: 1,
      company: 1,
      currency: null,
      'unit.': unit,
      ...(this.hasLots ? { lot, 'lot.': lotOf(lot) } : {}),
    });
    return {
      id: 17,
      _timestamp: '1',
      number: '17',
      state: this.state,
      company: 1,
      product: gear,
      quantity: this.#planned,
      'product.': { ...product, list_price: { __class__: 'Decimal', decimal: '100' } },
      'unit.': unit,
      'warehouse.': { 'waste_locations.': [{ id: 8, name: 'Scrap', code: null }] },
      'inputs.': this.inputs.map((move) => ({
        ...shown(move),
        product: casing,
        from_location: move.location,
        to_location: 6,
        'product.': component,
        'from_location.': locations[move.location],
        'to_location.': locations[6],
      })),
      'outputs.': this.moves.map((move) => ({
        ...shown(move),
        product: gear,
        from_location: 6,
        to_location: move.location,
        'product.': product,
        'from_location.': locations[6],
        'to_location.': locations[move.location],
      })),
    };
  }
}

/** A refusal by Tryton: the call changed nothing. */
class Refusal {
  readonly error: unknown;

  constructor(message: string) {
    this.error = ['UserError', [message, '', null]];
  }
}

function change(move: Move, values: unknown): void {
  move.quantity = Number(fieldIn(values, 'quantity'));
  move.location = Number(fieldIn(values, 'to_location'));
  const lot = fieldIn(values, 'lot');
  if (typeof lot === 'number') move.lot = lot;
}
