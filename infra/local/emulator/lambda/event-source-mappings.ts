import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import * as z from 'zod/mini';
import { credentialsSchema } from '../iam/principals.ts';
import { runService } from '../process/child-process.ts';
import { listen, readBody } from '../process/http.ts';
import { storeClient } from '../stores/store-client.ts';
import { type LocalMapping, mappingSchema } from '../template/local-stack.ts';
import { invoke } from './invoke.ts';
import { type MappingPoll, pollMapping } from './sqs-poller.ts';

/**
 * Lambda's event source mappings: one poll each, and the part of Lambda's API that switches them on and off
 * (ListEventSourceMappings, GetEventSourceMapping, UpdateEventSourceMapping). Switches are kept on disk.
 */
const configurationSchema = z.object({
  port: z.number(),
  region: z.string(),
  awsEndpoint: z.string(),
  lambdaUrl: z.string(),
  /** Where the switches are kept. */
  switchesFile: z.string(),
  mappings: z.array(
    z.object({
      mapping: mappingSchema,
      queueUrl: z.string(),
      queueArn: z.string(),
      functionArn: z.string(),
      credentials: credentialsSchema,
    }),
  ),
});

const switchesSchema = z.record(z.string(), z.boolean());
const updateSchema = z.object({ Enabled: z.optional(z.boolean()) });

runService(configurationSchema, async (configuration, report) => {
  const polls = new Map<string, MappingPoll>();
  const switches = readSwitches(configuration.switchesFile);
  const isOn = (mapping: LocalMapping) => switches[mapping.uuid] ?? mapping.enabled;
  const log = (line: string) => report({ kind: 'log', line: `pollers: ${line}` });

  function begin({ mapping, queueUrl, queueArn, credentials }: (typeof configuration.mappings)[number]) {
    if (polls.has(mapping.uuid)) return;
    const { accessKeyId } = credentials;
    const { region, awsEndpoint, lambdaUrl } = configuration;
    polls.set(
      mapping.uuid,
      pollMapping(mapping, {
        queueUrl,
        queueArn,
        region,
        log,
        sqs: storeClient(awsEndpoint, 'sqs', 'AmazonSQS', { accessKeyId, region }),
        invoke: (payload) => invoke(lambdaUrl, mapping.functionName, payload),
      }),
    );
  }

  async function end(uuid: string) {
    const poll = polls.get(uuid);
    polls.delete(uuid);
    await poll?.stop();
  }

  async function answer(request: IncomingMessage, response: ServerResponse) {
    const url = new URL(request.url ?? '/', 'http://local');
    const uuid = url.pathname.replace(/^\/2015-03-31\/event-source-mappings\/?/, '');
    if (uuid === '') {
      const wanted = url.searchParams.get('FunctionName');
      const found = configuration.mappings.filter(
        ({ mapping, functionArn }) => !wanted || wanted === mapping.functionName || wanted === functionArn,
      );
      return send(response, 200, { EventSourceMappings: found.map(describe) });
    }
    const known = configuration.mappings.find(({ mapping }) => mapping.uuid === uuid);
    if (!known)
      return send(response, 404, { Type: 'User', Message: `There is no event source mapping ${uuid}.` });
    if (request.method === 'PUT') {
      const body = await readBody(request, 10_000);
      const { Enabled } = updateSchema.parse(JSON.parse(body?.toString('utf8') || '{}'));
      if (Enabled !== undefined) {
        switches[uuid] = Enabled;
        writeSwitches(configuration.switchesFile, switches);
        if (Enabled) begin(known);
        else void end(uuid);
      }
      return send(response, 202, describe(known));
    }
    return send(response, 200, describe(known));
  }

  /** Lambda's EventSourceMappingConfiguration; switches act at once here, so there is no `Enabling`. */
  function describe({ mapping, queueArn, functionArn }: (typeof configuration.mappings)[number]) {
    return {
      UUID: mapping.uuid,
      FunctionArn: functionArn,
      EventSourceArn: queueArn,
      BatchSize: mapping.batchSize,
      MaximumBatchingWindowInSeconds: mapping.windowSeconds,
      FunctionResponseTypes: mapping.reportBatchItemFailures ? ['ReportBatchItemFailures'] : [],
      ...(mapping.maximumConcurrency === undefined
        ? {}
        : { ScalingConfig: { MaximumConcurrency: mapping.maximumConcurrency } }),
      State: isOn(mapping) ? 'Enabled' : 'Disabled',
    };
  }

  const server = await listen(configuration.port, answer);
  for (const known of configuration.mappings) if (isOn(known.mapping)) begin(known);
  return {
    async stop() {
      await Promise.all([...polls.keys()].map(end));
      await server.close();
    },
  };
});

function readSwitches(file: string): Record<string, boolean> {
  try {
    return switchesSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    // None was thrown yet.
    return {};
  }
}

function writeSwitches(file: string, switches: Record<string, boolean>): void {
  writeFileSync(`${file}.new`, JSON.stringify(switches));
  renameSync(`${file}.new`, file);
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
