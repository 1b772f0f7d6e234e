import { escapeHtml, inOrderOf, meetsDomain, OdooError, type OdooRow, valueError } from './odoo-domain.ts';
import { markDone, recomputeState, refuseLocked, setQtyProducing, validateScrap } from './odoo-production.ts';

export type OdooVersion = 17 | 19;

/** What a method gets: the ids it works on, its named arguments, and the context. */
export interface OdooCall {
  readonly ids: readonly number[];
  readonly named: Readonly<Record<string, unknown>>;
  readonly context: Readonly<Record<string, unknown>>;
}

const productionFields = (version: OdooVersion) => [
  ...['id', 'name', 'origin', 'product_id', 'product_qty', 'qty_producing', 'qty_produced', 'state'],
  ...['write_date', 'create_date', 'date_deadline', 'date_finished', 'product_uom_id', 'company_id'],
  ...['backorder_sequence', 'priority', 'x_azumuta_product_order', 'x_drawing'],
  ...(version === 17
    ? ['procurement_group_id', 'lot_producing_id']
    : ['production_group_id', 'lot_producing_ids']),
];

/** Names of the many2one fields, with the model they point to. */
const many2one: Record<string, string> = {
  product_id: 'product.product',
  product_uom_id: 'uom.uom',
  uom_id: 'uom.uom',
  company_id: 'res.company',
  procurement_group_id: 'procurement.group',
  production_group_id: 'mrp.production.group',
  lot_producing_id: 'stock.lot',
  lot_id: 'stock.lot',
  production_id: 'mrp.production',
};

/**
 * The books of an Odoo with Manufacturing: the models that a connector touches, with the traps that were
 * seen on running systems (17 and 19) or stand in the source of mrp_production.py.
 */
export class OdooBooks {
  readonly version: OdooVersion;
  readonly tables = new Map<string, OdooRow[]>();
  readonly fields: Readonly<Record<string, readonly string[]>>;
  readonly locked = new Set<number>();
  /** The next button_mark_done answers true and does nothing. */
  ignoreNextDone = false;
  /** Finishing an order asks whether more or less was consumed than planned (`_get_consumption_issues`). */
  asksAboutConsumption = false;
  /** As seen: what was consumed counts apart from what was produced. */
  readonly consumed = new Map<number, number>();
  readonly doneCount = new Map<number, number>();
  #clock = Date.parse('2030-01-01T00:00:00Z');

  constructor(version: OdooVersion) {
    this.version = version;
    this.fields = {
      'mrp.production': productionFields(version),
      'product.product': ['id', 'default_code', 'name', 'tracking', 'uom_id'],
      'stock.lot': ['id', 'name', 'product_id', 'company_id'],
      'mail.message': ['id', 'model', 'res_id', 'body', 'message_type'],
      'stock.scrap': [
        ...['id', 'name', 'product_id', 'scrap_qty', 'product_uom_id', 'production_id', 'lot_id'],
        ...['origin', 'state', 'company_id'],
      ],
      'uom.uom': ['id', 'name'],
      'res.company': ['id', 'name'],
      'procurement.group': ['id', 'name'],
      'mrp.production.group': ['id', 'name'],
    };
    for (const model of Object.keys(this.fields)) this.tables.set(model, []);
    this.insert('uom.uom', { name: 'Units' });
    this.insert('res.company', { name: 'My Company' });
    for (const [code, tracking] of [
      ['CHAIR', 'none'],
      ['BATCH', 'lot'],
      ['PUMP', 'serial'],
    ]) {
      this.insert('product.product', { default_code: code, name: `The ${code}`, tracking, uom_id: 1 });
    }
  }

  rows(model: string): OdooRow[] {
    const rows = this.tables.get(model);
    // Seen: an unknown model is a 404 in JSON-2 and a KeyError in JSON-RPC.
    if (!rows) throw new OdooError('builtins.KeyError', model, 404);
    return rows;
  }

  insert(model: string, values: Record<string, unknown>): OdooRow {
    const rows = this.rows(model);
    const row: OdooRow = { ...values, id: (rows.at(-1)?.id ?? 0) + 1 };
    rows.push(row);
    return row;
  }

