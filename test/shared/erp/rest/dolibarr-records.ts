import * as z from 'zod/mini';
import { instantIn } from '../../../../shared/erp/local-time.ts';

/** Where this server stands: west of UTC, where a time that is taken for UTC lies too late. */
export const dolibarrZone = 'America/New_York';
export const statuses = { draft: 0, validated: 1, inProgress: 2, produced: 3, cancelled: 9 } as const;
/** Of each order, if nothing else is planned: that of the lines is empty. */
export const usualWarehouse = 2;
/** One is consumed for each piece. */
export const consumedEach = 2;

export interface Line {
  readonly id: number;
  readonly fk_product: number;
  readonly role: 'toconsume' | 'toproduce' | 'consumed' | 'produced';
  qty: number;
  /** 1: the same for any quantity that is produced. */
  readonly qty_frozen: 0 | 1;
  /** 1: booked without a movement of stock. */
  readonly disable_stock_change: 0 | 1;
  readonly fk_warehouse: number | null;
  /** The planned line that it is of. */
  readonly fk_mrp_production: number | null;
}

export interface Order {
  readonly id: number;
  readonly ref: string;
  readonly fk_product: number;
  qty: number;
  status: number;
  readonly fk_warehouse: number | null;
  /** Seconds since 1970. */
  tms: number;
  readonly date_creation: number;
  /** Empty where nobody has planned it (htdocs/mrp/class/mo.class.php: `integer|string`). */
  date_end_planned: number | '';
  note_private: string;
  readonly lines: Line[];
}

export interface Movement {
  readonly id: number;
  readonly inventorycode: string;
  readonly origin_id: number;
  readonly fk_product: number;
  readonly warehouse_id: number;
  readonly qty: number;
}

/** What a test plans beside the quantity. */
export interface Plan {
  readonly product?: number;
  /** Seconds since 1970; later than all before when it is not told. */
  readonly tms?: number;
  readonly warehouse?: number | null;
  /** Further components. */
  readonly components?: readonly (Pick<Line, 'fk_product' | 'qty'> & Partial<Line>)[];
}

export const amounts = z.array(
  z.object({ objectid: z.number(), qty: z.number(), fk_warehouse: z.optional(z.number()) }),
);
export const produceSchema = z.object({
  inventorylabel: z.string().check(z.minLength(1)),
  inventorycode: z.string().check(z.minLength(1)),
  autoclose: z.number(),
  arraytoconsume: amounts,
  arraytoproduce: amounts,
});
export const changeSchema = z.object({
  qty: z.optional(z.number()),
  status: z.optional(z.number()),
  note_private: z.optional(z.string()),
});

export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** Errors as Restler writes them: the words of the status, and the sentence if the module has one. */
export class Refused extends Error {
  readonly answer: Answer;
  constructor(status: number, words: string, sentence = '') {
    super(sentence);
    const message = sentence === '' ? words : `${words}: ${sentence}`;
    this.answer = { status, body: { error: { code: status, message } } };
  }
}

/** api_mos.class.php:142, api_stockmovements.class.php:118. */
export function badFilter(): Refused {
  return new Refused(400, 'Bad Request', 'Error when validating parameter sqlfilters -> Bad syntax');
}

export function isPlanned({ role }: Line): boolean {
  return role === 'toconsume' || role === 'toproduce';
}

export function isComplete({ lines }: Order): boolean {
  return lines.filter(isPlanned).every((planned) => {
    const done = lines.filter(({ fk_mrp_production }) => fk_mrp_production === planned.id);
    return done.reduce((sum, { qty }) => sum + qty, 0) >= planned.qty;
  });
}

/**
 * `sqlfilters`: no value may have a quote or a bracket in it (htdocs/core/lib/functions.lib.php:14623); `tms` is
 * compared by the clock of the database.
 */
export function matches(filter: string, databaseZone: string): (order: Order) => boolean {
  const conditions = [...filter.matchAll(/\(t\.(\w+):(=|>=|in):('?)([^'()]*)\3\)/g)];
  const rest = conditions.reduce((text, [whole]) => text.replace(whole, ''), filter);
  if (rest.replaceAll(' and ', '') !== '') throw badFilter();
  return (order) =>
    conditions.every(([, field, operator, , value = '']) => {
      if (field === 'ref') return order.ref === value;
      if (field === 'rowid') return order.id === Number(value);
      if (field === 'status' && operator === 'in') return value.split(',').includes(String(order.status));
      return field === 'tms' && onTheWall(order.tms, databaseZone) >= value;
    });
}

/** `2026-11-24 05:00:00`, as a database shows a time. */
function onTheWall(seconds: number, zone: string): string {
  return new Date(seconds * 1000).toLocaleString('sv-SE', { timeZone: zone });
}

/**
 * PHP makes its `tms` of what the database shows (htdocs/core/db/DoliDB.class.php:399, `jdate`), by its own clock, so
 * of an hour that is there twice it tells one. It has written the time of creation itself.
 */
export function shownBy({ tms, date_creation, ...order }: Order, databaseZone: string): Order {
  const shown = (seconds: number, zone: string) =>
    Date.parse(instantIn(dolibarrZone, onTheWall(seconds, zone)) ?? '') / 1000;
  return { ...order, tms: shown(tms, databaseZone), date_creation: shown(date_creation, dolibarrZone) };
}

/**
 * `note_private` is a TEXT of MySQL (htdocs/install/mysql/tables/llx_mrp_mo-mrp.sql:28): what is longer is refused,
 * without a word of the database.
 */
export const maxNoteBytes = 65_535;

/**
 * A note as it is stored (htdocs/core/lib/functions.lib.php:8781, `dol_htmlwithnojs`, as seen on 22.0.4): only `<br>`
 * is left of the tags we send, and none in what is taken for plain text (:8843); and what might be a handler of an
 * event is cut, wherever it stands.
 */
export function cleaned(note: string): string {
  const kept = isHtml(note) ? note.replace(/<(?!br>)[^>]*>/g, '') : note.replace(/<[^>]*>/g, '');
  return kept.replace(handler, '');
}

/** functions.lib.php:8950 to :8957. What begins as another of them is left out. */
const handler = new RegExp(
  `on(${[
    'mouse|drag|key|load|touch|pointer|select|transition',
    'abort|after|animation|auxclick|before|blur|cancel|canplay|change|click|close|contextmenu|cuechange|copy|cut',
    'dblclick|drop|durationchange|emptied|end|error|focus|formdata|gotpointercapture|hashchange|input|invalid',
    'lostpointercapture|offline|online|pagehide|pageshow',
    'paste|pause|play|progress|ratechange|reset|resize|scroll|search|seeked|seeking|show|stalled|start|submit|suspend',
    'timeupdate|toggle|unload|volumechange|waiting|wheel',
    'repeat|begin|finish',
  ].join('|')})[a-z]*\\s*=`,
  'gi',
);

/** `dol_textishtml` (:9244), which looks for tags once it has dropped all URLs, up to the next blank or quote. */
function isHtml(note: string): boolean {
  return /<br>|&[a-z0-9]{1,6};/i.test(note.replace(/https?:\/\/[^"'\s]+/gi, ''));
}
