/** Channels that have an address of their own, all in one secret. */
export const webhookChannels = ['teams', 'slack', 'webhook'] as const;
export type WebhookChannel = (typeof webhookChannels)[number];

export type ChannelName = WebhookChannel | 'email' | 'morning-mail';

/** Names of the channels in texts. */
export const channelWords: Readonly<Record<string, string>> = {
  email: 'e-mail',
  teams: 'Microsoft Teams',
  slack: 'Slack',
  webhook: 'the JSON webhook',
  'morning-mail': 'the morning mail',
} satisfies Record<ChannelName, string>;

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