  /** Every write gets a later time than the one before, with a fraction that reading cuts off. */
  now(): string {
    this.#clock += 1_337;
    return stamp(this.#clock);
  }

  plan(article: string, quantity: number, changedAt?: string): OdooRow {
    const product = this.rows('product.product').find((row) => row.default_code === article);
    if (!product) throw new Error(`no product ${article}`);
    const sequence = this.rows('mrp.production').length + 1;
    const name = `WH/MO/${String(sequence).padStart(5, '0')}`;
    const group = this.version === 17 ? 'procurement_group_id' : 'production_group_id';
    // Within one second, a later order gets an earlier fraction: ids do not follow the database's order.
    const at = changedAt === undefined ? this.now() : stamp(Date.parse(changedAt) + 999 - (sequence % 500));
    return this.insert('mrp.production', {
      name,
      origin: 'SO0042',
      product_id: product.id,
      product_qty: quantity,
      qty_producing: 0,
      qty_produced: 0,
      state: 'confirmed',
      write_date: at,
      create_date: at,
      date_deadline: '2031-05-06 07:00:00',
      date_finished: false,
      product_uom_id: 1,
      company_id: 1,
      backorder_sequence: 0,
      priority: '0',
      x_azumuta_product_order: false,
      x_drawing: 'D-0007',
      [group]: this.insert(this.version === 17 ? 'procurement.group' : 'mrp.production.group', { name }).id,
      ...(this.version === 17 ? { lot_producing_id: false } : { lot_producing_ids: [] }),
    });
  }

  /** A public method of a model, as the external API may call it. */
  call(model: string, method: string, call: OdooCall): unknown {
    const rows = this.rows(model);
    const records = (): OdooRow[] =>
      call.ids.map((id) => {
        const row = rows.find((one) => one.id === id);
        if (!row) throw new OdooError('odoo.exceptions.MissingError', 'Record does not exist', 404);
        return row;
      });
    if (method.startsWith('_')) {
      throw new OdooError(
        'odoo.exceptions.AccessError',
        `Private methods (such as '${model}.${method}')`,
        403,
      );
    }
    switch (method) {
      case 'search_read':
        return this.#searchRead(model, call.named);
      case 'fields_get':
        return this.#fieldsGet(model, call.named);
      case 'create':
        return this.#create(model, call.named.vals_list);
      case 'write':
        return this.#write(model, records(), call.named.vals);
      case 'message_post':
        return records().map((row) => this.#post(model, row, call.named).id);
      default:
        return this.#act(model, method, records(), call);
    }
  }

  #act(model: string, method: string, records: OdooRow[], call: OdooCall): unknown {
    const [record] = records;
    if (!record) throw new OdooError('builtins.ValueError', `Expected singleton: ${model}()`, 500);
    if (model === 'stock.scrap' && method === 'action_validate') return validateScrap(this, record);
    if (model === 'mrp.production') {
      if (method === 'set_qty_producing') return setQtyProducing(this, record);
      if (method === 'button_mark_done') return markDone(this, record, call.context);
      if (method === 'action_cancel') return this.#cancel(record);
    }
    throw new OdooError('builtins.AttributeError', `The method '${model}.${method}' does not exist`, 404);
  }

  valueOf(model: string, row: OdooRow, path: string): unknown {
    const [field = '', ...rest] = path.split('.');
    if (!this.fields[model]?.includes(field)) {
      throw valueError(`Invalid field '${field}' on model '${model}'`);
    }
    const target = many2one[field];
    if (rest.length === 0 || !target) return row[field] ?? false;
    const pointed = this.rows(target).find((one) => one.id === row[field]);
    return pointed ? this.valueOf(target, pointed, rest.join('.')) : false;
  }

  #searchRead(model: string, named: Readonly<Record<string, unknown>>): unknown[] {
    const { domain = [], fields = [], limit, offset = 0, order = 'id', ...unknown } = named;
    const surplus = Object.keys(unknown)[0];
    if (surplus) {
      throw new OdooError(
        'builtins.TypeError',
        `search_read() got an unexpected keyword argument '${surplus}'`,
        422,
      );
    }
    const matching = this.rows(model).filter((row) =>
      meetsDomain(domain, row, (one, path) => this.valueOf(model, one, path)),
    );
    const sorted = matching.toSorted((a, b) => inOrderOf(String(order), a, b));
    const page = sorted.slice(
      Number(offset),
      limit === undefined ? undefined : Number(offset) + Number(limit),
    );
    return page.map((row) => this.#read(model, row, Array.isArray(fields) ? fields.map(String) : []));
  }

  #read(model: string, row: OdooRow, fields: readonly string[]): OdooRow {
    const shown: OdooRow = { id: row.id };
    for (const field of fields) {
      const value = this.valueOf(model, row, field);
      const target = many2one[field];
      if (target && typeof value === 'number') {
        const pointed = this.rows(target).find((one) => one.id === value);
        shown[field] = [value, pointed?.name ?? ''];
      } else if (field === 'write_date' || field === 'create_date') {
        // Odoo cuts the fraction when it reads a time, and keeps it when it compares one.
        shown[field] = String(value).slice(0, 19);
      } else shown[field] = value;
    }
    return shown;
  }

