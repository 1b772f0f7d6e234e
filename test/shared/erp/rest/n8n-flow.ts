import { runInNewContext } from 'node:vm';
import * as z from 'zod/mini';
import type { Answer } from '../../../support/server.ts';

const expression = z.string().check(z.regex(/^=\{\{ .* \}\}$/s));
const condition = z.object({ conditions: z.tuple([z.object({ leftValue: expression })]) });
const response = z.strictObject({
  respondWith: z.literal('json'),
  responseBody: expression,
  options: z.strictObject({ responseCode: z.union([z.number(), expression]) }),
});
const query = z.strictObject({
  operation: z.literal('executeQuery'),
  query: z.string(),
  options: z.strictObject({ queryBatching: z.literal('independently'), queryReplacement: expression }),
});

const common = {
  id: z.string(),
  name: z.string(),
  position: z.tuple([z.number(), z.number()]),
};
const always = z.optional(z.literal(true));
/** The nodes that were run, in the versions of n8n 2.39.10. What is not named here, such as `retryOnFail`, is refused. */
const nodeSchema = z.discriminatedUnion('type', [
  z.strictObject({
    ...common,
    type: z.literal('n8n-nodes-base.webhook'),
    typeVersion: z.literal(2),
    webhookId: z.string(),
    parameters: z.strictObject({
      httpMethod: z.literal('POST'),
      path: z.literal('azumuta-booking'),
      authentication: z.literal('headerAuth'),
      responseMode: z.literal('responseNode'),
      options: z.strictObject({}),
    }),
  }),
  z.strictObject({
    ...common,
    type: z.literal('n8n-nodes-base.if'),
    typeVersion: z.literal(2.2),
    parameters: z.strictObject({ conditions: condition, options: z.strictObject({}) }),
  }),
  z.strictObject({
    ...common,
    type: z.literal('n8n-nodes-base.switch'),
    typeVersion: z.literal(3.2),
    parameters: z.strictObject({
      rules: z.strictObject({ values: z.array(z.object({ conditions: condition })) }),
      options: z.strictObject({ fallbackOutput: z.literal('extra'), renameFallbackOutput: z.string() }),
    }),
  }),
  z.strictObject({
    ...common,
    type: z.literal('n8n-nodes-base.postgres'),
    typeVersion: z.literal(2.6),
    alwaysOutputData: always,
    parameters: query,
  }),
  z.strictObject({
    ...common,
    type: z.literal('n8n-nodes-base.httpRequest'),
    typeVersion: z.literal(4.2),
    onError: z.literal('continueErrorOutput'),
    parameters: z.looseObject({ jsonBody: expression }),
  }),
  z.strictObject({
    ...common,
    type: z.literal('n8n-nodes-base.respondToWebhook'),
    typeVersion: z.literal(1.1),
    parameters: response,
  }),
]);
const flowSchema = z.strictObject({
  name: z.string(),
  nodes: z.array(nodeSchema),
  connections: z.record(
    z.string(),
    z.strictObject({
      main: z.array(
        z.tuple([z.strictObject({ node: z.string(), type: z.literal('main'), index: z.literal(0) })]),
      ),
    }),
  ),
  settings: z.strictObject({ executionOrder: z.literal('v1'), saveExecutionProgress: z.literal(false) }),
  active: z.literal(false),
});
type Node = z.output<typeof nodeSchema>;

/** What a node hands on. */
type Json = Readonly<Record<string, unknown>>;

/** What a flow calls: its ERP, and the table with the lock. */
export interface Outside {
  /** @returns status and body of the answer; undefined for none. */
  readonly book: (body: Json) => Promise<{ statusCode: number; body: unknown } | undefined>;
  /** @returns the first row, or none. */
  readonly query: (query: string, values: readonly unknown[]) => Json | undefined;
}

/** A flow of n8n as a program. @throws ZodError where the file has what was not run. */
export function parseFlow(text: string) {
  const { nodes, connections } = flowSchema.parse(JSON.parse(text));
  const nodeOf = (name: string) => nodes.find((node) => node.name === name);
  return {
    nodes,
    connections,
    run: (body: Json, outside: Outside) => runFlow(nodeOf, connections, body, outside),
  };
}

async function runFlow(
  nodeOf: (name: string) => Node | undefined,
  connections: z.output<typeof flowSchema>['connections'],
  body: Json,
  outside: Outside,
): Promise<Answer> {
  const handedOn = new Map<string, Json>();
  let name = 'The booking comes';
  let json: Json = { body };
  for (;;) {
    const node = nodeOf(name);
    if (node === undefined) throw new Error(`The flow has no node ${name}.`);
    const input = json;
    const valueAt = (text: string): unknown => evaluated(text, input, handedOn);
    if (node.type === 'n8n-nodes-base.respondToWebhook') return answerOf(node.parameters, valueAt);
    const taken = await takeNode(node, input, valueAt, outside);
    json = taken.json;
    handedOn.set(name, json);
    const next = connections[name]?.main[taken.output]?.[0];
    if (next === undefined) throw new Error(`Nothing follows output ${taken.output} of ${name}.`);
    name = next.node;
  }
}

/** What is written between the braces, with what the node gets as `$json`, and the nodes before it as `$('name')`. */
function evaluated(text: string, json: Json, handedOn: ReadonlyMap<string, Json>): unknown {
  const before = (name: string) => ({ item: { json: handedOn.get(name) } });
  const value: unknown = runInNewContext(`(${text.slice(3, -2)})`, { $json: json, $: before });
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value));
}

function answerOf(
  { responseBody, options: { responseCode } }: z.output<typeof response>,
  valueAt: (text: string) => unknown,
): Answer {
  return {
    status: Number(typeof responseCode === 'number' ? responseCode : valueAt(responseCode)),
    body: valueAt(responseBody),
  };
}

async function takeNode(
  node: Exclude<Node, { type: 'n8n-nodes-base.respondToWebhook' }>,
  json: Json,
  valueAt: (text: string) => unknown,
  outside: Outside,
): Promise<{ json: Json; output: number }> {
  const isTrue = ({ conditions: [{ leftValue }] }: z.output<typeof condition>) => valueAt(leftValue) === true;
  switch (node.type) {
    case 'n8n-nodes-base.webhook':
      return { json, output: 0 };
    case 'n8n-nodes-base.if':
      return { json, output: isTrue(node.parameters.conditions) ? 0 : 1 };
    case 'n8n-nodes-base.switch': {
      const rules = node.parameters.rules.values;
      const at = rules.findIndex(({ conditions }) => isTrue(conditions));
      return { json, output: at < 0 ? rules.length : at };
    }
    case 'n8n-nodes-base.postgres': {
      const { query, options } = node.parameters;
      const row = outside.query(query, z.array(z.unknown()).parse(valueAt(options.queryReplacement)));
      if (row === undefined && !node.alwaysOutputData) throw new Error(`${node.name} ends the execution.`);
      return { json: row ?? {}, output: 0 };
    }
    case 'n8n-nodes-base.httpRequest': {
      const answer = await outside.book(
        z.record(z.string(), z.unknown()).parse(valueAt(node.parameters.jsonBody)),
      );
      return answer === undefined ? { json: {}, output: 1 } : { json: { ...answer }, output: 0 };
    }
  }
}
