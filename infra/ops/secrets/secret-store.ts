import { PutSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import * as z from 'zod/mini';
import { alertWebhooksSchema } from '../../../shared/alerts/channels/channels.ts';
import { apiKeySchema, rotatingSecretSchema } from '../../../shared/platform/aws/credentials.ts';
import { storedSecret } from '../../../shared/platform/aws/secrets.ts';
import { jsonOf, type Mismatch, parse } from '../../../shared/platform/validation.ts';
import { UsageError } from '../cli/command.ts';
import { type Target, whereOf } from '../cli/target.ts';

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

export type SecretStore = ReturnType<typeof createSecretStore>;

/**
 * The stack's secrets, for an operator. Error messages never contain a value.
 * @param erp Shape of the ERP's credentials, from its connector.
 */
export function createSecretStore(
  target: Pick<Target, 'aws' | 'output' | 'outputs' | 'options'>,
  erp?: z.ZodMiniType,
) {
  const client = new SecretsManagerClient(target.aws);
  const isThere = (name: SecretName) =>
    name !== 'alert-webhooks' || secretFacts[name].output in target.outputs;
  const idOf = (name: SecretName) => target.output(secretFacts[name].output);

  const read = (name: SecretName) => storedSecret(client, idOf(name));

  async function put(name: SecretName, value: unknown): Promise<void> {
    await client.send(
      new PutSecretValueCommand({ SecretId: idOf(name), SecretString: JSON.stringify(value) }),
    );
  }

  async function rotating(name: OwnSecretName) {
    const stored = await read(name);
    if (stored === undefined)
      throw new UsageError(`The ${secretFacts[name].title.toLowerCase()} is not set yet: set ${name} first.`);
    const parsed = parse(rotatingSecretSchema, jsonOf(stored));
    if (parsed.ok) return parsed.value;
    throw new UsageError(
      `The secret ${name} does not have the expected shape (${parsed.mismatches.map(mistakeText).join('; ')}): set it again with set ${name}.`,
    );
  }

  return {
    /** The stored text; undefined while the secret is not set. */
    read,

    /** The states of all secrets that the stack has. */
    async states(): Promise<ReadonlyMap<SecretName, SecretState>> {
      const names = secretNames.filter(isThere);
      return new Map(
        await Promise.all(names.map(async (name) => [name, stateOf(name, await read(name), erp)] as const)),
      );
    },

    /**
     * Stores a value. One of our own secrets can be set only once, and is rotated afterwards.
     * @param value A key, or JSON.
     * @throws UsageError with the path of each field that does not fit.
     */
    async set(name: SecretName, value: string): Promise<void> {
      if (isOwn(name)) {
        const { state } = stateOf(name, await read(name));
        if (state === 'set' || state === 'rotating')
          throw new UsageError(
            `${name} is set already, and its users would be locked out: rotate it instead, so that both values are valid for a while.`,
          );
        return put(name, { current: checkedOwn(name, value) });
      }
      const json = jsonOf(value.trim());
      // Azumuta shows a bare key, which may consist of digits only.
      const given = name === 'azumuta-api-key' && typeof json !== 'object' ? { apiKey: value.trim() } : json;
      if (given === undefined) throw new UsageError(`The value of ${name} must be JSON.`);
      const parsed = parse(shapeOf(name, erp), given);
      if (!parsed.ok)
        throw new UsageError(
          `The value of ${name} does not fit: ${parsed.mismatches.map(mistakeText).join('; ')}.`,
        );
      return put(name, given);
    },

    /** Stores a new value and keeps the old one valid. @throws UsageError when a rotation is not finished. */
    async rotate(name: OwnSecretName, value: string): Promise<void> {
      const { current, previous } = await rotating(name);
      if (previous !== undefined)
        throw new UsageError(
          `A rotation of ${name} is not finished. When the old value is not used any more, finish it: npm run secrets -- finish ${name} ${whereOf(target)}`,
        );
      await put(name, { current: checkedOwn(name, value), previous: current });
    },

    /** Finishes a rotation: only the new value stays valid. False when there was none. */
    async finish(name: OwnSecretName): Promise<boolean> {
      const { current, previous } = await rotating(name);
      if (previous === undefined) return false;
      await put(name, { current });
      return true;
    },

    /** The value to hand out. @throws UsageError when the secret is not set. */
    async current(name: OwnSecretName): Promise<string> {
      return (await rotating(name)).current;
    },
  };
}

function checkedOwn(name: OwnSecretName, value: string): string {
  const mistake = mistakeInOwnValue(value);
  if (mistake !== undefined) throw new UsageError(`The value of ${name} does not fit: ${mistake}.`);
  return value;
}
