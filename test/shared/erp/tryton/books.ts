import type { RpcAnswer, RpcCall } from './server.ts';

export interface Move {
  readonly id: number;
  quantity: number;
  state: string;
  location: number;
  lot: number | null;
}

interface Lot {
  readonly id: number;
  readonly number: string;
}

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
 * The books of a Tryton with one production of 5, as far as a booking of its product touches them; `npm run
 * test:tryton` tests a real one. A button in the wrong state answers `null` and changes nothing (seen); too many
 * digits and a missing lot are refused as late as Tryton refuses them.
 */
export class TrytonBooks {
  /** Module `stock_lot`. */
  readonly hasLots: boolean;
  state = 'waiting';
  moves: Move[] = [];
  lots: Lot[] = [];
  readonly notes: { readonly id: number; readonly resource: string; readonly message: string }[] = [];
  /** Types of locations to and from which the product moves only with a lot. */
  lotRequired: readonly string[] = [];
  /** Rights that our user lacks, `create stock.lot`. */
  denied: readonly string[] = [];
  #lastId = 100;

  constructor({ hasLots = false } = {}) {
    this.hasLots = hasLots;
    this.restart();
  }

  /** Restores the production as it was planned, with nothing booked. */
  restart(): void {
    this.state = 'waiting';
    this.moves = [{ id: 1, quantity: 5, state: 'draft', location: 7, lot: null }];
    this.lots = [];
    this.notes.length = 0;
  }

  /** Somebody writes a note. */
  addNote(resource: string, message: string): void {
    this.notes.push({ id: this.#newId(), resource, message });
  }

  /** Somebody else creates a lot. */
  addLot(number: string, id = this.#newId()): void {
    this.lots.push({ id, number });
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
      case 'production.assign_try':
        return this.#press('waiting', 'assigned');
      case 'production.run':
        return this.#press('assigned', 'running');
      case 'production.done':
        return this.state === 'running'
          ? (this.#complete(this.moves) ?? this.#press('running', 'done'))
          : null;
      case 'production.write':
        return this.#writeOutputs(params[1]);
      case 'stock.move.do':
        return this.#complete(this.moves.filter(({ id }) => listOf(params[0]).includes(id))) ?? null;
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

  #writeOutputs(values: unknown): Refusal | null {
    const moves = structuredClone(this.moves);
    for (const command of listOf(fieldIn(values, 'outputs'))) {
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
    if (moves.some(({ quantity }) => !Number.isInteger(quantity))) {
      return new Refusal('The number of digits in the value of "Quantity" exceeds the limit of "0".');
    }
    this.moves = moves;
    return null;
  }

  #lotsNamed(domain: unknown): Lot[] {
    const [, [, , numbers] = []] = listOf(domain).map(listOf);
    return this.lots.filter(({ number }) => listOf(numbers).includes(number));
  }

  #deleteLots(ids: readonly unknown[]): Refusal | null {
    if (this.moves.some(({ lot }) => ids.includes(lot))) return new Refusal('The lot is used by a move.');
    this.lots = this.lots.filter(({ id }) => !ids.includes(id));
    return null;
  }

  #production(): unknown {
    const [unit] = units;
    const lotted = this.hasLots ? { lot_required: this.lotRequired, lot_sequence: null } : {};
    const product = { id: 2, code: 'GEAR', rec_name: 'Gear', ...lotted };
    const lotOf = (id: number | null) => this.lots.find((lot) => lot.id === id) ?? null;
    return {
      ...{ id: 17, _timestamp: '1', number: '17', state: this.state, company: 1, product: 2 },
      quantity: 5,
      'product.': { ...product, list_price: { __class__: 'Decimal', decimal: '100' } },
      'unit.': unit,
      'warehouse.': { 'waste_locations.': [{ id: 8, name: 'Scrap', code: null }] },
      'inputs.': [],
      'outputs.': this.moves.map(({ id, quantity, state, location, lot }) => ({
        ...{ id, _timestamp: '1', state, quantity, product: 2, unit: 1, from_location: 6 },
        ...{ to_location: location, company: 1, currency: null, 'product.': product, 'unit.': unit },
        ...{ 'from_location.': locations[6], 'to_location.': locations[location] },
        ...(this.hasLots ? { lot, 'lot.': lotOf(lot) } : {}),
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

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function fieldIn(value: unknown, name: string): unknown {
  return Object(value)[name];
}

function textOf(value: unknown, name: string): string {
  return String(fieldIn(value, name));
}
