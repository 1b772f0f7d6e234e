import { Books } from './odoo-books.ts';
import { setComponents } from './odoo-components.ts';
import {
  escapeHtml,
  notFound,
  OdooError,
  type OdooRow,
  type OdooVersion,
  typeError,
  userError,
  valueError,
} from './odoo-domain.ts';
import { quantities } from './odoo-fields.ts';
import { us } from './odoo-masters.ts';
import { plan } from './odoo-planning.ts';
import { changeQuantity, markDone, split } from './odoo-production.ts';
import { openMoves, recomputeState, refuseLocked, round, setQtyProducing } from './odoo-quantities.ts';
import { fieldsGet, searchRead } from './odoo-reading.ts';
import { assign, unreserve } from './odoo-reserving.ts';
import { requireWritable } from './odoo-rights.ts';
import { createLot, scrapLocation, validateScrap, writeOnDone } from './odoo-stock.ts';
import { createTime, endWorkorders, writeWorkorders } from './odoo-workorders.ts';

export type { OdooVersion };

/** The ids that a method works on, its named arguments, and the context. */
export interface OdooCall {
  readonly ids: readonly number[];
  readonly named: Readonly<Record<string, unknown>>;
  readonly context: Readonly<Record<string, unknown>>;
}

/**
 * The books of an Odoo with Manufacturing: the models that a connector touches, with the traps that were
 * seen on running systems (17 to 19) or are in the source of mrp_production.py: odoo.ts names the commits of the lines.
 */
export class OdooBooks extends Books {
  #disturbances: { readonly what: string; readonly act: () => void }[] = [];

  plan(article: string, quantity: number, changedAt?: string): OdooRow {
    return plan(this, article, quantity, changedAt);
  }

