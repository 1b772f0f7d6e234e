import * as z from 'zod/mini';

const eventSchema = z.object({
  Records: z.optional(
    z.array(z.object({ body: z.string(), attributes: z.object({ ApproximateReceiveCount: z.string() }) })),
  ),
  body: z.optional(z.string()),
});

/** The messages of an event, and how often each was received. */
export const recordsOf = (event: unknown) =>
  z
    .safeParse(eventSchema, event)
    .data?.Records?.map(({ body, attributes }) => ({ body, receives: attributes.ApproximateReceiveCount })) ??
  [];

/** Describes the event that invokes a function. */
export function describeEvent(event: unknown): string {
  const messages = recordsOf(event).map(({ body, receives }) => `${body} (receive ${receives})`);
  return ['begins', ...messages, z.safeParse(eventSchema, event).data?.body ?? []].flat().join(' ');
}

const responseSchema = z.object({
  batchItemFailures: z.optional(z.array(z.unknown())),
  statusCode: z.optional(z.number()),
});

/** Describes the response of a function. */
export function describeResponse(response: unknown): string {
  const { data } = z.safeParse(responseSchema, response);
  if (data?.statusCode !== undefined) return `answers ${data.statusCode}`;
  const again = data?.batchItemFailures?.length ?? 0;
  return again === 0 ? 'ends' : `ends, returning ${again} message(s) to the queue`;
}

const logSchema = z.object({ level: z.string(), message: z.string(), reason: z.optional(z.string()) });

/** Describes a log line, without its metrics. */
export function describeLog(line: string): string {
  const { level, message, reason } = z.parse(logSchema, JSON.parse(line));
  const prefix = level === 'INFO' ? '' : `${level} `;
  return `logs: ${prefix}${message}${reason === undefined ? '' : `: ${reason}`}`;
}

const verbs: Readonly<Record<string, string>> = {
  GetItemCommand: 'reads',
  BatchGetItemCommand: 'reads',
  PutItemCommand: 'writes',
  UpdateItemCommand: 'changes',
  DeleteItemCommand: 'deletes',
  QueryCommand: 'queries',
  SendMessageCommand: 'sends',
  SendMessageBatchCommand: 'sends',
  ChangeMessageVisibilityBatchCommand: 'delays',
  GetSecretValueCommand: 'reads',
};

/** Describes a command of the AWS SDK. */
export function describeCommand(name: string, input: object): string {
  const text = JSON.stringify(input);
  const key = /"pk":\{"S":"((?:[^"\\]|\\.)*)"\},"sk":\{"S":"((?:[^"\\]|\\.)*)"/.exec(text);
  return `${verbs[name] ?? name} ${key ? `${key[1]} ${key[2]}` : text.slice(0, 300)}`;
}

/** Describes a call to a partner. For Odoo these are model and method, without the login that each call contains. */
export function describeRequest(method: string, { pathname, search }: URL, body: string): string {
  const text = body.replace(/^.*"execute_kw","args":\["[^"]*",\d+,"[^"]*",/, '').slice(0, 300);
  return `${method} ${decodeURIComponent(pathname + search.replaceAll('+', ' '))} ${text}`.trimEnd();
}
