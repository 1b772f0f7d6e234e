import * as z from 'zod/mini';

const eventSchema = z.object({
  Records: z.optional(
    z.array(z.object({ body: z.string(), attributes: z.object({ ApproximateReceiveCount: z.string() }) })),
  ),
  body: z.optional(z.string()),
});

/** What a function is invoked with, in words. */
export function toldOfEvent(event: unknown): string {
  const { Records: records = [], body } = z.safeParse(eventSchema, event).data ?? {};
  const messages = records.map(
    ({ body: message, attributes }) => `${message} (receive ${attributes.ApproximateReceiveCount})`,
  );
  return ['begins', ...messages, ...(body === undefined ? [] : [body])].join(' ');
}

const responseSchema = z.object({
  batchItemFailures: z.optional(z.array(z.unknown())),
  statusCode: z.optional(z.number()),
});

/** What it answered, in words. */
export function toldOfResponse(response: unknown): string {
  const { data } = z.safeParse(responseSchema, response);
  if (data?.statusCode !== undefined) return `answers ${data.statusCode}`;
  const again = data?.batchItemFailures?.length ?? 0;
  return again === 0 ? 'ends' : `ends, and has ${again} of its messages come again`;
}

const logSchema = z.object({ level: z.string(), message: z.string(), reason: z.optional(z.string()) });

/** What it logged, without the figures that are metrics. */
export function toldOfLog(line: string): string {
  const { level, message, reason } = z.parse(logSchema, JSON.parse(line));
  const loud = level === 'INFO' ? '' : `${level} `;
  return `says: ${loud}${message}${reason === undefined ? '' : `: ${reason}`}`;
}

const verbs: Readonly<Record<string, string>> = {
  GetItemCommand: 'reads',
  PutItemCommand: 'writes',
  UpdateItemCommand: 'changes',
  DeleteItemCommand: 'deletes',
  QueryCommand: 'looks for',
  SendMessageCommand: 'sends',
  SendMessageBatchCommand: 'sends',
  ChangeMessageVisibilityBatchCommand: 'delays',
  GetSecretValueCommand: 'reads',
};

/** What a command of the AWS SDK asks for, in words. */
export function toldOfCommand(name: string, input: object): string {
  const text = JSON.stringify(input);
  const key = /"pk":\{"S":"((?:[^"\\]|\\.)*)"\},"sk":\{"S":"((?:[^"\\]|\\.)*)"/.exec(text);
  return `${verbs[name] ?? name} ${key ? `${key[1]} ${key[2]}` : text.slice(0, 300)}`;
}

/** A call to a partner, in words. Odoo is told by its model and method, without the login that each call bears. */
export function toldOfRequest(method: string, { pathname, search }: URL, body: string): string {
  const told = body.replace(/^.*"execute_kw","args":\["[^"]*",\d+,"[^"]*",/, '').slice(0, 300);
  return `${method} ${decodeURIComponent(pathname + search.replaceAll('+', ' '))} ${told}`.trimEnd();
}
