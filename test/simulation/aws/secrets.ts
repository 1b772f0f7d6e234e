import {
  GetSecretValueCommand,
  type GetSecretValueCommandOutput,
  ResourceNotFoundException,
  type SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';

export type SecretsModel = ReturnType<typeof createSecretsModel>;

/**
 * Secrets Manager, as far as the bundle uses it: the current value of a text secret.
 * @param values secret texts by ARN; the map belongs to the caller, and `set` writes to it.
 */
export function createSecretsModel(values: Map<string, string>) {
  /** Answers as Secrets Manager does. @throws the SDK's error for an unknown secret; Error for any other command. */
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
    /** For `Secrets`. The SDK's method has an overload for each command; the code above refuses all others. */
    client: { send: async (command: object) => answer(command) } as unknown as Pick<
      SecretsManagerClient,
      'send'
    >,
    /** Replaces a value, as an operator does: the next read returns the new one. */
    set: (arn: string, text: string) => void values.set(arn, text),
  };
}
