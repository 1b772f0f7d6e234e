/** Channels that have an address of their own, all in one secret. */
export const webhookChannels = ['teams', 'slack', 'webhook'] as const;
export type WebhookChannel = (typeof webhookChannels)[number];

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
