import * as z from 'zod/mini';
import type { Answer, Received } from '../../../support/server.ts';

const askedSchema = z.object({
  query: z.string(),
  variables: z.object({
    since: z.nullish(z.string()),
    first: z._default(z.number(), 50),
    after: z.nullish(z.string()),
    order: z._default(z.string(), ''),
    reference: z._default(z.string(), ''),
    input: z.optional(z.record(z.string(), z.unknown())),
  }),
});
type Variables = z.output<typeof askedSchema>['variables'];

const rowSchema = z.looseObject({ id: z.string(), changedAt: z.string() });
const pageSchema = z.object({ orders: z.array(rowSchema), nextPage: z.nullable(z.number()) });

/** A REST call below the path of production orders, and what its answer is as a field of GraphQL. */
type Ask = (method: string, path: string, body?: unknown) => Answer;

/**
 * The sandbox ERP behind GraphQL, in the form of PostGraphile 4 (as seen): everything is one POST, cursors and filters
 * stand in the body, a page that was cut says so in `pageInfo.hasNextPage` alone, errors come in a 200, and figures are
 * `numeric(12,3)`, which rounds.
 */
export function graphqlOver(rest: (call: Received) => Answer): (call: Received) => Answer {
  return (call) => {
    const { query, variables } = askedSchema.parse(JSON.parse(call.body));
    const ask: Ask = (method, path, body) => {
      const url = new URL(`/api/production-orders${path}`, call.url);
      return rest({ ...call, method, url, body: body === undefined ? '' : JSON.stringify(body) });
    };
    const [, field = ''] = /\b(\w+)\(/.exec(query.slice(query.indexOf('{'))) ?? [];
    const { status = 200, body } = answerTo(field, variables, ask);
    if (status === 401) return { status, body: { errors: [{ message: 'jwt is invalid' }] } };
    const { error } = z.object({ error: z.optional(z.object({ message: z.string() })) }).parse(body);
    if (error === undefined) return { body: { data: { [field]: body } } };
    if (status === 404) return { body: { data: { [field]: null } } };
    const errcode = status === 423 ? '55P03' : 'P0001';
    return { body: { errors: [{ message: error.message, errcode }], data: null } };
  };
}

function answerTo(field: string, variables: Variables, ask: Ask): Answer {
  const { order, reference, input } = variables;
  const path = `/${encodeURIComponent(order)}`;
  switch (field) {
    case 'allProductionOrders':
      return connection(variables, ask);
    case 'productionOrder':
      return ask('GET', path);
    case 'allBookings': {
      const { status = 200, body } = ask(
        'GET',
        `${path}/bookings?reference=${encodeURIComponent(reference)}`,
      );
      return { status, body: status === 200 ? { nodes: Object(body).bookings } : body };
    }
    case 'bookProduction':
      return ask('POST', `${path}/bookings`, { ...input, goodQuantity: numeric(input?.goodQuantity) });
    case 'noteProduction':
      return ask('POST', `${path}/notes`, input);
    case 'linkProduction':
      return ask('PATCH', path, input);
    default:
      return { status: 400, body: { error: { message: `Cannot query field "${field}"` } } };
  }
}

/** A page behind a cursor, which is the key of its last row: change time and id. */
function connection({ since, first, after }: Variables, ask: Ask): Answer {
  const all: z.output<typeof rowSchema>[] = [];
  let cap = first;
  for (let page: number | null = 1; page !== null; ) {
    const query = new URLSearchParams({
      status: 'released,cancelled',
      page: `${page}`,
      pageSize: `${first}`,
    });
    if (since) query.set('changedSince', since);
    const answer = ask('GET', `?${query}`);
    if ((answer.status ?? 200) >= 400) return answer;
    const { orders, nextPage } = pageSchema.parse(answer.body);
    if (page === 1) cap = Math.max(1, orders.length);
    all.push(...orders);
    page = nextPage;
  }
  const cursorOf = ({ changedAt, id }: z.output<typeof rowSchema>) => `${changedAt} ${id}`;
  const rows = all
    .filter((row) => after == null || cursorOf(row) > after)
    .sort((a, b) => (cursorOf(a) < cursorOf(b) ? -1 : 1));
  const nodes = rows.slice(0, cap);
  const last = nodes.at(-1);
  const pageInfo = { hasNextPage: rows.length > nodes.length, endCursor: last ? cursorOf(last) : null };
  return { body: { nodes, pageInfo } };
}

/** `numeric(12,3)` */
function numeric(figure: unknown): string {
  return String(Number(Number(figure).toFixed(3)));
}
