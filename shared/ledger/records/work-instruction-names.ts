import type { Table } from '../../platform/aws/dynamodb-table.ts';
import type { Clock } from '../../platform/clock.ts';
import { expiryAfter } from '../keys.ts';

const maxInMemory = 500;

/** Names of work instructions by id and version. They are kept, as an official version never changes. */
export function createWorkInstructionNames(table: Table, clock: Clock) {
  const inMemory = new Map<string, Promise<string | undefined>>();

  async function stored(id: string, version: number, read: () => Promise<string | undefined>) {
    const key = { pk: `WORK-INSTRUCTION#${id}`, sk: `VERSION#${version}` };
    const kept = await table.get(key);
    if (kept) return typeof kept.name === 'string' ? kept.name : undefined;
    const name = await read();
    const expiresAt = expiryAfter(90 * 86_400, clock.now());
    await table.putIf({ ...key, name, expiresAt });
    return name;
  }

  return {
    /** The name; calls `read` only when no container has read this version before. */
    name(id: string, version: number, read: () => Promise<string | undefined>): Promise<string | undefined> {
      const key = `${id}@${version}`;
      const known = inMemory.get(key);
      if (known) return known;
      if (inMemory.size >= maxInMemory) inMemory.clear();
      const asked = stored(id, version, read);
      inMemory.set(key, asked);
      // A failed read is not kept.
      asked.catch(() => inMemory.delete(key));
      return asked;
    },
  };
}
