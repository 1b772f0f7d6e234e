import * as z from 'zod/mini';
import { reasonOf } from '../../model/errors.ts';
import { publish } from '../../platform/aws/topics.ts';
import { isSafe } from '../../platform/http.ts';
import { shellWord } from '../../platform/shell-word.ts';
import type { Alert, Outgoing } from '../alert.ts';
import type { AlertDependencies, ChannelName, WebhookChannel } from '../dependencies.ts';
import { slackMessage, subjectOf, teamsMessage, textOf } from './forms.ts';
import { post, type Undelivered } from './post.ts';

const address = z.optional(
  z.string().check(z.refine((url) => URL.canParse(url) && isSafe(new URL(url)), 'an https URL')),
);
export const alertWebhooksSchema = z.strictObject({ teams: address, slack: address, webhook: address });

const bodyFor = { teams: teamsMessage, slack: slackMessage, webhook: (alert: Alert) => alert } as const;

/** The configured channels: all of them get alerts, except for the morning mail. */
export function channelsOf({ webhooks, topicArns }: AlertDependencies): readonly ChannelName[] {
  const alerts = ['email', ...new Set(webhooks)] as const;
  return topicArns['morning-mail'] === undefined ? alerts : [...alerts, 'morning-mail'];
}

/** Without the outbox, as the operator waits. @returns The problem by the channel's name; empty where it was delivered. */
export async function sendTest(dependencies: AlertDependencies): Promise<Readonly<Record<string, string>>> {
  const { clock, stack, linkTo } = dependencies;
  const at = clock.now().toISOString();
  const alert: Alert = {
    ...{ v: 1, id: 'test', stack, at, event: 'test', kind: 'test', since: at, count: 0, troubles: [] },
    title: `${stack}: test of the alerts`,
    summary: 'Somebody has asked for this message. Nothing is wrong, and nothing has to be done.',
    command: `npm run alert -- --stack ${shellWord(stack)}`,
    link: linkTo?.({ page: 'today' }),
  };
  const sent = channelsOf(dependencies).map(async (channel) => [
    channel,
    (await send(dependencies, channel, alert))?.problem ?? '',
  ]);
  return Object.fromEntries(await Promise.all(sent));
}

/** Sends a message to a channel; never rejects. @returns Why the channel did not take it. */
export async function send(
  dependencies: AlertDependencies,
  channel: ChannelName,
  message: Outgoing,
): Promise<Undelivered | undefined> {
  if (channel === 'email' || channel === 'morning-mail') return mail(dependencies, channel, message);
  return 'text' in message ? undefined : postTo(dependencies, channel, message);
}

async function mail(
  { sns, topicArns, timeZone }: AlertDependencies,
  list: keyof AlertDependencies['topicArns'],
  message: Outgoing,
): Promise<Undelivered | undefined> {
  const topicArn = topicArns[list];
  if (topicArn === undefined) return { problem: 'there is no list for it any more' };
  const { subject, text } =
    'text' in message ? message : { subject: message.title, text: textOf(message, timeZone) };
  try {
    await publish(sns, topicArn, subjectOf(subject), text);
    return undefined;
  } catch (error) {
    const ofMessage = error instanceof Error && /InvalidParameter/.test(error.name);
    return { problem: `SNS refuses it: ${reasonOf(error, 200)}`, ofMessage };
  }
}

async function postTo(
  { secrets, clock, timeZone, webhooksSecretArn }: AlertDependencies,
  channel: WebhookChannel,
  alert: Alert,
): Promise<Undelivered | undefined> {
  try {
    // Read each time: messages are few, and an operator tries a new address at once.
    const urls = await secrets.read(webhooksSecretArn, alertWebhooksSchema, { refresh: true });
    const url = urls[channel];
    if (url !== undefined) return await post(url, bodyFor[channel](alert, timeZone), clock);
    const command = 'npm run secrets -- set alert-webhooks --stack <stack>';
    return { problem: `its address is not in the secret: ${command}` };
  } catch (error) {
    return { problem: reasonOf(error, 200) };
  }
}
