import type { Mode } from '../model/mode.ts';
import {
  type Key,
  type StoredItem,
  Table,
  type TableIndex,
  type Update,
} from '../platform/aws/dynamodb-table.ts';
import { isOfPartner, ledgerIndexes, ledgerTimeToLive } from './keys.ts';

/** Long enough to look back at what was decided in shadow. */
const shadowKeptSeconds = 35 * 86_400;

const prefix = 'SHADOW#';
/** These attributes bring an item into an index, in which it must not be found by its live name, either. */
const indexed: readonly string[] = Object.values(ledgerIndexes).map(({ partition }) => partition);

const shadowText = (text: string) => `${prefix}${text}`;
const liveText = (text: string) => (text.startsWith(prefix) ? text.slice(prefix.length) : text);

/** What is known of a partner is the same in both modes. */
const shadowPartition = (pk: string) => (isOfPartner(pk) ? pk : shadowText(pk));
const shadowKey = ({ pk, sk }: Key): Key => ({ pk: shadowPartition(pk), sk });

/** The attributes, of which those that name a partition are changed. */
function withPartitions(fields: StoredItem, change: (text: string) => string): StoredItem {
  const named = ['pk', ...indexed].flatMap((name) => {
    const value = fields[name];
    return typeof value === 'string' ? [[name, change(value)] as const] : [];
  });
  return { ...fields, ...Object.fromEntries(named) };
}

const liveItem = (item: StoredItem): StoredItem => withPartitions(item, liveText);

/**
 * The ledger's table in shadow: the same calls on separate partitions, `SHADOW#…`, also in each index, so that a flow in
 * shadow finds all that it has written down and nothing that is live, and a live one nothing of it. All of it expires. What is
 * known of the partners (breakers, slots, what a person has paused) is not of an order, and is where it always is.
 */
export class ShadowTable extends Table {
  readonly #now: () => Date;

  constructor(client: ConstructorParameters<typeof Table>[0], name: string, now = () => new Date()) {
    super(client, name);
    this.#now = now;
  }

  override async get(key: Key): Promise<StoredItem | undefined> {
    const item = await super.get(shadowKey(key));
    return item && liveItem(item);
  }

  override async getAll(keys: readonly Key[]): Promise<StoredItem[]> {
    return (await super.getAll(keys.map(shadowKey))).map(liveItem);
  }

  override putIf(item: Key & StoredItem, condition?: string, values?: StoredItem): Promise<boolean> {
    if (isOfPartner(item.pk)) return super.putIf(item, condition, values);
    const { pk, sk } = shadowKey(item);
    return super.putIf({ ...this.#expiring(withPartitions(item, shadowText)), pk, sk }, condition, values);
  }

  override async update(
    key: Key,
    update: Update,
    returned?: 'ALL_NEW' | 'ALL_OLD',
  ): Promise<StoredItem | undefined> {
    if (isOfPartner(key.pk)) return super.update(key, update, returned);
    const { set = {}, remove = [] } = update;
    const shadowed = {
      ...update,
      set: this.#expiring(withPartitions(set, shadowText)),
      remove: remove.filter((name) => name !== ledgerTimeToLive),
    };
    const item = await super.update(shadowKey(key), shadowed, returned);
    return item && liveItem(item);
  }

  override remove(key: Key, condition?: string, values?: StoredItem): Promise<boolean> {
    return super.remove(shadowKey(key), condition, values);
  }

  override async query(pk: string, skPrefix?: string, limit?: number): Promise<StoredItem[]> {
    return (await super.query(shadowPartition(pk), skPrefix, limit)).map(liveItem);
  }

  override async queryIndex(
    index: TableIndex,
    value: string,
    range: Parameters<Table['queryIndex']>[2] = {},
  ): Promise<StoredItem[]> {
    const { from, startsWith, after } = range;
    const isByKey = index.sort === 'pk';
    const bound = (text: string | undefined) => (isByKey && text !== undefined ? shadowText(text) : text);
    const shadowed = {
      ...range,
      from: bound(from),
      startsWith: bound(startsWith),
      after: after && withPartitions(after, shadowText),
    };
    return (await super.queryIndex(index, shadowText(value), shadowed)).map(liveItem);
  }

  /** Sooner where it would expire sooner. */
  #expiring(fields: StoredItem): StoredItem {
    const latest = Math.floor(this.#now().getTime() / 1000) + shadowKeptSeconds;
    const given = fields[ledgerTimeToLive];
    return { ...fields, [ledgerTimeToLive]: typeof given === 'number' ? Math.min(given, latest) : latest };
  }
}

/** The ledger's table as a stack of that mode has it. */
export function tableInMode(
  mode: Mode,
  client: ConstructorParameters<typeof Table>[0],
  name: string,
  now?: () => Date,
): Table {
  return mode === 'shadow' ? new ShadowTable(client, name, now) : new Table(client, name);
}
