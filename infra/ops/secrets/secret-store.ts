import { PutSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import * as z from 'zod/mini';
import { alertWebhooksSchema } from '../../../shared/alerts/channels/channels.ts';
import { webhookChannels } from '../../../shared/alerts/dependencies.ts';
import { channelWords } from '../../../shared/alerts/english.ts';
import { durationInWords } from '../../../shared/model/time.ts';
import { apiKeySchema, rotatingSecretSchema } from '../../../shared/platform/aws/credentials.ts';
import { refreshSeconds, storedSecret, ttlSeconds } from '../../../shared/platform/aws/secrets.ts';
import { jsonOf } from '../../../shared/platform/json.ts';
import { describeMismatches, parse } from '../../../shared/platform/validation.ts';
import { parseOrComplain, UsageError } from '../cli/command.ts';
import { listWithOr } from '../cli/output.ts';
import { optionsForTarget, type Target } from '../cli/target.ts';

/** The secrets of a stack. Not every stack has the last two. */
export const secretFacts = {
  'azumuta-api-key': {
    title: 'Azumuta API key',
    shape: apiKeySchema,
    from: 'it is made in Azumuta, in the settings of your account',
  },
  'erp-credentials': {
    title: 'ERP credentials',
    shape: z.looseObject({}),
    from: 'those of the ERP user of this integration',
  },
  'webhook-token': {
    title: 'Webhook token',
    shape: rotatingSecretSchema,
    from: 'it is made here, and is part of the URL that you paste into Azumuta',
  },
  'order-api-key': {
    title: 'Order API key',
    shape: rotatingSecretSchema,
    from: 'it is made here, and the ERP sends it in the header X-API-Key',
  },
  'alert-webhooks': {
    title: 'Addresses of the alert webhooks',
    shape: alertWebhooksSchema,
    from: `they are made where alerts shall go: ${listWithOr(webhookChannels.map((channel) => channelWords[channel] ?? channel))}`,
  },
  'pages-key': {
    title: 'Key of the pages',
    shape: rotatingSecretSchema,
    from: 'it is made here, and signs the links of alerts',
  },
} as const;
export type StackSecretName = keyof typeof secretFacts;
/** Made from the keys of the table, so each is one. */
export const stackSecretNames = Object.keys(secretFacts) as StackSecretName[];

/** The output of the stack that names it: `OrderApiKeySecret`. */
export function secretOutputOf(name: StackSecretName): string {
  return `${name.replace(/(?:^|-)./g, (found) => found.slice(-1).toUpperCase())}Secret`;
}

/** Made with a stack that needs them. */
const optionalSecrets: ReadonlySet<StackSecretName> = new Set(['alert-webhooks', 'pages-key']);
/** Secrets that we make. During a rotation of those that we hand out, two values are valid. */
export const handedOut = ['webhook-token', 'order-api-key'] as const satisfies readonly StackSecretName[];
export const ownSecrets = [...handedOut, 'pages-key'] as const satisfies readonly StackSecretName[];
export type OwnSecretName = (typeof ownSecrets)[number];

export function isOwnSecret(name: StackSecretName): name is OwnSecretName {
  return ownSecrets.some((own) => own === name);
}

/** Until functions accept a secret that was changed, and until they refuse the old one. */
export const acceptedWithin = durationInWords(refreshSeconds);
export const refusedWithin = durationInWords(ttlSeconds);

export type SecretState =
  /** `rotating`: two values are valid until the rotation is finished. */
  | { readonly state: 'unset' | 'set' | 'rotating' }
  | { readonly state: 'invalid'; readonly mistakes: readonly string[] };

/** The stack's secrets, for an operator. Error messages never contain a value. */
export class SecretStore {
  readonly #target: Pick<Target, 'aws' | 'output' | 'outputs' | 'options'>;
  readonly #client: SecretsManagerClient;
  readonly #erp: z.ZodMiniType | undefined;

  /** @param erp Shape of the ERP's credentials, from its connector; any object when it is not known. */
  constructor(target: Pick<Target, 'aws' | 'output' | 'outputs' | 'options'>, erp?: z.ZodMiniType) {
    this.#target = target;
    this.#client = new SecretsManagerClient(target.aws);
    this.#erp = erp;
  }

  /** The stored text; undefined while the secret is not set. */
  read(name: StackSecretName): Promise<string | undefined> {
    return storedSecret(this.#client, this.#idOf(name));
  }

  async states(): Promise<ReadonlyMap<StackSecretName, SecretState>> {
    const { outputs } = this.#target;
    const names = stackSecretNames.filter(
      (name) => !optionalSecrets.has(name) || secretOutputOf(name) in outputs,
    );
    return new Map(await Promise.all(names.map(async (name) => [name, await this.#stateOf(name)] as const)));
  }

  /** Ours can be set only once. @param value A key, or JSON. @throws UsageError with the path of each invalid field. */
  async set(name: StackSecretName, value: string): Promise<void> {
    if (isOwnSecret(name)) {
      const { state } = await this.#stateOf(name);
      if (state === 'set' || state === 'rotating')
        throw new UsageError(
          `${name} is set already, and its users would be locked out: rotate it instead, so that both values are valid for a while.`,
        );
      return this.#put(name, { current: value });
    }
    const json = jsonOf(value.trim());
    // Azumuta shows a bare key, which may consist of digits only.
    const given = name === 'azumuta-api-key' && typeof json !== 'object' ? { apiKey: value.trim() } : json;
    if (given === undefined) throw new UsageError(`The value of ${name} must be JSON.`);
    parseOrComplain(
      this.#shapeOf(name),
      given,
      (why) => new UsageError(`The value of ${name} is invalid: ${why}.`),
    );
    return this.#put(name, given);
  }

  /** Keeps the old value valid, but for the key of the pages. @throws UsageError when a rotation is not finished. */
  async rotate(name: OwnSecretName, value: string): Promise<void> {
    const { current, previous } = await this.#rotating(name);
    if (name === 'pages-key') return this.#put(name, { current: value });
    if (previous !== undefined)
      throw new UsageError(
        `A rotation of ${name} is not finished. When the old value is not used any more, finish it: npm run secrets -- finish ${name} ${optionsForTarget(this.#target)}`,
      );
    await this.#put(name, { current: value, previous: current });
  }

  /** Finishes a rotation: only the new value is still valid. False when there was none. */
  async finish(name: OwnSecretName): Promise<boolean> {
    const { current, previous } = await this.#rotating(name);
    if (previous === undefined) return false;
    await this.#put(name, { current });
    return true;
  }

  /** The value to hand out. @throws UsageError when the secret is not set. */
  async current(name: OwnSecretName): Promise<string> {
    return (await this.#rotating(name)).current;
  }

  #idOf(name: StackSecretName): string {
    return this.#target.output(secretOutputOf(name));
  }

  #shapeOf(name: StackSecretName): z.ZodMiniType {
    return (name === 'erp-credentials' && this.#erp) || secretFacts[name].shape;
  }

  async #put(name: StackSecretName, value: unknown): Promise<void> {
    const SecretString = JSON.stringify(value);
    await this.#client.send(new PutSecretValueCommand({ SecretId: this.#idOf(name), SecretString }));
  }

  async #stateOf(name: StackSecretName): Promise<SecretState> {
    const stored = await this.read(name);
    if (stored === undefined) return { state: 'unset' };
    const json = jsonOf(stored);
    if (json === undefined) return { state: 'invalid', mistakes: ['it is not JSON'] };
    const parsed = parse(this.#shapeOf(name), json);
    if (!parsed.ok)
      return { state: 'invalid', mistakes: parsed.mismatches.map((each) => describeMismatches([each])) };
    const rotating = z.safeParse(z.object({ previous: z.string() }), json);
    return { state: isOwnSecret(name) && rotating.success ? 'rotating' : 'set' };
  }

  async #rotating(name: OwnSecretName) {
    const stored = await this.read(name);
    if (stored === undefined)
      throw new UsageError(`The ${secretFacts[name].title.toLowerCase()} is not set yet: set ${name} first.`);
    const complain = (why: string) =>
      new UsageError(`The secret ${name} is invalid (${why}): set it again with set ${name}.`);
    return parseOrComplain(rotatingSecretSchema, jsonOf(stored), complain);
  }
}
