import {
  GetSecretValueCommand,
  type GetSecretValueCommandOutput,
  ResourceNotFoundException,
  type SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';

/** Secrets Manager, as far as the bundle reads it: the current value of a text secret. */
export interface SecretsModel {
  /** What Secrets Manager answers. @throws the SDK's error for a secret that there is not; Error for another command. */
  readonly answer: (command: object) => GetSecretValueCommandOutput;
  /** For `createSecrets`: answers within the call. Fails as Secrets Manager does when there is no such secret. */
  readonly client: Pick<SecretsManagerClient, 'send'>;
  /** What an operator does: the next read gets this value. */
  readonly set: (arn: string, text: string) => void;
}

/** @param values secret texts by ARN; the map stays the caller's, and `set` writes into it. */
export function createSecretsModel(values: Map<string, string>): SecretsModel {
  function answer(command: object): GetSecretValueCommandOutput {
    if (!(command instanceof GetSecretValueCommand)) {
      throw new Error('The model of Secrets Manager has GetSecretValue only.');
    }
    const { SecretId: arn = '' } = command.input;
    const text = values.get(arn);
    if (text === undefined) {
      // API reference of GetSecretValue: HTTP status 400, not 404.
      throw new ResourceNotFoundException({
        message: "Secrets Manager can't find the specified secret.",
        $metadata: { httpStatusCode: 400 },
      });
    }
    return {
      $metadata: { httpStatusCode: 200 },
      ARN: arn,
      SecretString: text,
      VersionStages: ['AWSCURRENT'],
    };
  }
  return {
    answer,
    // The SDK's method has an overload for each command of Secrets Manager; all others are refused above.
    client: { send: async (command: object) => answer(command) } as unknown as SecretsModel['client'],
    set: (arn, text) => {
      values.set(arn, text);
    },
  };
}
