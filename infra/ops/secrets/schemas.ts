import * as z from 'zod/mini';
import { alertWebhooksSchema } from '../../../shared/alerts/channels/channels.ts';
import { apiKeySchema, rotatingSecretSchema } from '../../../shared/platform/aws/credentials.ts';
import { type Mismatch, parse } from '../../../shared/platform/validation.ts';

/** The secrets of a stack, as `secrets` and `doctor` know them; the last one only where webhooks get alerts. */
export const secretNames = [
  'azumuta-api-key',
  'erp-credentials',
  'webhook-token',
  'order-api-key',
  'alert-webhooks',
] as const;
export type SecretName = (typeof secretNames)[number];

/** Those that we hand out: made here, and two values are valid while one is being rotated. */
export const ownSecrets = ['webhook-token', 'order-api-key'] as const satisfies readonly SecretName[];
export type OwnSecretName = (typeof ownSecrets)[number];

export const secretFacts: Readonly<
  Record<SecretName, { readonly title: string; readonly output: string; readonly from: string }>
> = {
  'azumuta-api-key': {
    title: 'Azumuta API key',
    output: 'AzumutaApiKeySecret',
    from: 'made in Azumuta, in the settings of your account',
  },
  'erp-credentials': {
    title: 'ERP credentials',
    output: 'ErpCredentialsSecret',
    from: 'of the ERP user of this integration',
  },
  'webhook-token': {
    title: 'Webhook token',
    output: 'WebhookTokenSecret',
    from: 'made here; part of the URL that is pasted into Azumuta',
  },
  'order-api-key': {
    title: 'Order API key',
    output: 'OrderApiKeySecret',
    from: 'made here; the ERP sends it in the header X-API-Key',
  },
  'alert-webhooks': {
    title: 'Addresses of the alert webhooks',
    output: 'AlertWebhooksSecret',
    from: 'made in Teams, Slack or whatever takes the alerts: {"teams": "https://…"}',
  },
};

export type SecretState =
  | { readonly state: 'unset' }
  | { readonly state: 'set' }
  /** Two values are valid: a rotation is to be finished. */
  | { readonly state: 'rotating' }
  | { readonly state: 'unfit'; readonly mistakes: readonly string[] };

/** A token stands in a URL and a key in a header: only characters that need no escape in either. */
const ownValueSchema = z.string().check(
  z.minLength(20),
  z.maxLength(200),
  z.refine((text) => /^[\w.~-]+$/.test(text), 'letters, digits and . _ ~ - only'),
);

/** The shape of a secret. @param erp That of the ERP's, by its connector; anything but text when unknown. */
export function shapeOf(name: SecretName, erp: z.ZodMiniType = z.looseObject({})): z.ZodMiniType {
  if (name === 'erp-credentials') return erp;
  if (name === 'alert-webhooks') return alertWebhooksSchema;
  return name === 'azumuta-api-key' ? apiKeySchema : rotatingSecretSchema;
}

/** How a stored secret stands. Its value is not repeated. */
export function stateOf(name: SecretName, stored: string | undefined, erp?: z.ZodMiniType): SecretState {
  if (stored === undefined) return { state: 'unset' };
  const json = jsonOf(stored);
  if (json === undefined) return { state: 'unfit', mistakes: ['it is not JSON'] };
  const parsed = parse(shapeOf(name, erp), json);
  if (!parsed.ok) return { state: 'unfit', mistakes: parsed.mismatches.map(mistakeText) };
  const rotating = z.safeParse(z.object({ previous: z.string() }), json);
  return { state: isOwn(name) && rotating.success ? 'rotating' : 'set' };
}

/** A value for one of our own secrets, checked. @returns what is wrong with it. */
export function mistakeInOwnValue(value: string): string | undefined {
  const parsed = parse(ownValueSchema, value);
  return parsed.ok ? undefined : parsed.mismatches.map(({ expected }) => expected).join('; ');
}

export function isOwn(name: SecretName): name is OwnSecretName {
  return ownSecrets.some((own) => own === name);
}

export function mistakeText({ path, found, expected }: Mismatch): string {
  return `${path}: found ${found}, expected ${expected}`;
}

export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
