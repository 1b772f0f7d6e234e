import { DynamoDBServiceException } from '@aws-sdk/client-dynamodb';

/**
 * A ValidationException as the SDK throws it: the SDK has no class for it, only the name.
 * Source: AWS, "Error handling with DynamoDB": status 400, not to be retried.
 */
export function validationException(message: string): DynamoDBServiceException {
  return new DynamoDBServiceException({
    name: 'ValidationException',
    $fault: 'client',
    message,
    $metadata: { httpStatusCode: 400 },
  });
}

/** DynamoDB supports this, but the model does not. Such a test fails, so that the gap is not mistaken for an answer. */
export function notModelled(what: string): Error {
  return new Error(`The model of DynamoDB does not support ${what}.`);
}