  /**
   * Seen: 2.123456 becomes 2.12 when it is written (`Float.convert_to_cache`: fields.py:1545 (17.0), :1658 (18.0),
   * orm/fields_numeric.py:144 (19.0)).
   */
  #rounded(values: Readonly<Record<string, unknown>>): Record<string, unknown> {
    const one = ([field, value]: [string, unknown]) =>
      [field, quantities.includes(field) ? round(Number(value), this.decimals) : value] as const;
    return Object.fromEntries(Object.entries(values).map(one));
  }

  /** A person splits an open order in Odoo's own wizard. */
  splitByHand(row: OdooRow, amounts: readonly number[]): OdooRow[] {
    return split(this, row, amounts, this.now());
  }

  /** A planner changes the quantity to build in Odoo's own wizard. */
  changeQuantity(row: OdooRow, amount: number): void {
    changeQuantity(this, row, amount);
  }

  /** A person writes on an order, in his own name or in ours. */
  comment(row: OdooRow, body: string, author: number = us.person): OdooRow {
    return this.#message(row, body, author);
  }

  /** Runs `act` just before the next call of this method of a model; an error that it throws becomes the answer. */
  beforeNext(model: string, method: string, act: () => void): void {
    this.#disturbances.push({ what: `${model} ${method}`, act });
  }

  /** A public method of a model, as the external API may call it. */
  call(model: string, method: string, call: OdooCall): unknown {
    const at = this.#disturbances.findIndex(({ what }) => what === `${model} ${method}`);
    if (at >= 0) this.#disturbances.splice(at, 1)[0]?.act();
    const records = (): OdooRow[] =>
      call.ids.map((id) => {
        const row = this.find(model, id);
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
    requireWritable(this, model, method, records());
    switch (method) {
      case 'search_read':
        return searchRead(this, model, call.named);
      case 'fields_get':
        return fieldsGet(this, model, call.named);
      case 'context_get':
        return { lang: 'en_US', tz: 'Europe/Brussels', uid: us.uid };
      case 'check_access_rights':
        // Deprecated since 18.0 (odoo/orm/models.py, 19.0), and not refused.
        return !this.rights.denied.has(`${call.named.operation} ${model}`);
      case 'create':
        return this.#create(model, call.named.vals_list);
      case 'write':
        return this.#write(model, records(), call.named.vals);
      case 'unlink':
        return this.#unlink(model, records());
      case 'message_post':
        return records().map((row) => this.#post(row, call.named).id);
      default:
        return this.#act(model, method, records(), call);
    }
  }

  #act(model: string, method: string, records: OdooRow[], call: OdooCall): unknown {
    const [record] = records;
    if (!record) throw new OdooError('builtins.ValueError', `Expected singleton: ${model}()`, 500);
    if (model === 'stock.scrap' && method === 'action_validate') return validateScrap(this, record);
    if (model === 'mrp.workorder' && method === 'button_finish') return endWorkorders(this, records);
    if (model === 'mrp.production') {
      if (method === 'action_assign') return assign(this, openMoves(this, record));
      if (method === 'do_unreserve') return unreserve(this, openMoves(this, record));
      if (method === 'set_qty_producing') return setQtyProducing(this, record);
      if (method === 'button_mark_done') return markDone(this, record, call.context);
      if (method === 'action_cancel')
        return Boolean(Object.assign(record, { state: 'cancel', write_date: this.now() }));
    }
    throw notFound('builtins.AttributeError', `The method '${model}.${method}' does not exist`);
  }

  #create(model: string, list: unknown): number[] {
    if (!Array.isArray(list)) throw typeError('vals_list must be a list');
    return list.map((values: Record<string, unknown>) => {
      this.#requireFields(model, values);
      if (model === 'stock.lot') return createLot(this, values).id;
      if (model === 'mrp.workcenter.productivity') return createTime(this, values).id;
      const untagged = this.version < 18 ? {} : { scrap_reason_tag_ids: [] };
      const scrap = { name: 'New', move_ids: [], ...untagged, location_id: scrapLocation(this, values) };
      const defaults = model === 'stock.scrap' ? scrap : {};
      const { scrap_reason_tag_ids: tags, ...plain } = values;
      const tagged = tags === undefined ? {} : { scrap_reason_tag_ids: idsOfCommand(tags) };
      return this.insert(model, { state: 'draft', ...defaults, ...this.#rounded(plain), ...tagged }).id;
    });
  }

  #write(model: string, records: OdooRow[], values: unknown): true {
    if (typeof values !== 'object' || values === null) {
      throw typeError("missing a required argument: 'vals'");
    }
    const { move_raw_ids: components, ...plain } = { ...values } as Record<string, unknown>;
    this.#requireFields(model, plain);
    if (model === 'mrp.workorder') writeWorkorders(this, records, this.#rounded(plain));
    else this.#writeEach(model, records, plain, components);
    return true;
  }

  #writeEach(
    model: string,
    records: OdooRow[],
    plain: Readonly<Record<string, unknown>>,
    components: unknown,
  ): void {
    for (const row of records) {
      if (model === 'mrp.production') {
        refuseLocked(this, row);
        writeOnDone(this, row, this.#rounded(plain));
        if (components !== undefined) setComponents(this, components);
      }
      Object.assign(row, this.#rounded(plain));
      if ('lot_producing_ids' in plain) row.lot_producing_ids = idsOfCommand(plain.lot_producing_ids);
      if (model === 'mrp.production') recomputeState(this, row);
      row.write_date = this.now();
    }
  }

  #requireFields(model: string, values: object): void {
    const unknown = Object.keys(values).find((field) => !this.fields[model]?.includes(field));
    if (unknown !== undefined) throw valueError(`Invalid field '${unknown}' in '${model}'`);
  }

  /** A lot that an order refers to cannot be deleted, because of its foreign key. */
  #unlink(model: string, records: OdooRow[]): true {
    const used = this.rows('mrp.production').flatMap((row) =>
      [row.lot_producing_id, row.lot_producing_ids].flat().map(Number),
    );
    if (records.some(({ id }) => used.includes(id)))
      throw new OdooError('odoo.exceptions.ValidationError', 'Another model requires the record.', 422);
    this.tables.set(
      model,
      this.rows(model).filter((row) => !records.includes(row)),
    );
    return true;
  }

  /**
   * Escapes a text body; `body_is_html` is the external API's replacement for Markup (mail_thread.py:2199 (17.0), :2215
   * (18.0), :2297 (19.0)). Up to 18 a user without an e-mail address may not post (`_message_compute_author`, :2857
   * (17.0), :2871 (18.0); that of 19.0, :2947, refuses nobody).
   */
  #post(row: OdooRow, named: Readonly<Record<string, unknown>>): OdooRow {
    const { body, body_is_html, message_type: _, subtype_xmlid: __, ...unknown } = named;
    const surplus = Object.keys(unknown)[0];
    if (surplus) throw valueError(`Those values are not supported when posting or notifying: ${surplus}`);
    if (this.version < 19 && !this.find('res.users', us.uid)?.email)
      throw userError("Unable to send message, please configure the sender's email address.");
    const html = body_is_html === true ? String(body) : `<p>${escapeHtml(String(body))}</p>`;
    return this.#message(row, html, us.partner);
  }

  #message(row: OdooRow, body: string, author_id: number): OdooRow {
    const create_date = this.now();
    const shared = { model: 'mrp.production', message_type: 'comment', create_date };
    return this.insert('mail.message', { ...shared, res_id: row.id, body, author_id });
  }
}

/** `[[6, 0, ids]]` replaces the list. */
function idsOfCommand(value: unknown): number[] {
  const command: unknown = Array.isArray(value) ? value[0] : undefined;
  if (!Array.isArray(command) || command[0] !== 6 || !Array.isArray(command[2])) {
    throw valueError(`Wrong value for a list of ids: ${JSON.stringify(value)}`);
  }
  return command[2].map(Number);
}
