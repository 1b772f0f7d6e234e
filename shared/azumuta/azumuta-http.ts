import type { Clock } from '../platform/clock.ts';
import { createHttp, type HttpRequest, type HttpResponse, type MayWrite } from '../platform/http.ts';
import type { AzumutaContract } from './contract.ts';

/** Where an Azumuta account is called, and how. */
export interface AzumutaAddress {
  readonly baseUrl: string;
  readonly contract: Pick<AzumutaContract, 'apiKeyHeader' | 'apiKeyFormat'>;
}

export type SendToAzumuta = (request: HttpRequest, apiKey: string) => Promise<HttpResponse>;

/**
 * Sends requests to Azumuta with its key. Flows and `probe` both call this, so that they ask at one address, with the same
 * headers; a test lists the files that may name either.
 */
export function createAzumutaHttp({
  baseUrl,
  contract: { apiKeyHeader, apiKeyFormat },
  clock,
  mayWrite,
}: AzumutaAddress & { readonly clock: Clock; readonly mayWrite: MayWrite }): SendToAzumuta {
  const http = createHttp({ partner: 'Azumuta', baseUrl, clock, mayWrite });
  return (request, apiKey) => {
    const headers = { ...request.headers, [apiKeyHeader]: apiKeyFormat.replace('{key}', () => apiKey) };
    return http.send({ ...request, headers });
  };
}

/** The origins that are called: HTTP refuses every other. */
export function calledOriginsOf({ baseUrl }: Pick<AzumutaAddress, 'baseUrl'>): readonly string[] {
  return [new URL(baseUrl).origin];
}
