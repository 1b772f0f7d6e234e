import { join } from 'node:path';
import * as z from 'zod/mini';
import { readJson, writeJson } from '../json-file.ts';
import type { Services } from '../services.ts';
import { find } from '../template/local-stack.ts';
import type { Lambda } from './service.ts';
import { MappingPoll, type QueueMapping } from './sqs-poller.ts';

const switchesSchema = z.record(z.string(), z.boolean());
const updateSchema = z.object({ Enabled: z.optional(z.boolean()) });

/** One poll for each, and the part of Lambda's API that switches them on and off. Switches are kept on disk. */
export class Mappings {
  readonly #mappings: readonly QueueMapping[];
  readonly #begin: (mapping: QueueMapping) => MappingPoll;
  /** Of the mappings that are on. */
  readonly #polls = new Map<QueueMapping, MappingPoll>();
  readonly #switchesFile: string;
  readonly #switches: z.infer<typeof switchesSchema>;

  constructor(services: Services, lambda: Lambda) {
    const { stack, dataDirectory } = services;
    this.#switchesFile = join(dataDirectory, 'mappings.json');
    this.#switches = switchesSchema.parse(readJson(this.#switchesFile) ?? {});
    this.#begin = (mapping) => new MappingPoll(mapping, services, lambda);
    this.#mappings = stack.mappings.map((mapping) => ({
      ...mapping,
      queue: find(stack.queues, 'queue', mapping.queueName),
      functionArn: find(stack.functions, 'function', mapping.functionName).arn,
    }));
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
    await Promise.all([...this.#polls.values()].map((poll) => poll.stop()));
  }

  #switch(mapping: QueueMapping, on: boolean): void {
    const poll = this.#polls.get(mapping);
    if (on === (poll !== undefined)) return;
    if (!poll) this.#polls.set(mapping, this.#begin(mapping));
    else {
      this.#polls.delete(mapping);
      void poll.stop();
    }
  }

  /** What is read of Lambda's EventSourceMappingConfiguration; switches take effect at once here, so there is no `Enabling`. */
  #describe(mapping: QueueMapping) {
    return {
      UUID: mapping.logicalId,
      FunctionArn: mapping.functionArn,
      EventSourceArn: mapping.queue.arn,
      State: this.#polls.has(mapping) ? 'Enabled' : 'Disabled',
    };
  }
}
