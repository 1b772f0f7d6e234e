import { Records } from './records.ts';

type ReadWorkInstructionName = () => Promise<string | undefined>;

const maxInMemory = 500;
const workInstructionNamesKeptSeconds = 90 * 86_400;

/** Names of work instructions by id and version. They are kept, as an official version never changes. */
export class WorkInstructionNames extends Records {
  readonly #inMemory = new Map<string, Promise<string | undefined>>();

  /** The name; calls `read` only when no container has read this version before. */
  readName(id: string, version: number, read: ReadWorkInstructionName): Promise<string | undefined> {
    const key = `${id}@${version}`;
    const known = this.#inMemory.get(key);
    if (known) return known;
    if (this.#inMemory.size >= maxInMemory) this.#inMemory.clear();
    const asked = this.#readKept(id, version, read);
    this.#inMemory.set(key, asked);
    // A failed read is not kept.
    asked.catch(() => this.#inMemory.delete(key));
    return asked;
  }

  async #readKept(id: string, version: number, read: ReadWorkInstructionName): Promise<string | undefined> {
    const key = { pk: `WORK-INSTRUCTION#${id}`, sk: `VERSION#${version}` };
    const kept = await this.table.get(key);
    if (kept) return typeof kept.name === 'string' ? kept.name : undefined;
    const name = await read();
    await this.table.putIf({ ...key, name, expiresAt: this.expiresAt(workInstructionNamesKeptSeconds) });
    return name;
  }
}
