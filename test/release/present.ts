import * as z from 'zod/mini';
import { loadIntegration } from '../../infra/build/load-configuration.ts';
import { readSample } from '../../infra/ops/map/read-sample.ts';
import type { CompleteIntegration } from '../../shared/integration/define.ts';
import { mapCompletion } from '../../shared/integration/mapping/completions.ts';
import { isWanted, mapProductOrders } from '../../shared/integration/mapping/product-orders.ts';
import { Rejected } from '../../shared/model/errors.ts';
import { templateOf } from '../infra/stack/assembled.ts';

/** What a configuration makes of samples, as `npm run map` reads them, at each of its stages. */
export async function mappedBy(file: string, samples: readonly unknown[]) {
  const { integration: production } = await loadIntegration(file, 'production');
  const { integration: test } = await loadIntegration(file, 'test');
  return samples.map((sample) => ({
    sample,
    becomes: { production: mapped(production, sample), test: mapped(test, sample) },
  }));
}

function mapped(integration: CompleteIntegration, sample: unknown) {
  const { productOrders } = integration;
  const read = readSample(sample, '$', integration, '2026-12-18T00:00:00.000Z');
  try {
    if ('mistakes' in read) return { mistakes: read.mistakes };
    if ('completed' in read) return { completion: mapCompletion(integration, read.books, [read.completed]) };
    const { order } = read;
    return { isWanted: isWanted(productOrders, order), order: mapProductOrders(productOrders, order) };
  } catch (error) {
    if (error instanceof Rejected) return { rejected: error.causeCode };
    throw error;
  }
}

/** Resources that hold something, are an address, or are known to people, by their types. */
const stateful =
  /^AWS::(ApiGatewayV2::(Api|DomainName|Stage)|DynamoDB::GlobalTable|EC2::EIP|Logs::LogGroup|SecretsManager::Secret|SNS::(Topic|Subscription)|SQS::Queue)$/;
/** Their properties that CloudFormation cannot change: it replaces the resource ("Update requires: Replacement"). */
const fixed =
  /^((Domain|LogGroup|Queue|Secret|Stage|Table|Topic)Name|KeySchema|LocalSecondaryIndexes|Fifo(Queue|Topic)|Protocol(Type)?|Endpoint|TopicArn|ApiId|Domain)$/;

const properties = z.record(z.string(), z.unknown());
const list = z.array(properties);
const templateSchema = z.object({
  Resources: z.record(z.string(), z.object({ Type: z.string(), Properties: z._default(properties, {}) })),
  Outputs: properties,
});

/** What an update of the stack of a configuration must keep, a line each: its resources, addresses, outputs and indexes. */
export async function stackOf(file: string): Promise<string[]> {
  const { Resources, Outputs } = z.parse(templateSchema, (await templateOf(file, 'production')).toJSON());
  const inResources = Object.entries(Resources).flatMap(([id, { Type, Properties }]) => {
    const own = Object.entries(Properties).filter(([name]) => fixed.test(name));
    const { RouteKey, GlobalSecondaryIndexes: indexes = [], AttributeDefinitions: types = [] } = Properties;
    return [
      ...(stateful.test(Type) ? [`${Type} ${id} ${JSON.stringify(Object.fromEntries(own))}`] : []),
      ...(RouteKey === undefined ? [] : [`route ${RouteKey}`]),
      ...z.parse(list, indexes).map((index) => `index ${JSON.stringify(index)}`),
      ...z.parse(list, types).map((type) => `attribute ${JSON.stringify(type)}`),
    ];
  });
  return [...inResources, ...Object.keys(Outputs).map((name) => `output ${name}`)].sort();
}

/** What an update of a stack would lose or replace, and the indexes that it changes, if these are several. */
export function lossesOf(before: readonly string[], after: readonly string[]): string[] {
  const lost = before.filter((line) => !after.includes(line));
  const added = after.filter((line) => line.startsWith('index ') && !before.includes(line));
  const indexes = lost.filter((line) => line.startsWith('index '));
  return indexes.length + added.length > 1 ? [...lost, ...added] : lost;
}
