import type { SNSClient } from '@aws-sdk/client-sns';
import type { AlertLedger } from '../ledger/ledger.ts';
import type { AskedPage } from '../pages/links.ts';
import type { Secrets } from '../platform/aws/secrets.ts';
import type { Logger } from '../platform/log.ts';
import type { SituationDependencies } from '../situation/read.ts';
import type { Persons } from '../situation/words.ts';

/** Channels that have an address of their own, all in one secret. */
export const webhookChannels = ['teams', 'slack', 'webhook'] as const;
export type WebhookChannel = (typeof webhookChannels)[number];

export type ChannelName = WebhookChannel | 'email' | 'morning-mail';

export const weekdays = [
  'monday',
  'tuesday',
  'wednesday',
  'thursday',
  'friday',
  'saturday',
  'sunday',
] as const;
export type Weekday = (typeof weekdays)[number];

export interface AlertDependencies extends SituationDependencies {
  readonly ledger: AlertLedger;
  readonly sns: Pick<SNSClient, 'send'>;
  readonly secrets: Secrets;
  readonly log: Logger;
  readonly stack: string;
  readonly timeZone: string;
  readonly who: Persons;
  /** When the plant wants its mail, on its own clock (`06:30`); undefined where nobody gets one. */
  readonly morningMail: { readonly at: string; readonly workdays: readonly Weekday[] } | undefined;
  /** What each morning mail says of the ERP's connector (`ErpDefinition`). */
  readonly caution: string | undefined;
  /** Of each mailing list; undefined where nobody gets the morning mail. */
  readonly topicArns: { readonly email: string; readonly 'morning-mail': string | undefined };
  readonly webhooks: readonly WebhookChannel[];
  /** The signed link to a page; undefined where there are no pages, and while their key cannot be read. */
  readonly linkTo?: ((page: AskedPage) => string) | undefined;
  /** Empty where no webhook is used. */
  readonly webhooksSecretArn: string;
}
