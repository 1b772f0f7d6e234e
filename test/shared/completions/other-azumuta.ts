import * as z from 'zod/mini';
import { azumutaSandboxKey } from '../../../infra/local/sandbox/api.ts';
import { azumutaAt } from '../../support/partners.ts';
import { type Received, startServer } from '../../support/server.ts';
import type { CompletionStage } from './stage.ts';

type Change = (shown: Record<string, unknown>) => void;

interface Changes {
  readonly order?: Change;
  readonly recording?: Change;
  /** Before a recording is shown. */
  readonly held?: (read: Received) => void | Promise<void>;
}

/** The sandbox as another Azumuta: its product orders and recordings are changed, and each read may be delayed. */
export async function otherAzumuta(stage: CompletionStage, { order, recording, held }: Changes) {
  const server = await startServer(async (received) => {
    const url = `${stage.azumutaUrl}${received.url.pathname}${received.url.search}`;
    const response = await fetch(url, { headers: { 'x-api-key': azumutaSandboxKey } });
    const body = z.parse(z.record(z.string(), z.unknown()), await response.json());
    if (received.url.pathname.includes('/recordings/')) {
      await held?.(received);
      recording?.(body);
    }
    if (received.url.pathname.includes('/productorders/')) order?.(body);
    return { status: response.status, body };
  });
  const readIds = () =>
    server.calls.flatMap(({ url }) => /\/recordings\/(.+)$/.exec(url.pathname)?.[1] ?? []);
  return { azumuta: azumutaAt(server.url), readIds };
}
