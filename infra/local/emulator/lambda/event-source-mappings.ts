import { join } from 'node:path';
import * as z from 'zod/mini';
import { readJson, writeJson } from '../data-folder.ts';
import type { Services } from '../services.ts';
import type { LocalMapping } from '../template/read-stack.ts';
import type { Lambda } from './service.ts';
import { startPoll } from './sqs-poller.ts';

const switchesSchema = z.record(z.string(), z.boolean());
const updateSchema = z.object({ Enabled: z.optional(z.boolean()) });

/** One poll for each, and the part of Lambda's API that switches them on and off. Switches are kept on disk. */
export class Mappings {
  readonly #mappings: readonly LocalMapping[];
  readonly #begin: (mapping: LocalMapping) => () => Promise<void>;
  /** What stops the poll of each mapping that is on. */
  readonly #polls = new Map<LocalMapping, () => Promise<void>>();
  readonly #switchesFile: string;
  readonly #switches: z.infer<typeof switchesSchema>;

  constructor(services: Services, lambda: Lambda) {
    this.#mappings = services.stack.mappings;
    this.#begin = (mapping) => startPoll(mapping, services, lambda);
    this.#switchesFile = join(services.dataDirectory, 'mappings.json');
    this.#switches = switchesSchema.parse(readJson(this.#switchesFile) ?? {});
    for (const mapping of this.#mappings) this.#switch(mapping, this.#switches[mapping.logicalId] ?? true);
  }

  /** @param wanted Name or ARN of the function; null for all. */
  list(wanted: string | null) {
    const found = this.#mappings.filter(
      ({ functionName, functionArn }) => !wanted || wanted === functionName || wanted === functionArn,
    );
    return { EventSourceMappings: found.map((mapping) => this.#describe(mapping)) };
  }

  /** @returns the mapping as it is then; undefined when there is none. */
  update(uuid: string, body: string) {
    const known = this.#mappings.find(({ logicalId }) => logicalId === uuid);
    if (!known) return undefined;
    const { Enabled } = updateSchema.parse(JSON.parse(body || '{}'));
    if (Enabled !== undefined) {
      this.#switches[uuid] = Enabled;
      writeJson(this.#switchesFile, this.#switches);
      this.#switch(known, Enabled);
    }
    return this.#describe(known);
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#polls.values()].map((stop) => stop()));
  }

  #switch(mapping: LocalMapping, on: boolean): void {
    const stop = this.#polls.get(mapping);
    if (on && !stop) this.#polls.set(mapping, this.#begin(mapping));
    if (on || !stop) return;
    this.#polls.delete(mapping);
    void stop();
  }

  /** What is read of Lambda's EventSourceMappingConfiguration; switches take effect at once here, so there is no `Enabling`. */
  #describe(mapping: LocalMapping) {
    return {
      UUID: mapping.logicalId,
      FunctionArn: mapping.functionArn,
      EventSourceArn: mapping.queueArn,
      State: this.#polls.has(mapping) ? 'Enabled' : 'Disabled',
    };
  }
}
