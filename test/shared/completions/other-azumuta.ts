import * as z from 'zod/mini';
import { azumutaSandboxKey } from '../../../infra/local/sandbox/api.ts';
import type { AzumutaContract } from '../../../shared/azumuta/contract.ts';
import { azumutaAt } from '../../support/partners.ts';
import { type Received, startServer } from '../../support/server.ts';
import type { CompletionStage } from './stage.ts';

type Change = (shown: Record<string, unknown>) => void;

interface Changes {
  readonly contract?: AzumutaContract;
  readonly order?: Change;
  readonly recording?: Change;
  readonly instruction?: Change;
  /** What `/orders/{id}/runs` answers. */
  readonly runs?: (cursor: number) => unknown;
  /** Before a recording is shown. */
  readonly held?: (read: Received) => void | Promise<void>;
}

/** The sandbox as another Azumuta: what it shows is changed, and each read may be delayed. */
export async function otherAzumuta(stage: CompletionStage, changes: Changes) {
  const { contract, order, recording, instruction, runs, held } = changes;
  const server = await startServer(async (received) => {
    const { pathname, search, searchParams } = received.url;
    if (runs && pathname.endsWith('/runs')) return { body: runs(Number(searchParams.get('cursor') ?? 0)) };
    const response = await fetch(`${stage.azumutaUrl}${pathname}${search}`, {
      headers: { 'x-api-key': azumutaSandboxKey },
    });
    const body = z.parse(z.record(z.string(), z.unknown()), await response.json());
    if (pathname.includes('/recordings/')) {
      await held?.(received);
      recording?.(body);
    }
    if (pathname.includes('/productorders/')) order?.(body);
    if (pathname.includes('/workinstructions/')) instruction?.(body);
    return { status: response.status, body };
  });
  const paths = () => server.calls.map(({ url }) => url.pathname);
  const readIds = () => paths().flatMap((path) => /\/recordings\/(.+)$/.exec(path)?.[1] ?? []);
  return { azumuta: azumutaAt(server.url, contract), readIds, paths };
}
