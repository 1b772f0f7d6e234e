import {
  LambdaClient,
  ListEventSourceMappingsCommand,
  UpdateEventSourceMappingCommand,
} from '@aws-sdk/client-lambda';
import type { Emulator } from '../../infra/local/emulator/emulator.ts';

/** Switches the event source mappings of a function on or off, as an operator does. */
export async function switchMapping(
  { awsEndpoint: endpoint, region, credentials, functionName }: Emulator,
  wanted: string,
  enabled: boolean,
): Promise<void> {
  const lambda = new LambdaClient({ endpoint, region, credentials });
  const FunctionName = functionName(wanted);
  const { EventSourceMappings = [] } = await lambda.send(
    new ListEventSourceMappingsCommand({ FunctionName }),
  );
  if (EventSourceMappings.length === 0) throw new Error(`${wanted} has no event source mapping.`);
  for (const { UUID } of EventSourceMappings)
    await lambda.send(new UpdateEventSourceMappingCommand({ UUID, Enabled: enabled }));
  lambda.destroy();
}
