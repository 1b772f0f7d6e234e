import * as z from 'zod/mini';
import { reasonOf } from '../../model/errors.ts';
import { publish } from '../../platform/aws/topics.ts';
import type { Clock } from '../../platform/clock.ts';
import { isSafe, retryAfterSeconds } from '../../platform/http.ts';
import { shellWord } from '../../platform/shell-word.ts';
import { codeOf } from '../../platform/system-errors.ts';
import type { Alert, Outgoing } from '../alert.ts';
import type { AlertDependencies, ChannelName, WebhookChannel } from '../dependencies.ts';
import * as texts from '../english.ts';
import { mailSubject, mailText, slackMessage, teamsMessage } from './forms.ts';

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
    v: 1,
    id: 'test',
    stack,
    at,
    event: 'test',
    kind: 'test',
    since: at,
    count: 0,
    troubles: [],
    title: `${stack}: ${texts.testTitle}`,
    summary: texts.testSummary,
    command: `npm run alert -- --stack ${shellWord(stack)}`,
    link: linkTo?.({ page: 'today' }),
  };
  const sent = channelsOf(dependencies).map(async (channel) => [
    channel,
    (await sendToChannel(dependencies, channel, alert))?.problem ?? '',
  ]);
  return Object.fromEntries(await Promise.all(sent));
}

interface Undelivered {
  /** A sentence for a person, without the channel's address. */
  readonly problem: string;
  /** Nothing is sent during these seconds. */
  readonly afterSeconds?: number | undefined;
  /** The problem is this message, so the next one is tried. */
  readonly ofMessage?: boolean;
}

/** Sends a message to a channel; never rejects. @returns Why the channel did not take it. */
export async function sendToChannel(
  dependencies: AlertDependencies,
  channel: ChannelName,
  message: Outgoing,
): Promise<Undelivered | undefined> {
  if (channel === 'email' || channel === 'morning-mail') return mail(dependencies, channel, message);
  return 'text' in message ? undefined : postAlert(dependencies, channel, message);
}

async function mail(
  { sns, topicArns, timeZone }: AlertDependencies,
  list: keyof AlertDependencies['topicArns'],
  message: Outgoing,
): Promise<Undelivered | undefined> {
  const topicArn = topicArns[list];
  if (topicArn === undefined) return { problem: texts.channelHasNoList };
  const { subject, text } =
    'text' in message ? message : { subject: message.title, text: mailText(message, timeZone) };
  try {
    await publish(sns, topicArn, mailSubject(subject), text);
    return undefined;
  } catch (error) {
    const ofMessage = error instanceof Error && /InvalidParameter/.test(error.name);
    return { problem: texts.snsRefuses(reasonOf(error, 200)), ofMessage };
  }
}

async function postAlert(
  { secrets, clock, timeZone, webhooksSecretArn }: AlertDependencies,
  channel: WebhookChannel,
  alert: Alert,
): Promise<Undelivered | undefined> {
  try {
    // Read each time: messages are few, and an operator tries a new address at once.
    const urls = await secrets.read(webhooksSecretArn, alertWebhooksSchema, { refresh: true });
    const url = urls[channel];
    if (url !== undefined) return await postToWebhook(url, bodyFor[channel](alert, timeZone), clock);
    return { problem: texts.channelHasNoAddress };
  } catch (error) {
    return { problem: reasonOf(error, 200) };
  }
}

const timeoutMs = 5000;
/** Statuses with which a receiver refuses what the message says. */
const ofMessage: ReadonlySet<number> = new Set([400, 413, 422]);
/** Slack answers with a code (`channel_is_archived`); whole pages of others are not shown. */
const word = /^[\w .:-]{1,80}$/;

/**
 * Posts a message to a webhook. Its address is a secret, so no problem contains any of it. A redirect is not followed, as
 * it would send the message to an address that nobody has configured.
 */
async function postToWebhook(address: string, body: unknown, clock: Clock): Promise<Undelivered | undefined> {
  try {
    const response = await fetch(address, {
      method: 'POST',
      redirect: 'manual',
      signal: clock.timeout(timeoutMs),
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    const { ok, status, headers } = response;
    if (!ok) {
      const wait = status === 429 ? headers.get('retry-after') : undefined;
      const afterSeconds = retryAfterSeconds(wait, clock.now());
      const problem = describeWebhookStatus(status, await beginningOf(response));
      return { problem, afterSeconds, ofMessage: ofMessage.has(status) };
    }
    // The status is enough; the body may be slow.
    await response.body?.cancel().catch(() => undefined);
    return undefined;
  } catch (error) {
    if (error instanceof Error && error.name === 'TimeoutError')
      return { problem: texts.channelDoesNotAnswer(timeoutMs / 1000) };
    return { problem: texts.channelCannotBeReached(codeOf(error)) };
  }
}

function describeWebhookStatus(status: number, said: string): string {
  const answer = word.test(said) ? `${status}: ${said}` : `${status}`;
  if (status === 429) return texts.channelAsksToSlowDown;
  if (status >= 300 && status < 400) return texts.channelRedirects(status);
  if (status === 404 || status === 410) return texts.channelIsGone(answer);
  return ofMessage.has(status) ? texts.channelRefusesMessage(answer) : texts.channelAnswers(answer);
}

/** The beginning of the body, which may be endless. */
async function beginningOf({ body }: Response): Promise<string> {
  if (!body) return '';
  for await (const chunk of body) return Buffer.from(chunk).toString('utf8').trim().slice(0, 200);
  return '';
}
