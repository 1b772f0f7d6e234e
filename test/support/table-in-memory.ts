import { applied, type Key, type StoredItem, type Table } from '../../shared/platform/dynamodb-table.ts';

/**
 * A ledger table in memory, for tests that run thousands of times: what it knows of DynamoDB is what the ledger's
 * conditions need. That the ledger means the same to DynamoDB is what its other tests are for.
 */
export function tableInMemory(): Table {
  const items = new Map<string, StoredItem>();
  const at = ({ pk, sk }: Key) => `${pk}\n${sk}`;
  const inOrder = (found: (item: StoredItem) => boolean) =>
    [...items]
      .filter(([, item]) => found(item))
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([, item]) => item);

  return {
    get: async (key) => items.get(at(key)),

    async putIf(item, condition = 'attribute_not_exists(pk)', values = {}) {
      if (!holds(condition, items.get(at(item)) ?? {}, values)) return false;
      items.set(at(item), structuredClone(item));
      return true;
    },

    async update(key, update) {
      const before = items.get(at(key)) ?? {};
      if (update.condition && !holds(update.condition, before, update.values ?? {})) return undefined;
      const after = structuredClone(applied(before, key, update));
      items.set(at(key), after);
      return { before, after };
    },

    async remove(key, condition, values = {}) {
      if (condition && !holds(condition, items.get(at(key)) ?? {}, values)) return false;
      return items.delete(at(key));
    },

    query: async (pk, skPrefix = '') =>
      inOrder((item) => item.pk === pk && String(item.sk).startsWith(skPrefix)),
    queryIndex: async ({ partition, sort }, value) =>
      inOrder((item) => item[partition] === value && item[sort] !== undefined),
  };
}

/** Evaluates `a = :b AND (attribute_not_exists(#c.#d) OR #e <= :f)`: OR of ANDs of what is true by itself. */
function holds(condition: string, item: StoredItem, values: Readonly<Record<string, unknown>>): boolean {
  const tokens = condition.match(/[()]|<=|=|[#:]?[\w.#]+/g) ?? [];
  let next = 0;
  const take = () => tokens[next++] ?? '';
  const valueAt = (token: string): unknown =>
    token.startsWith(':')
      ? values[token.slice(1)]
      : token
          .replaceAll('#', '')
          .split('.')
          .reduce<unknown>((inner, name) => Object(inner ?? {})[name], item);

  function any(): boolean {
    let result = all();
    while (tokens[next] === 'OR') {
      take();
      result = all() || result;
    }
    return result;
  }
  function all(): boolean {
    let result = one();
    while (tokens[next] === 'AND') {
      take();
      result = one() && result;
    }
    return result;
  }
  function one(): boolean {
    const token = take();
    if (token === '(') {
      const result = any();
      take();
      return result;
    }
    if (token === 'attribute_exists' || token === 'attribute_not_exists') {
      take();
      const exists = valueAt(take()) !== undefined;
      take();
      return exists === (token === 'attribute_exists');
    }
    const left = valueAt(token);
    const operator = take();
    const right = valueAt(take());
    if (left === undefined) return false;
    return operator === '=' ? left === right : Number(left) <= Number(right);
  }
  return any();
}
