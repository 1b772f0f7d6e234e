import type { APIGatewayProxyEventV2 } from 'aws-lambda';

/** What we need of the context that Lambda hands to a function. */
export interface Invocation {
  readonly awsRequestId: string;
  readonly getRemainingTimeInMillis: () => number;
}

/** What we read of the event of an HTTP API (payload format 2.0). */
export interface HttpApiEvent
  extends Pick<
    APIGatewayProxyEventV2,
    'headers' | 'body' | 'isBase64Encoded' | 'pathParameters' | 'rawQueryString'
  > {
  readonly requestContext: {
    readonly requestId: string;
    readonly http: { readonly method: string; readonly sourceIp: string };
  };
}

/**
 * How every function's AWS client calls. Without limits a connection that says nothing any more holds a call
 * until Lambda kills the function. AWS answers these calls in milliseconds; three attempts fit into the ten
 * seconds of the webhook endpoint. A request that was cut off may have been carried out, as after any lost answer.
 */
export const awsClientOptions = {
  maxAttempts: 3,
  /** Options of the SDK's NodeHttpHandler; in milliseconds. */
  requestHandler: {
    connectionTimeout: 1000,
    /** Until the answer begins, the connection included. */
    requestTimeout: 2500,
    /** Without it the SDK only warns. */
    throwOnRequestTimeout: true,
    /** Silence in the middle of an answer. */
    socketTimeout: 2500,
  },
} as const;
