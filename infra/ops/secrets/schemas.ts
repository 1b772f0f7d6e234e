import * as z from 'zod/mini';
import { alertWebhooksSchema } from '../../../shared/alerts/channels/channels.ts';
import { apiKeySchema, rotatingSecretSchema } from '../../../shared/platform/aws/credentials.ts';
import { jsonOf, type Mismatch, parse } from '../../../shared/platform/validation.ts';

/** The secrets of a stack. Only stacks that send alerts to webhooks have the last one. */
export const secretNames = [
  'azumuta-api-key',
  'erp-credentials',
  'webhook-token',
  'order-api-key',
  'alert-webhooks',
] as const;
export type SecretName = (typeof secretNames)[number];

/** Secrets that we make and hand out. During a rotation two values are valid. */
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
    from: 'those of the ERP user of this integration',
  },
  'webhook-token': {
    title: 'Webhook token',
    output: 'WebhookTokenSecret',
    from: 'made here; it is part of the URL that you paste into Azumuta',
  },
  'order-api-key': {
    title: 'Order API key',
    output: 'OrderApiKeySecret',
    from: 'made here; the ERP sends it in the header X-API-Key',
  },
  'alert-webhooks': {
    title: 'Addresses of the alert webhooks',
    output: 'AlertWebhooksSecret',
    from: 'made in Teams, Slack or another receiver of alerts: {"teams": "https://…"}',
  },
};

export type SecretState =
  /** `rotating`: two values are valid until the rotation is finished. */
  | { readonly state: 'unset' | 'set' | 'rotating' }
  | { readonly state: 'unfit'; readonly mistakes: readonly string[] };

/** The token is part of a URL and the key is sent in a header: only characters that need no escape in either. */
const ownValueSchema = z.string().check(
  z.minLength(20),
  z.maxLength(200),
  z.refine((text) => /^[\w.~-]+$/.test(text), 'letters, digits and . _ ~ - only'),
);

/** The shape of a secret. @param erp Shape of the ERP's credentials, from its connector; any object when unknown. */
export function shapeOf(name: SecretName, erp: z.ZodMiniType = z.looseObject({})): z.ZodMiniType {
  if (name === 'erp-credentials') return erp;
  if (name === 'alert-webhooks') return alertWebhooksSchema;
  return name === 'azumuta-api-key' ? apiKeySchema : rotatingSecretSchema;
}

/** The state of a stored secret, without its value. */
export function stateOf(name: SecretName, stored: string | undefined, erp?: z.ZodMiniType): SecretState {
  if (stored === undefined) return { state: 'unset' };
  const json = jsonOf(stored);
  if (json === undefined) return { state: 'unfit', mistakes: ['it is not JSON'] };
  const parsed = parse(shapeOf(name, erp), json);
  if (!parsed.ok) return { state: 'unfit', mistakes: parsed.mismatches.map(mistakeText) };
  const rotating = z.safeParse(z.object({ previous: z.string() }), json);
  return { state: isOwn(name) && rotating.success ? 'rotating' : 'set' };
}

/** Checks a value for one of our own secrets. @returns what is wrong with it. */
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
