import { randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import * as z from 'zod/mini';
import { runService } from '../process/child-process.ts';
import { listen, readBody } from '../process/http.ts';
import { type LocalTopic, topicSchema } from '../template/local-stack.ts';

/**
 * SNS, as far as functions and operators use it: Publish, and ListSubscriptionsByTopic (query protocol). No mail leaves
 * this machine: each becomes a file in the data folder and a line in the log. Every address counts as confirmed.
 */
const configurationSchema = z.object({
  port: z.number(),
  directory: z.string(),
  stackName: z.string(),
  topics: z.array(topicSchema),
});

/** AWS's limits, and the ends of its messages: API reference of Publish. */
const publishSchema = z.object({
  Message: z.string('Empty message').check(
    z.minLength(1, 'Empty message'),
    z.refine((text) => Buffer.byteLength(text) <= 256 * 1024, 'Message too long'),
  ),
  Subject: z._default(z.string().check(z.refine((text) => !/[\p{Cc}\n]|.{100}/su.test(text), 'Subject')), ''),
});

runService(configurationSchema, async ({ port, directory, stackName, topics }, report) => {
  mkdirSync(directory, { recursive: true });
  let mails = readdirSync(directory).length;

  function publish(topic: LocalTopic, { Subject, Message }: z.infer<typeof publishSchema>): void {
    mails += 1;
    const file = join(directory, `${String(mails).padStart(4, '0')}.txt`);
    const to = topic.emails.join(', ') || 'nobody (no address is configured)';
    // Commands in a mail must work on this machine, too.
    const text = Message.replaceAll(`--stack ${stackName}`, '--local');
    writeFileSync(file, `To: ${to}\nSubject: ${Subject}\n\n${text}\n`);
    report({ kind: 'log', line: `mail to ${to}: ${Subject} (${file})` });
  }

  const server = await listen(port, async (request, response) => {
    const body = await readBody(request, 1024 * 1024);
    const form = Object.fromEntries(new URLSearchParams(body?.toString('utf8') ?? ''));
    const topic = topics.find(({ arn }) => arn === form.TopicArn);
    if (!topic) return fail(response, 404, 'NotFound', 'Topic does not exist');
    if (form.Action === 'ListSubscriptionsByTopic')
      return answer(
        response,
        form.Action,
        `<Subscriptions>${topic.emails.map(member).join('')}</Subscriptions>`,
      );
    if (form.Action !== 'Publish')
      return fail(response, 400, 'InvalidAction', `Local runs have no ${form.Action}.`);
    const mail = z.safeParse(publishSchema, form);
    if (!mail.success)
      return fail(response, 400, 'InvalidParameter', `Invalid parameter: ${mail.error.issues[0]?.message}`);
    publish(topic, mail.data);
    return answer(response, 'Publish', `<MessageId>${randomUUID()}</MessageId>`);

    function member(email: string): string {
      const arn = `${topic?.arn}:${randomUUID()}`;
      return `<member><SubscriptionArn>${arn}</SubscriptionArn><Protocol>email</Protocol><Endpoint>${escaped(email)}</Endpoint></member>`;
    }
  });
  return { stop: server.close };
});

function answer(response: ServerResponse, action: string, result: string): void {
  const xml = `<${action}Response xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><${action}Result>${result}</${action}Result></${action}Response>`;
  response.writeHead(200, { 'content-type': 'text/xml' }).end(xml);
}

function fail(response: ServerResponse, status: number, code: string, message: string): void {
  const error = `<Error><Type>Sender</Type><Code>${code}</Code><Message>${escaped(message)}</Message></Error>`;
  response.writeHead(status, { 'content-type': 'text/xml' }).end(`<ErrorResponse>${error}</ErrorResponse>`);
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
