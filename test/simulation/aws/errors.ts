import { DynamoDBServiceException } from '@aws-sdk/client-dynamodb';

/**
 * A refusal as the SDK throws it: it has no class of its own for ValidationException, only the name.
 * Source: AWS, "Error handling with DynamoDB"; status 400, not to be tried again.
 */
export function validationException(message: string): DynamoDBServiceException {
  return new DynamoDBServiceException({
    name: 'ValidationException',
    $fault: 'client',
    message,
    $metadata: { httpStatusCode: 400 },
  });
}

/** What DynamoDB can do and this model cannot: a fault of the test, which must not pass for an answer. */
export function notModelled(what: string): Error {
  return new Error(`The model of DynamoDB does not know ${what}.`);
}