  #fieldsGet(model: string, named: Readonly<Record<string, unknown>>): unknown {
    const wanted = Array.isArray(named.allfields) ? named.allfields : this.fields[model];
    const known = (this.fields[model] ?? []).filter((field) => wanted?.includes(field));
    return Object.fromEntries(known.map((field) => [field, { type: many2one[field] ? 'many2one' : 'char' }]));
  }

  #create(model: string, list: unknown): number[] {
    if (!Array.isArray(list)) throw new OdooError('builtins.TypeError', 'vals_list must be a list', 422);
    return list.map((values: Record<string, unknown>) => {
      for (const field of Object.keys(values)) {
        if (!this.fields[model]?.includes(field)) throw valueError(`Invalid field '${field}' in '${model}'`);
      }
      if (model === 'stock.lot') {
        const twin = this.rows(model).find(
          (row) => row.name === values.name && row.product_id === values.product_id,
        );
        if (twin) {
          throw new OdooError(
            'odoo.exceptions.ValidationError',
            'The combination of serial number and product must be unique across a company.',
            422,
          );
        }
      }
      const name = model === 'stock.scrap' ? `SP/${this.rows(model).length + 1}` : values.name;
      return this.insert(model, { state: 'draft', ...values, name }).id;
    });
  }

  #write(model: string, records: OdooRow[], values: unknown): true {
    if (typeof values !== 'object' || values === null) {
      throw new OdooError('builtins.TypeError', "missing a required argument: 'vals'", 422);
    }
    for (const row of records) {
      refuseLocked(this, row);
      for (const [field, value] of Object.entries(values)) {
        if (!this.fields[model]?.includes(field)) throw valueError(`Invalid field '${field}' in '${model}'`);
        row[field] = field === 'lot_producing_ids' ? idsOfCommand(value) : value;
      }
      if (model === 'mrp.production') recomputeState(row);
      row.write_date = this.now();
    }
    return true;
  }

  /** Escapes a text body; `body_is_html` is what the external API has instead of Markup (mail_thread.py). */
  #post(model: string, row: OdooRow, named: Readonly<Record<string, unknown>>): OdooRow {
    const { body, body_is_html, message_type = 'notification', subtype_xmlid: _, ...unknown } = named;
    const surplus = Object.keys(unknown)[0];
    if (surplus) throw valueError(`Those values are not supported when posting or notifying: ${surplus}`);
    const html = body_is_html === true ? String(body) : `<p>${escapeHtml(String(body))}</p>`;
    return this.insert('mail.message', { model, res_id: row.id, body: html, message_type });
  }

  #cancel(row: OdooRow): true {
    row.state = 'cancel';
    row.write_date = this.now();
    return true;
  }
}

/** `[[6, 0, ids]]` replaces the list. */
function idsOfCommand(value: unknown): number[] {
  const command: unknown = Array.isArray(value) ? value[0] : undefined;
  if (!Array.isArray(command) || command[0] !== 6 || !Array.isArray(command[2])) {
    throw valueError(`Wrong value for lot_producing_ids: ${JSON.stringify(value)}`);
  }
  return command[2].map(Number);
}

/** `2030-01-01 00:00:01.337000`, as PostgreSQL holds it. */
function stamp(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().replace('T', ' ').replace('Z', '')}000`;
}
