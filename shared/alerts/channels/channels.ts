import * as z from 'zod/mini';
import { reasonOf } from '../../model/errors.ts';
import type { Secrets } from '../../platform/aws/secrets.ts';
import type { Topics } from '../../platform/aws/topics.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Alert, Outgoing } from '../alert.ts';
import type { WebhookChannel } from '../names.ts';
import { type Delivery, isHttps, post } from './post.ts';
import { slackMessage } from './slack.ts';
import { teamsMessage } from './teams.ts';
import { subjectOf, textOf } from './text.ts';

export type ChannelName = WebhookChannel | 'email' | 'morning-mail';

/** Names of the channels in texts. */
export const channelWords: Readonly<Record<ChannelName, string>> = {
  email: 'e-mail',
  teams: 'Microsoft Teams',
  slack: 'Slack',
  webhook: 'the JSON webhook',
  'morning-mail': 'the morning mail',
};

const address = z.optional(z.string().check(z.refine(isHttps, 'an https URL')));
/** The secret with the address of each webhook that is used. */
export const alertWebhooksSchema = z.strictObject({ teams: address, slack: address, webhook: address });

/** The form of an alert for each webhook. */
const bodyFor = { teams: teamsMessage, slack: slackMessage, webhook: (alert: Alert) => alert } as const;

export interface ChannelDependencies {
  readonly topics: Topics;
  readonly secrets: Secrets;
  readonly clock: Clock;
  readonly timeZone: string;
  readonly emailTopicArn: string;
  /** Undefined where nobody gets a morning mail. */
  readonly morningMailTopicArn: string | undefined;
  readonly webhooks: readonly WebhookChannel[];
  /** Undefined where no webhook is used. */
  readonly webhooksSecretArn: string | undefined;
}

export interface Channels {
  /** Channels for alerts. */
  readonly ofAlerts: readonly ChannelName[];
  /** All configured channels. */
  readonly all: readonly ChannelName[];
  /** Never rejects. */
  readonly send: (channel: ChannelName, message: Outgoing) => Promise<Delivery>;
}

export function createChannels(dependencies: ChannelDependencies): Channels {
  const { topics, secrets, clock, timeZone, webhooks, webhooksSecretArn } = dependencies;

  async function mail(topicArn: string | undefined, subject: string, text: string): Promise<Delivery> {
    if (topicArn === undefined) return { delivered: false, problem: 'there is no list for it any more' };
    try {
      await topics.publish(topicArn, { subject: subjectOf(subject), text });
      return { delivered: true };
    } catch (error) {
      const ofMessage = error instanceof Error && /InvalidParameter/.test(error.name);
      return { delivered: false, problem: `SNS refuses it: ${reasonOf(error, 200)}`, ofMessage };
    }
  }

  async function postTo(channel: WebhookChannel, message: Outgoing): Promise<Delivery> {
    if (message.type === 'mail') return { delivered: true };
    const { alert } = message;
    try {
      // Read each time: messages are few, and an operator tries a new address at once.
      const urls =
        webhooksSecretArn && (await secrets.read(webhooksSecretArn, alertWebhooksSchema, { refresh: true }));
      const url = urls ? urls[channel] : undefined;
      if (url === undefined)
        return {
          delivered: false,
          problem: 'its address is not in the secret: npm run secrets -- set alert-webhooks --stack <stack>',
        };
      return await post(url, bodyFor[channel](alert, timeZone), clock);
    } catch (error) {
      return { delivered: false, problem: reasonOf(error, 200) };
    }
  }

  const ofAlerts: readonly ChannelName[] = ['email', ...new Set(webhooks)];
  return {
    ofAlerts,
    all: dependencies.morningMailTopicArn === undefined ? ofAlerts : [...ofAlerts, 'morning-mail'],
    send(channel, message) {
      if (channel === 'morning-mail' || channel === 'email') {
        const topicArn = channel === 'email' ? dependencies.emailTopicArn : dependencies.morningMailTopicArn;
        return message.type === 'mail'
          ? mail(topicArn, message.subject, message.text)
          : mail(topicArn, message.alert.title, textOf(message.alert, timeZone));
      }
      return postTo(channel, message);
    },
  };
}
