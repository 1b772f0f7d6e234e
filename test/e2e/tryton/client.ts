import { sumOf, toDecimal } from '../../../shared/model/quantity.ts';

/**
 * A small Tryton client for tests: it plans productions as a planner does in the desktop client, and reads the
 * books. It shares no code with the connector, so that both cannot have the same error.
 */
export type Fields = Record<string, unknown>;

export interface TrytonAccess {
  readonly url: string;
  readonly database: string;
  readonly username: string;
  readonly password: string;
}

export interface Plan {
  /** Code of the product. Default `GEAR-01`. */
  readonly article?: string;
  /** Default 5. */
  readonly quantity?: number;
  /** Symbol of its unit. Default: the product's. */
  readonly unit?: string;
  readonly reference?: string;
  /** ISO date. */
  readonly plannedDate?: string;
  /** Name of a routing: the production then has works that must be finished. */
  readonly routing?: string;
  /** Default `waiting`: released. */
  readonly state?: 'draft' | 'waiting' | 'assigned' | 'running';
}

export interface PlannedProduction {
  readonly id: number;
  readonly number: string;
}

export type ProductionBooks = Awaited<ReturnType<TrytonTestClient['readProduction']>>;

export class TrytonTestClient {
  readonly #access: TrytonAccess;
  #authorization = '';
  #context: Fields = {};
  /** Drafts that were planned once, to be duplicated. */
  readonly #drafts = new Map<string, number>();

  constructor(access: TrytonAccess) {
    this.#access = access;
  }

  /** The client that `run.ts` describes in the environment: the plant's administrator. */
  static async fromEnvironment(): Promise<TrytonTestClient> {
    const client = new TrytonTestClient(accessFromEnvironment('admin'));
    await client.login();
    return client;
  }

  async login(): Promise<void> {
    const { username, password } = this.#access;
    const session = (await this.rpc('common.db.login', [username, { password }, 'en'])) as [number, string];
    this.#authorization = `Session ${Buffer.from([username, ...session].join(':')).toString('base64')}`;
    this.#context = {};
    this.#context = (await this.call('res.user', 'get_preferences', true)) as Fields;
  }

