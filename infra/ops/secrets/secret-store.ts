import { PutSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type * as z from 'zod/mini';
import { rotatingSecretSchema } from '../../../shared/platform/aws/credentials.ts';
import { storedSecret } from '../../../shared/platform/aws/secrets.ts';
import { jsonOf, parse } from '../../../shared/platform/validation.ts';
import { UsageError } from '../cli/errors.ts';
import { type Target, whereOf } from '../cli/target.ts';
import {
  isOwn,
  mistakeInOwnValue,
  mistakeText,
  type OwnSecretName,
  type SecretName,
  type SecretState,
  secretFacts,
  secretNames,
  shapeOf,
  stateOf,
} from './schemas.ts';

/** The stack's secrets, for an operator. Error messages never contain a value. */
export interface SecretStore {
  /** The states of all secrets that the stack has. */
  readonly states: () => Promise<ReadonlyMap<SecretName, SecretState>>;
  /** The stored text; undefined while the secret is not set. */
  readonly read: (name: SecretName) => Promise<string | undefined>;
  /**
   * Stores a value. One of our own secrets can be set only once, and is rotated afterwards.
   * @param value A key, or JSON.
   * @throws UsageError with the path of each field that does not fit.
   */
  readonly set: (name: SecretName, value: string) => Promise<void>;
  /** Stores a new value and keeps the old one valid. @throws UsageError when a rotation is not finished. */
  readonly rotate: (name: OwnSecretName, value: string) => Promise<void>;
  /** Finishes a rotation: only the new value stays valid. False when there was none. */
  readonly finish: (name: OwnSecretName) => Promise<boolean>;
  /** The value to hand out. @throws UsageError when the secret is not set. */
  readonly current: (name: OwnSecretName) => Promise<string>;
}

/** @param erp Shape of the ERP's credentials, from its connector. */
export function createSecretStore(
  target: Pick<Target, 'aws' | 'output' | 'outputs' | 'options'>,
  erp?: z.ZodMiniType,
): SecretStore {
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
    read,

    async states() {
      const names = secretNames.filter(isThere);
      return new Map(
        await Promise.all(names.map(async (name) => [name, stateOf(name, await read(name), erp)] as const)),
      );
    },

    async set(name, value) {
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

    async rotate(name, value) {
      const { current, previous } = await rotating(name);
      if (previous !== undefined)
        throw new UsageError(
          `A rotation of ${name} is not finished. When the old value is not used any more, finish it: npm run secrets -- finish ${name} ${whereOf(target)}`,
        );
      await put(name, { current: checkedOwn(name, value), previous: current });
    },

    async finish(name) {
      const { current, previous } = await rotating(name);
      if (previous === undefined) return false;
      await put(name, { current });
      return true;
    },

    async current(name) {
      return (await rotating(name)).current;
    },
  };
}

function checkedOwn(name: OwnSecretName, value: string): string {
  const mistake = mistakeInOwnValue(value);
  if (mistake !== undefined) throw new UsageError(`The value of ${name} does not fit: ${mistake}.`);
  return value;
}
