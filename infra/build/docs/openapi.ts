import * as z from 'zod/mini';
import { defaultContract } from '../../../shared/azumuta/contract.ts';
import { webhookAnswerSchema } from '../../../shared/completions/receive-webhook.ts';
import {
  answeredOrderSchema,
  failureAnswerSchema,
  ordersAnswerSchema,
} from '../../../shared/orders/endpoint/answers.ts';
import { maxPostedOrders, maxProductOrders } from '../../../shared/orders/endpoint/http-api.ts';
import { postedOrderSchema } from '../../../shared/orders/endpoint/posted-order.ts';

/** What the ERP and Azumuta's triggers call, with the schemas that the functions parse and answer with. */
export function openApiDocument() {
  return {
    openapi: '3.1.1',
    info: {
      title: 'Azumuta ↔ ERP integration',
      version: '1',
      license: { name: 'MIT', identifier: 'MIT' },
      description:
        'The ERP posts orders and asks for their status; Azumuta’s triggers say that product orders are completed.',
    },
    servers: [
      {
        url: 'https://{api}',
        description: 'The stack’s output OrderEndpoint begins with it',
        variables: { api: { default: 'example.execute-api.eu-west-1.amazonaws.com' } },
      },
      {
        url: 'https://{domain}',
        description: 'A domain of the plant’s own (deployment.domain): then the output names it',
        variables: { domain: { default: 'azumuta.plant.example' } },
      },
    ],
    tags: [
      { name: 'Orders', description: 'Called by the ERP, with its key in X-API-Key' },
      { name: 'Triggers', description: 'Called by Azumuta, with the token in the path' },
    ],
    paths: {
      '/product-orders': { post: postOrdersOperation() },
      '/product-orders/{number}': { get: getOrderOperation() },
      '/webhooks/azumuta/{event}/{token}': { get: triggerOperation('get'), post: triggerOperation('post') },
    },
    components: {
      securitySchemes: { orderApiKey: { type: 'apiKey', in: 'header', name: 'X-API-Key' } },
      schemas: {
        PostedOrder: schemaOf(postedOrderSchema, 'input'),
        AnsweredOrder: schemaOf(answeredOrderSchema, 'output'),
        OrdersAnswer: schemaOf(ordersAnswerSchema, 'output'),
        FailureAnswer: schemaOf(failureAnswerSchema, 'output'),
        TriggerAnswer: schemaOf(webhookAnswerSchema, 'output'),
      },
    },
  } as const;
}

const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` });
const jsonBody = (schema: object) => ({ required: true, content: { 'application/json': { schema } } });

function postOrdersOperation() {
  const list = { type: 'array', minItems: 1, maxItems: maxPostedOrders, items: ref('PostedOrder') };
  return {
    tags: ['Orders'],
    operationId: 'postProductOrders',
    summary: 'Create product orders in Azumuta, each once',
    description: `Takes one order, a list, or { "orders": [ … ] }; up to ${maxPostedOrders}, which may become up to ${maxProductOrders} product orders where the configuration splits them. Each order has its own answer, and a bad one never blocks its neighbours. Posting an order again is safe.`,
    security: [{ orderApiKey: [] }],
    parameters: [
      {
        name: 'Prefer',
        in: 'header',
        description: 'wait=10 waits up to so many seconds (at most 25) for the Azumuta ids.',
        schema: { type: 'string' },
        example: 'wait=10',
      },
    ],
    requestBody: jsonBody({
      oneOf: [
        ref('PostedOrder'),
        list,
        { type: 'object', properties: { orders: list }, required: ['orders'] },
      ],
    }),
    responses: {
      ...responses('OrdersAnswer', {
        200: 'All of them are in Azumuta.',
        202: 'At least one is queued: its status URL tells when it is created.',
        409: 'At least one is in Azumuta with other content, and none is queued.',
        422: 'None of them can be used.',
      }),
      ...failures([400, 401, 403, 413, 503]),
    },
  };
}

function getOrderOperation() {
  return {
    tags: ['Orders'],
    operationId: 'getProductOrder',
    summary: 'The status of an order',
    security: [{ orderApiKey: [] }],
    parameters: [
      {
        name: 'number',
        in: 'path',
        required: true,
        description: 'Number of the product order or of the ERP order. Slashes may be sent as they are.',
        schema: { type: 'string' },
      },
    ],
    responses: {
      ...responses('OrdersAnswer', { 200: 'It was received.' }),
      ...failures([401, 403, 404, 503]),
    },
  };
}

function triggerOperation(method: 'get' | 'post') {
  const fields = {
    productOrderNumber: { type: 'string', description: 'Which product order is completed.' },
    recordingIds: { type: 'array', items: { type: 'string' } },
  } as const;
  const required = ['productOrderNumber'];
  const inQuery = Object.entries(fields).map(([name, schema]) => {
    return { name, in: 'query', required: required.includes(name), schema };
  });
  return {
    tags: ['Triggers'],
    operationId: method === 'get' ? 'getTrigger' : 'postTrigger',
    summary: 'A product order is completed',
    description:
      'A hint: what is booked is read from Azumuta. Names of fields are matched without regard to case, dashes and underscores, in singular and plural; further names can be configured.',
    parameters: [
      {
        name: 'event',
        in: 'path',
        required: true,
        schema: { type: 'string', enum: [...defaultContract.trigger.events] },
      },
      { name: 'token', in: 'path', required: true, schema: { type: 'string', minLength: 20 } },
      ...(method === 'get' ? inQuery : []),
    ],
    ...(method === 'post' && { requestBody: jsonBody({ type: 'object', properties: fields, required }) }),
    responses: responses('TriggerAnswer', {
      202: 'It is in the queue.',
      400: 'It cannot be understood; it is kept for a person.',
      401: 'The token is not valid.',
      403: 'This address may not call the webhook.',
      404: 'The event is unknown; the call is kept for a person.',
      413: 'The body is too large; what fits of it is kept for a person.',
      503: 'It could not be put into the queue: send it again.',
    }),
  };
}

const failureWords = {
  400: 'The body cannot be read.',
  401: 'The key is missing or not valid.',
  403: 'This address may not call the endpoint.',
  404: 'No such order was received.',
  413: 'More than fits into one call.',
  503: 'The integration is not available: send it again.',
} as const;

function failures(statuses: readonly (keyof typeof failureWords)[]) {
  return responses('FailureAnswer', Object.fromEntries(statuses.map((each) => [each, failureWords[each]])));
}

function responses(schema: string, words: Readonly<Record<number, string>>) {
  const content = { 'application/json': { schema: ref(schema) } };
  return Object.fromEntries(
    Object.entries(words).map(([status, description]) => [status, { description, content }]),
  );
}

/** A schema of ours as JSON schema 2020-12, which OpenAPI 3.1 takes unchanged. */
function schemaOf(schema: z.ZodMiniType, io: 'input' | 'output') {
  const { $schema, ...rest } = z.toJSONSchema(schema, {
    io,
    override: ({ jsonSchema }) => {
      // Types only: nothing is read-only on the wire, and answers may get more fields one day.
      delete jsonSchema.readOnly;
      delete jsonSchema.propertyNames;
      if (io === 'output') delete jsonSchema.additionalProperties;
    },
  });
  return rest;
}
