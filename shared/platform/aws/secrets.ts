import {
  GetSecretValueCommand,
  ResourceNotFoundException,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import type * as z from 'zod/mini';
import { PartnerDown } from '../../model/errors.ts';
import type { Clock } from '../clock.ts';
import { jsonOf } from '../json.ts';
import { describeMismatches, parse } from '../validation.ts';
import { awsClientOptions } from './lambda.ts';

/** A secret that is not set yet: nothing works until an operator sets it. */
export class SecretUnset extends PartnerDown {
  constructor(name: string) {
    super(`The secret ${name} is not set yet.`, { unauthorized: true });
  }
}

export const ttlSeconds = 900;
export const refreshSeconds = 60;

/** What a container knows of a secret; times are epoch milliseconds. */
interface Known {
  /** As it was read last; undefined while it is not set. */
  text?: string | undefined;
  /** Undefined before the first read that did not fail. */
  readAt?: number;
  triedAt: number;
  reading?: Promise<void> | undefined;
}

/**
 * The stored text; undefined while nobody has set it. The stack creates secrets without a value, for which Secrets
 * Manager answers with this error: https://docs.aws.amazon.com/secretsmanager/latest/userguide/troubleshoot.html
 */
export async function storedSecret(
  client: Pick<SecretsManagerClient, 'send'>,
  arn: string,
): Promise<string | undefined> {
  try {
    return (await client.send(new GetSecretValueCommand({ SecretId: arn }))).SecretString;
  } catch (error) {
    if (error instanceof ResourceNotFoundException && /secret value/.test(error.message)) return undefined;
    throw error;
  }
}

export function createSecretsClient(): SecretsManagerClient {
  // Two attempts only: the caller needs time to go on with the last good value.
  return new SecretsManagerClient({ ...awsClientOptions, maxAttempts: 2 });
}

export class Secrets {
  readonly #client: Pick<SecretsManagerClient, 'send'>;
  readonly #clock: Clock;
  readonly #known = new Map<string, Known>();

  constructor(client: Pick<SecretsManagerClient, 'send'>, clock: Clock) {
    this.#client = client;
    this.#clock = clock;
  }

  /**
   * The parsed value, read once per container and again after 15 minutes: so only a revoked value may stay valid for so
   * long. `refresh` reads it now, as a partner refused it or a caller presented another one; at most once a minute, failed
   * reads included. While Secrets Manager fails, the last good value is returned.
   * @throws SecretUnset; RetryLater when it was never read or does not have the expected shape.
   */
  async read<T>(
    arn: string,
    schema: z.ZodMiniType<T>,
    { refresh = false }: { readonly refresh?: boolean } = {},
  ): Promise<T> {
    const understood = (text: string | undefined) =>
      text === undefined ? undefined : parse(schema, jsonOf(text) ?? text);
    let parsed = understood(await this.#current(arn, refresh));
    // It may have been set since.
    if (!parsed?.ok) parsed = understood(await this.#current(arn, true));
    if (!parsed) throw new SecretUnset(nameOfSecret(arn));
    if (parsed.ok) return parsed.value;
    throw new PartnerDown(
      `The secret ${nameOfSecret(arn)} does not have the expected shape: ${describeMismatches(parsed.mismatches)}.`,
      { unauthorized: true },
    );
  }

  async #current(arn: string, refresh: boolean): Promise<string | undefined> {
    const known = this.#known.get(arn) ?? { triedAt: 0 };
    this.#known.set(arn, known);
    const now = this.#clock.now().getTime();
    const { readAt } = known;
    const wasRead = readAt !== undefined;
    const isFresh = wasRead && now - readAt < ttlSeconds * 1000;
    if (isFresh && !refresh) return known.text;
    // Failed reads count, too: otherwise each wrong token would wait for a Secrets Manager that is down.
    const isTriedJustNow = wasRead && !known.reading && now - known.triedAt < refreshSeconds * 1000;
    if (isTriedJustNow) return known.text;
    if (!known.reading) known.triedAt = now;
    known.reading ??= this.#readNow(arn, known).finally(() => {
      known.reading = undefined;
    });
    try {
      await known.reading;
    } catch (cause) {
      if (!wasRead) throw new PartnerDown(`The secret ${nameOfSecret(arn)} cannot be read.`, { cause });
    }
    return known.text;
  }

  async #readNow(arn: string, known: Known): Promise<void> {
    known.text = await storedSecret(this.#client, arn);
    known.readAt = this.#clock.now().getTime();
  }
}

/** `plant/azumuta-api-key` of an ARN that ends in `:secret:plant/azumuta-api-key-AbCdEf`. */
function nameOfSecret(arn: string): string {
  return arn.replace(/^.*:secret:/, '').replace(/-[A-Za-z0-9]{6}$/, '');
}
