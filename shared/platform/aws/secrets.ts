import {
  GetSecretValueCommand,
  ResourceNotFoundException,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import type * as z from 'zod/mini';
import { RetryLater } from '../../model/errors.ts';
import type { Clock } from '../clock.ts';
import { jsonOf } from '../json.ts';
import { describeMismatches, parse } from '../validation.ts';
import { awsClientOptions } from './lambda.ts';

/** A secret that is not set yet: nothing works until an operator sets it. */
export class SecretUnset extends RetryLater {
  constructor(name: string) {
    super(`The secret ${name} is not set yet.`, { scope: 'partner', unauthorized: true });
  }
}

const ttlSeconds = 900;
const refreshSeconds = 60;

/** A secret as it was read; `text` is undefined while it is not set. */
interface Kept {
  readonly text: string | undefined;
  readonly readAt: number;
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

/** The secrets that a container has read. */
export class Secrets {
  readonly #client: Pick<SecretsManagerClient, 'send'>;
  readonly #clock: Clock;
  readonly #kept = new Map<string, Kept>();
  readonly #triedAt = new Map<string, number>();
  readonly #reading = new Map<string, Promise<Kept>>();

  constructor(client: Pick<SecretsManagerClient, 'send'>, clock: Clock) {
    this.#client = client;
    this.#clock = clock;
  }

  /**
   * The parsed value, read once per container and again after 15 minutes. `refresh` reads it again now, because a
   * partner refused it or a caller presented another one; so only a revoked value may stay valid for these minutes.
   * While Secrets Manager fails, the last good value is returned. After the first read there is at most one read a
   * minute, including failed ones.
   * @throws SecretUnset; RetryLater when it was never read or does not have the expected shape.
   */
  async read<T>(
    arn: string,
    schema: z.ZodMiniType<T>,
    { refresh = false }: { readonly refresh?: boolean } = {},
  ): Promise<T> {
    const understood = ({ text }: Kept) =>
      text === undefined ? undefined : parse(schema, jsonOf(text) ?? text);
    let parsed = understood(await this.#current(arn, refresh));
    // It may have been set since.
    if (!parsed?.ok) parsed = understood(await this.#current(arn, true));
    if (!parsed) throw new SecretUnset(nameOf(arn));
    if (parsed.ok) return parsed.value;
    throw new RetryLater(
      `The secret ${nameOf(arn)} does not have the expected shape: ${describeMismatches(parsed.mismatches)}.`,
      { scope: 'partner', unauthorized: true },
    );
  }

  async #current(arn: string, refresh: boolean): Promise<Kept> {
    const last = this.#kept.get(arn);
    const secondsSince = (ms = 0) => (this.#now() - ms) / 1000;
    if (last && !refresh && secondsSince(last.readAt) < ttlSeconds) return last;
    // Failed reads count, too: otherwise each wrong token would wait for a Secrets Manager that is down.
    const isTooSoon = secondsSince(this.#triedAt.get(arn)) < refreshSeconds;
    if (last && !this.#reading.has(arn) && isTooSoon) return last;
    try {
      return await this.#readNow(arn);
    } catch (error) {
      if (last) return last;
      throw new RetryLater(`The secret ${nameOf(arn)} cannot be read.`, { scope: 'partner', cause: error });
    }
  }

  #readNow(arn: string): Promise<Kept> {
    const underWay = this.#reading.get(arn);
    if (underWay) return underWay;
    this.#triedAt.set(arn, this.#now());
    const started = storedSecret(this.#client, arn)
      .then((text) => {
        const fresh = { text, readAt: this.#now() };
        this.#kept.set(arn, fresh);
        return fresh;
      })
      .finally(() => this.#reading.delete(arn));
    this.#reading.set(arn, started);
    return started;
  }

  #now(): number {
    return this.#clock.now().getTime();
  }
}

/** `plant/azumuta-api-key` of an ARN that ends in `:secret:plant/azumuta-api-key-AbCdEf`. */
function nameOf(arn: string): string {
  return arn.replace(/^.*:secret:/, '').replace(/-[A-Za-z0-9]{6}$/, '');
}
