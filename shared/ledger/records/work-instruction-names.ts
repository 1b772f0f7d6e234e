import * as z from 'zod/mini';
import { Records } from './records.ts';

export const instructionNamesSchema = z.object({
  name: z.exactOptional(z.string()),
  /** Names of its steps by their ids, where recordings have none. */
  steps: z.exactOptional(z.record(z.string(), z.string())),
});
/** What a work instruction calls itself and its steps. */
export type InstructionNames = Readonly<z.output<typeof instructionNamesSchema>>;

interface WantedInstruction {
  readonly id: string;
  readonly version?: number;
  /** Ids of the steps whose names are needed. */
  readonly steps: readonly string[];
}
type ReadInstruction = () => Promise<InstructionNames | undefined>;

interface InstructionInMemory {
  readonly readAt: number;
  readonly read: Promise<{ readonly names: InstructionNames; readonly isAnswered: boolean }>;
}

const maxInMemory = 500;
const workInstructionNamesKeptSeconds = 90 * 86_400;
/** An instruction that lacks a step is asked for again at most so often. */
const askLackingAgainMs = 60_000;
/** Larger ones are read again by each container. DynamoDB takes items of 400 KB. */
const mostKeptCharacters = 200_000;

/**
 * Names of work instructions and their steps, by id and version. They are kept, as an official version never changes. One
 * that lacks a step which was recorded was answered in another version, and is asked for again; one of which nobody knows
 * the version is kept for its own name only.
 */
export class WorkInstructionNames extends Records {
  readonly #inMemory = new Map<string, InstructionInMemory>();

  /** Calls `read` only when no container has read this version with these steps before. */
  async readNames(wanted: WantedInstruction, read: ReadInstruction): Promise<InstructionNames> {
    const { id, version, steps } = wanted;
    if (version === undefined && steps.length > 0) return (await read()) ?? {};
    const key = `${id}@${version ?? 0}`;
    const readAt = this.clock.now().getTime();
    const known = this.#inMemory.get(key);
    if (known) {
      const { names, isAnswered } = await known.read;
      const isAnsweredNow = isAnswered && readAt - known.readAt < askLackingAgainMs;
      if (isAnsweredNow || hasSteps(names, steps)) return names;
    }
    if (this.#inMemory.size >= maxInMemory) this.#inMemory.clear();
    const asked = this.#readKept(wanted, read);
    this.#inMemory.set(key, { readAt, read: asked });
    // A failed read is not kept.
    asked.catch(() => this.#inMemory.delete(key));
    return (await asked).names;
  }

  async #readKept({ id, version = 0, steps }: WantedInstruction, read: ReadInstruction) {
    const key = { pk: `WORK-INSTRUCTION#${id}`, sk: `VERSION#${version}` };
    const stored = await this.table.get(key);
    const kept = stored && z.safeParse(instructionNamesSchema, stored).data;
    if (kept && hasSteps(kept, steps)) return { names: kept, isAnswered: false };
    const names = (await read()) ?? {};
    // Steps only where they are needed: without them an item is some bytes.
    const toKeep = steps.length > 0 ? names : { name: names.name };
    if (JSON.stringify(toKeep).length <= mostKeptCharacters) {
      const set = { ...toKeep, expiresAt: this.expiresAt(workInstructionNamesKeptSeconds) };
      await this.table.update(key, { set });
    }
    return { names, isAnswered: true };
  }
}

function hasSteps({ steps: known = {} }: InstructionNames, steps: readonly string[]): boolean {
  return steps.every((id) => Object.hasOwn(known, id));
}
