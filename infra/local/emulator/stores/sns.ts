import { randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Answer } from '../process/http.ts';
import type { LocalStack } from '../template/read-stack.ts';

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

  return (operation: string, body: string): Answer => {
    const form: Readonly<Partial<Record<string, string>>> = Object.fromEntries(new URLSearchParams(body));
    const { TopicArn, Subject = '', Message = '' } = form;
    if (operation !== 'Publish' || !topics.some(({ arn }) => arn === TopicArn)) {
      const message = 'Local runs have Publish alone, to a topic of the stack.';
      const error = `<Error><Type>Sender</Type><Code>InvalidAction</Code><Message>${message}</Message></Error>`;
      return xml(400, `<ErrorResponse>${error}</ErrorResponse>`);
    }
    mails += 1;
    const file = join(folder, `${String(mails).padStart(4, '0')}.txt`);
    const mailed = subscriptions.filter((one) => one.TopicArn === TopicArn);
    const to = mailed.map(({ Endpoint }) => Endpoint).join(', ') || 'nobody (no address is configured)';
    // Commands in a mail must work on this machine, too.
    const text = Message.replaceAll(`--stack ${stackName}`, '--local');
    writeFileSync(file, `To: ${to}\nSubject: ${Subject}\n\n${text}\n`);
    log(`mail to ${to}: ${Subject} (${file})`);
    const result = `<PublishResult><MessageId>${randomUUID()}</MessageId></PublishResult>`;
    return xml(
      200,
      `<PublishResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/">${result}</PublishResponse>`,
    );
  };
}

const xml = (status: number, body: string): Answer => ({
  status,
  headers: { 'content-type': 'text/xml' },
  body,
});
