import {
  GetSecretValueCommand,
  type GetSecretValueCommandOutput,
  ResourceNotFoundException,
  type SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';

/** Secrets Manager, as far as the bundle uses it: the current value of a text secret. */
export interface SecretsModel {
  /** Answers as Secrets Manager does. @throws the SDK's error for an unknown secret; Error for any other command. */
  readonly answer: (command: object) => GetSecretValueCommandOutput;
  /** For `createSecrets`. It answers within the call, and fails as Secrets Manager does for an unknown secret. */
  readonly client: Pick<SecretsManagerClient, 'send'>;
  /** Replaces a value, as an operator does: the next read returns the new one. */
  readonly set: (arn: string, text: string) => void;
}

/** @param values secret texts by ARN; the map belongs to the caller, and `set` writes to it. */
export function createSecretsModel(values: Map<string, string>): SecretsModel {
  function answer(command: object): GetSecretValueCommandOutput {
    if (!(command instanceof GetSecretValueCommand)) {
      throw new Error('The model of Secrets Manager supports GetSecretValue only.');
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
    // The SDK's method has an overload for each command of Secrets Manager; the code above refuses all others.
    client: { send: async (command: object) => answer(command) } as unknown as SecretsModel['client'],
    set: (arn, text) => {
      values.set(arn, text);
    },
  };
}
