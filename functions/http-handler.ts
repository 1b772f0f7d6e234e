import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import type { HttpApiEvent, Invocation } from '../shared/platform/aws/lambda.ts';
import type { Logger } from '../shared/platform/log.ts';

interface JsonAnswer {
  readonly statusCode: number;
  readonly body: object;
}

export function createHttpHandler(log: Logger, answer: (event: HttpApiEvent) => Promise<JsonAnswer>) {
  return async (event: HttpApiEvent, invocation: Invocation): Promise<APIGatewayProxyStructuredResultV2> => {
    log.begin(invocation.awsRequestId);
    const { statusCode, body } = await answer(event);
    return { statusCode, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
  };
}

export function bodyOf({ body = '', isBase64Encoded }: HttpApiEvent): Buffer {
  return Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8');
}
