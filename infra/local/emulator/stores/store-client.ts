import * as z from 'zod/mini';
import { call } from '../process/http.ts';

export interface StoreAnswer {
  readonly status: number;
  /** `__type` of an error, empty otherwise. */
  readonly type: string;
  /** What an error says, empty otherwise. */
  readonly message: string;
  readonly text: string;
  readonly json: unknown;
}

const errorSchema = z.object({ __type: z.optional(z.string()), message: z.optional(z.string()) });

/**
 * A client of one AWS service in its JSON protocol, for the platform's own calls: it names the credentials
 * but does not compute a signature, which no local store checks. The AWS SDK would cost each piece a third of
 * a second at start.
 */
export function storeClient(
  endpoint: string,
  service: string,
  target: string,
  { accessKeyId, region }: { accessKeyId: string; region: string } = {
    accessKeyId: 'local',
    region: 'eu-west-1',
  },
) {
  return async (operation: string, parameters: unknown, signal?: AbortSignal): Promise<StoreAnswer> => {
    const answer = await call(`${endpoint}/`, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-amz-json-1.0',
        'x-amz-target': `${target}.${operation}`,
        'x-amz-date': '20000101T000000Z',
        authorization: signature(service, accessKeyId, region),
      },
      body: JSON.stringify(parameters),
      ...(signal ? { signal } : {}),
    });
    const text = answer.body.toString('utf8');
    let json: unknown;
    try {
      json = JSON.parse(text);
    } catch {
      json = undefined;
    }
    const error = z.safeParse(errorSchema, json);
    const { __type: type = '', message = '' } = error.success ? error.data : {};
    return { status: answer.status, type, message, text, json };
  };
}

/** The Authorization header of a call to the local endpoint, which asks who signed, and checks no signature. */
export function signature(service: string, accessKeyId: string, region: string): string {
  return `AWS4-HMAC-SHA256 Credential=${accessKeyId}/20000101/${region}/${service}/aws4_request, SignedHeaders=host, Signature=local`;
}
