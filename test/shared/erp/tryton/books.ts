import type { RpcAnswer, RpcCall } from './server.ts';

interface Move {
  readonly id: number;
  quantity: number;
  state: string;
  location: number;
}

/**
 * The books of a Tryton with one production of 5, as far as a booking of its product touches them; what a real one
 * does is tested by `npm run test:tryton`. A button in the wrong state answers `null` and changes nothing (seen).
 */
export class TrytonBooks {
  state = 'waiting';
  moves: Move[] = [{ id: 1, quantity: 5, state: 'draft', location: 7 }];
  readonly notes: { readonly id: number; readonly resource: string; readonly message: string }[] = [];

  /** As it was planned, with nothing booked. */
  restart(): void {
    this.state = 'waiting';
    this.moves = [{ id: 1, quantity: 5, state: 'draft', location: 7 }];
    this.notes.length = 0;
  }

  readonly answer = ({ method, params }: RpcCall): RpcAnswer | undefined => {
    const result = this.#resultOf(method.replace(/^model\./, ''), params);
    return result === undefined ? undefined : { result };
  };

  #resultOf(method: string, params: readonly unknown[]): unknown {
    switch (method) {
      case 'stock.move.fields_get':
        return {};
      case 'production.search_read':
        return [this.#production()];
      case 'production.assign_try':
        return this.#press('waiting', 'assigned');
      case 'production.run':
        return this.#press('assigned', 'running');
      case 'production.done':
        if (this.state === 'running') for (const move of this.moves) move.state = 'done';
        return this.#press('running', 'done');
      case 'production.write':
        return this.#writeOutputs(params[1]);
      case 'stock.move.do':
        for (const move of this.moves) if (listOf(params[0]).includes(move.id)) move.state = 'done';
        return null;
      case 'ir.note.create':
        return listOf(params[0]).map((note) => {
          const id = this.notes.length + 1;
          this.notes.push({ id, resource: textOf(note, 'resource'), message: textOf(note, 'message') });
          return id;
        });
      case 'ir.note.search_read':
        return this.notes;
      case 'ir.attachment.search_read':
        return [];
      default:
        return undefined;
    }
  }

  #press(from: string, to: string): null {
    if (this.state === from) this.state = to;
    return null;
  }

  #writeOutputs(values: unknown): null {
    for (const command of listOf(fieldIn(values, 'outputs'))) {
      const [action, first, second] = listOf(command);
      if (action === 'write') {
        for (const move of this.moves) if (listOf(first).includes(move.id)) change(move, second);
      } else if (action === 'create') {
        for (const given of listOf(first)) {
          const move = { id: this.moves.length + 1, quantity: 0, state: 'draft', location: 7 };
          change(move, given);
          this.moves.push(move);
        }
      } else this.moves = this.moves.filter(({ id }) => !listOf(first).includes(id));
    }
    return null;
  }

  #production(): unknown {
    return {
      ...{ id: 17, _timestamp: '1', number: '17', state: this.state, company: 1, product: 2 },
      'product.': { code: 'GEAR', rec_name: 'Gear' },
      'unit.': { id: 1, symbol: 'u' },
      'warehouse.': { 'waste_locations.': [] },
      'inputs.': [],
      'outputs.': this.moves.map(({ id, quantity, state, location }) => ({
        ...{ id, _timestamp: '1', state, quantity, product: 2, unit: 1, from_location: 6 },
        ...{ to_location: location, company: 1, currency: null, 'to_location.': { type: 'storage' } },
      })),
    };
  }
}

function change(move: Move, values: unknown): void {
  move.quantity = Number(fieldIn(values, 'quantity'));
  move.location = Number(fieldIn(values, 'to_location'));
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