  async rpc(method: string, params: unknown[]): Promise<unknown> {
    const { url, database } = this.#access;
    const response = await fetch(`${url}/${database}/`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(this.#authorization ? { authorization: this.#authorization } : {}),
      },
      body: JSON.stringify({ id: 1, method, params }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method}: HTTP ${response.status}`);
    const answer = JSON.parse(text) as { result?: unknown; error?: unknown };
    if (answer.error) throw new Error(`${method}: ${JSON.stringify(answer.error).slice(0, 1500)}`);
    return answer.result;
  }

  call(model: string, method: string, ...args: unknown[]): Promise<unknown> {
    return this.rpc(`model.${model}.${method}`, [...args, this.#context]);
  }

  async create(model: string, values: Fields): Promise<number> {
    const [id] = (await this.call(model, 'create', [values])) as number[];
    if (id === undefined) throw new Error(`${model}: nothing was created.`);
    return id;
  }

  async write(model: string, ids: readonly number[], values: Fields): Promise<void> {
    await this.call(model, 'write', ids, values);
  }

  async press(model: string, button: string, ...ids: number[]): Promise<void> {
    await this.call(model, button, ids);
  }

  async find(model: string, domain: unknown[], fields: string[] = ['id']): Promise<Fields[]> {
    const found = await this.call(model, 'search_read', domain, 0, null, [['id', 'ASC']], fields);
    return found as Fields[];
  }

  /** Tryton ends all sessions of a user whose password is written, even with the same one. */
  async forgetSessions({ username, password }: Pick<TrytonAccess, 'username' | 'password'>): Promise<void> {
    await this.write('res.user', [await this.idOf('res.user', [['login', '=', username]])], { password });
  }

  async idOf(model: string, domain: unknown[]): Promise<number> {
    const [first] = await this.find(model, domain);
    if (!first) throw new Error(`${model}: nothing found for ${JSON.stringify(domain)}.`);
    return first.id as number;
  }

  async planProduction(plan: Plan = {}): Promise<PlannedProduction> {
    const [planned] = await this.planProductions(1, plan);
    if (!planned) throw new Error('Nothing was planned.');
    return planned;
  }

  /** Duplicates an earlier production with the same plan, and releases the copies. */
  async planProductions(count: number, { state = 'waiting', ...plan }: Plan): Promise<PlannedProduction[]> {
    const name = JSON.stringify(plan);
    const model = this.#drafts.get(name) ?? (await this.#draft(plan));
    this.#drafts.set(name, model);
    const ids = (await this.call('production', 'copy', Array<number>(count).fill(model))) as number[];
    const presses = { draft: [], waiting: ['wait'], assigned: ['wait', 'assign_try'] };
    const buttons = state === 'running' ? [...presses.assigned, 'run'] : presses[state];
    for (const button of buttons) await this.press('production', button, ...ids);
    const planned = await this.find('production', [['id', 'in', ids]], ['number', 'state']);
    const other = planned.find((one) => one.state !== state);
    if (other) throw new Error(`Production ${other.number} is ${other.state}, not ${state}.`);
    return planned.map(({ id, number }) => ({ id: id as number, number: String(number) }));
  }

  /**
   * Sets a released production back to draft, changes it with its moves in proportion, and releases it again. One whose
   * components are reserved stays as it is: the button does nothing.
   */
  async changeQuantity(id: number, quantity: number): Promise<void> {
    await this.press('production', 'draft', id);
    const fields = ['state', 'quantity', 'inputs.quantity', 'outputs.quantity'];
    const [production] = await this.find('production', [['id', '=', id]], fields);
    if (production?.state !== 'draft') return;
    const factor = quantity / Number(production?.quantity);
    const scaled = (side: string) =>
      ((production?.[`${side}.`] ?? []) as Fields[]).map((move) => [
        'write',
        [move.id],
        { quantity: Number(move.quantity) * factor },
      ]);
    await this.write('production', [id], { quantity, inputs: scaled('inputs'), outputs: scaled('outputs') });
    await this.press('production', 'wait', id);
  }

  /** Does what the desktop client does: defaults, explode the bill of materials, create. */
  async #draft(plan: Omit<Plan, 'state'>): Promise<number> {
    const { article = 'GEAR-01', quantity = 5, reference } = plan;
    const [product, ownUnit] = await this.#productOf(article);
    const unit =
      plan.unit === undefined ? ownUnit : await this.idOf('product.uom', [['symbol', '=', plan.unit]]);
    const bom = await this.idOf('production.bom', [['output_products', '=', product]]);
    const fields = ['state', 'warehouse', 'location', 'company'];
    const defaults = await this.call('production', 'default_get', fields);
    const values: Fields = { ...ownFields(defaults), product, bom, unit, quantity };
    const empty = { ...values, inputs: [], outputs: [], id: -1 };
    const exploded = (await this.call('production', 'on_change_bom', empty)) as Record<
      'inputs' | 'outputs',
      { add: [number, Fields][] }
    >;
    const moves = (side: 'inputs' | 'outputs') => [
      ['create', exploded[side].add.map(([, move]) => ownFields(move, 'unit_price_required'))],
    ];
    const day = plan.plannedDate === undefined ? undefined : dateOf(plan.plannedDate);
    return this.create('production', {
      ...values,
      ...(reference === undefined ? {} : { reference }),
      ...(day ? { planned_date: day, planned_start_date: day } : {}),
      ...(plan.routing ? await this.#routing(plan.routing) : {}),
      inputs: moves('inputs'),
      outputs: moves('outputs'),
    });
  }

  async #productOf(code: string): Promise<[number, number]> {
    const [found] = await this.find('product.product', [['code', '=', code]], ['template.default_uom']);
    if (!found) throw new Error(`No product ${code}.`);
    return [found.id as number, nested(found, 'template', 'default_uom') as number];
  }

  async #routing(name: string): Promise<Fields> {
    const routing = await this.idOf('production.routing', [['name', '=', name]]);
    const center = await this.idOf('production.work.center', [['parent', '=', null]]);
    return { routing, work_center: center };
  }

  /** What the books say about a production. */
  async readProduction(id: number) {
    const ofMoves = ['quantity', 'state', 'product', 'product.code', 'unit.symbol'];
    const ofOutputs = [...ofMoves, 'lot.number', 'to_location.type'];
    const [production] = await this.find(
      'production',
      [['id', '=', id]],
      [
        ...['number', 'state', 'product'],
        ...[...ofMoves, 'lot.number'].map((name) => `inputs.${name}`),
        ...ofOutputs.map((name) => `outputs.${name}`),
      ],
    );
    if (!production) throw new Error(`Production ${id} does not exist.`);
    const resource = ['resource', '=', `production,${id}`];
    const notes = await this.find('ir.note', [resource], ['message']);
    const links = await this.find('ir.attachment', [resource, ['type', '=', 'link']], ['name', 'link']);
    const works = await this.find(
      'production.work',
      [['production', '=', id]],
      ['state', 'operation.name', 'cycles.state', 'cycles.duration'],
    );
    const listed = (record: Fields, name: string) => (record[`${name}.`] ?? []) as Fields[];
    const outputs = listed(production, 'outputs').sort((one, other) => Number(one.id) - Number(other.id));
    const inputs = listed(production, 'inputs');
    const own = outputs.filter((move) => move.product === production.product && move.state !== 'cancelled');
    const wasted = (move: Fields) => nested(move, 'to_location', 'type') === 'lost_found';
    const amount = (move: Fields) => Number(move.quantity);
    const total = (moves: Fields[]) => Number(sumOf(moves.map((move) => toDecimal(move.quantity) ?? '0')));
    const lotOf = (move: Fields) => nested(move, 'lot', 'number');
    const lotIn = (move: Fields) => (typeof lotOf(move) === 'string' ? { lot: String(lotOf(move)) } : {});
    return {
      number: String(production.number),
      state: String(production.state),
      /** Good quantity of the production's product: done if the production is done, planned before. */
      quantity: total(own.filter((move) => !wasted(move))),
      scrap: total(own.filter(wasted)),
      consumed: consumedOf(inputs),
      /** The components' moves, whatever their state. */
      inputs: inputs.map((move) => ({
        article: String(nested(move, 'product', 'code')),
        quantity: amount(move),
        state: String(move.state),
        ...lotIn(move),
      })),
      works: works.map((work) => ({
        operation: String(nested(work, 'operation', 'name')),
        state: String(work.state),
        /** Of the cycles that are done. */
        seconds: listed(work, 'cycles').flatMap(({ state, duration }) =>
          state === 'done' ? [Number((duration as Fields).seconds)] : [],
        ),
      })),
      outputs: own.map((move) => ({
        quantity: amount(move),
        unit: String(nested(move, 'unit', 'symbol')),
        state: String(move.state),
        wasted: wasted(move),
        ...lotIn(move),
      })),
      lots: own.map(lotOf).filter((lot) => typeof lot === 'string'),
      notes: notes.map(({ message }) => String(message)),
      links: links.map(({ name, link }) => ({ name: String(name), url: String(link ?? '') })),
    };
  }
}

/** Quantities of the components that were taken from stock, by code. */
function consumedOf(inputs: readonly Fields[]): Record<string, number> {
  const consumed: Record<string, number> = {};
  for (const move of inputs.filter(({ state }) => state === 'done')) {
    const code = String(nested(move, 'product', 'code'));
    consumed[code] = (consumed[code] ?? 0) + Number(move.quantity);
  }
  return consumed;
}

export function accessFromEnvironment(who: 'admin' | 'connector'): TrytonAccess {
  const { TRYTON_URL, TRYTON_DATABASE, TRYTON_USER, TRYTON_PASSWORD, TRYTON_ADMIN_PASSWORD } = process.env;
  if (!TRYTON_URL || !TRYTON_DATABASE || !TRYTON_USER || !TRYTON_PASSWORD || !TRYTON_ADMIN_PASSWORD) {
    throw new Error('These tests need a running Tryton: start them with `npm run test:tryton`.');
  }
  const server = { url: TRYTON_URL, database: TRYTON_DATABASE };
  return who === 'admin'
    ? { ...server, username: 'admin', password: TRYTON_ADMIN_PASSWORD }
    : { ...server, username: TRYTON_USER, password: TRYTON_PASSWORD };
}

/** Values as a form would send them back: without related records (`product.`) and the id. */
function ownFields(values: unknown, ...without: string[]): Fields {
  const kept = Object.entries(values as Fields).filter(
    ([name]) => !name.endsWith('.') && name !== 'id' && !without.includes(name),
  );
  return Object.fromEntries(kept);
}

function nested(record: Fields, field: string, sub: string): unknown {
  const other = record[`${field}.`] as Fields | null | undefined;
  return other?.[sub];
}

export function dateOf(iso: string): Fields {
  const [year, month, day] = iso.split('-').map(Number);
  return { __class__: 'date', year, month, day };
}
