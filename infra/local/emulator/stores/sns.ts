import { randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod/mini';
import type { Answer } from '../process/http.ts';
import type { LocalStack } from '../template/read-stack.ts';

type Topic = LocalStack['topics'][number];

/** AWS's limits, and the ends of its messages: API reference of Publish. */
const publishSchema = z.object({
  Message: z.string('Empty message').check(
    z.minLength(1, 'Empty message'),
    z.refine((text) => Buffer.byteLength(text) <= 256 * 1024, 'Message too long'),
  ),
  Subject: z._default(z.string().check(z.refine((text) => !/[\p{Cc}\n]|.{100}/su.test(text), 'Subject')), ''),
});

/**
 * SNS, as far as functions use it: Publish (query protocol). No mail leaves this machine: each becomes a file in the
 * folder and a line in the log. Every address counts as confirmed.
 */
export function openTopics(
  folder: string,
  { name: stackName, topics, subscriptions }: Pick<LocalStack, 'name' | 'topics' | 'subscriptions'>,
  log: (line: string) => void,
) {
  mkdirSync(folder, { recursive: true });
  let mails = readdirSync(folder).length;

  function publish(topic: Topic, { Subject, Message }: z.infer<typeof publishSchema>): void {
    mails += 1;
    const file = join(folder, `${String(mails).padStart(4, '0')}.txt`);
    const mailed = subscriptions.filter(({ TopicArn }) => TopicArn === topic.arn);
    const to = mailed.map(({ Endpoint }) => Endpoint).join(', ') || 'nobody (no address is configured)';
    // Commands in a mail must work on this machine, too.
    const text = Message.replaceAll(`--stack ${stackName}`, '--local');
    writeFileSync(file, `To: ${to}\nSubject: ${Subject}\n\n${text}\n`);
    log(`mail to ${to}: ${Subject} (${file})`);
  }

  return (operation: string, body: string): Answer => {
    const form = Object.fromEntries(new URLSearchParams(body));
    const topic = topics.find(({ arn }) => arn === form.TopicArn);
    if (!topic) return fail(404, 'NotFound', 'Topic does not exist');
    if (operation !== 'Publish') return fail(400, 'InvalidAction', `Local runs have no ${operation}.`);
    const mail = z.safeParse(publishSchema, form);
    if (!mail.success)
      return fail(400, 'InvalidParameter', `Invalid parameter: ${mail.error.issues[0]?.message}`);
    publish(topic, mail.data);
    const result = `<PublishResult><MessageId>${randomUUID()}</MessageId></PublishResult>`;
    return xml(
      200,
      `<PublishResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/">${result}</PublishResponse>`,
    );
  };
}

function fail(status: number, code: string, message: string): Answer {
  const error = `<Error><Type>Sender</Type><Code>${code}</Code><Message>${escaped(message)}</Message></Error>`;
  return xml(status, `<ErrorResponse>${error}</ErrorResponse>`);
}

const xml = (status: number, body: string): Answer => ({
  status,
  headers: { 'content-type': 'text/xml' },
  body,
});

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
