import { join } from 'node:path';
import * as z from 'zod/mini';
import { readJson, writeJson } from '../json-file.ts';
import type { Services } from '../services.ts';
import { find } from '../template/local-stack.ts';
import type { Lambda } from './service.ts';
import { type MappingPoll, pollMapping } from './sqs-poller.ts';

export type Mappings = ReturnType<typeof startMappings>;

const switchesSchema = z.record(z.string(), z.boolean());
const updateSchema = z.object({ Enabled: z.optional(z.boolean()) });

/**
 * Lambda's event source mappings: one poll each, and the part of Lambda's API that switches them on and off
 * (ListEventSourceMappings, GetEventSourceMapping, UpdateEventSourceMapping). Switches are kept on disk.
 */
export function startMappings(services: Services, lambda: Lambda) {
  const { stack } = services;
  const polls = new Map<string, MappingPoll>();
  const switchesFile = join(services.dataDirectory, 'mappings.json');
  const switches = switchesSchema.parse(readJson(switchesFile) ?? {});
  const mappings = stack.mappings.map((mapping) => ({
    ...mapping,
    queue: find(stack.queues, 'queue', mapping.queueName),
    functionArn: find(stack.functions, 'function', mapping.functionName).arn,
  }));
  type Mapping = (typeof mappings)[number];
  const isOn = ({ uuid, enabled }: Mapping) => switches[uuid] ?? enabled;

  function begin(mapping: Mapping) {
    if (!polls.has(mapping.uuid)) polls.set(mapping.uuid, pollMapping(mapping, services, lambda));
  }

  async function end(uuid: string) {
    const poll = polls.get(uuid);
    polls.delete(uuid);
    await poll?.stop();
  }

  /** Lambda's EventSourceMappingConfiguration; switches take effect at once here, so there is no `Enabling`. */
  function describe(mapping: Mapping) {
    return {
      UUID: mapping.uuid,
      FunctionArn: mapping.functionArn,
      EventSourceArn: mapping.queue.arn,
      BatchSize: mapping.batchSize,
      MaximumBatchingWindowInSeconds: mapping.windowSeconds,
      FunctionResponseTypes: mapping.reportBatchItemFailures ? ['ReportBatchItemFailures'] : [],
      ScalingConfig: mapping.maximumConcurrency && { MaximumConcurrency: mapping.maximumConcurrency },
      State: isOn(mapping) ? 'Enabled' : 'Disabled',
    };
  }

  for (const mapping of mappings) if (isOn(mapping)) begin(mapping);
  return {
    answer(method: string, { pathname, searchParams }: URL, body: string) {
      const uuid = pathname.replace(/^\/2015-03-31\/event-source-mappings\/?/, '');
      if (uuid === '') {
        const wanted = searchParams.get('FunctionName');
        const found = mappings.filter(
          ({ functionName, functionArn }) => !wanted || wanted === functionName || wanted === functionArn,
        );
        return { status: 200, body: { EventSourceMappings: found.map(describe) } };
      }
      const known = mappings.find((mapping) => mapping.uuid === uuid);
      if (!known)
        return { status: 404, body: { Type: 'User', Message: `There is no event source mapping ${uuid}.` } };
      if (method !== 'PUT') return { status: 200, body: describe(known) };
      const { Enabled } = updateSchema.parse(JSON.parse(body || '{}'));
      if (Enabled !== undefined) {
        switches[uuid] = Enabled;
        writeJson(switchesFile, switches);
        if (Enabled) begin(known);
        else void end(uuid);
      }
      return { status: 202, body: describe(known) };
    },
    async stop(): Promise<void> {
      await Promise.all([...polls.keys()].map(end));
    },
  };
}
