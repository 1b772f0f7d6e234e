import * as z from 'zod/mini';
import { azumutaSandboxKey } from '../../../infra/local/sandbox/api.ts';
import { azumutaAt } from '../../support/partners.ts';
import { type Received, startServer } from '../../support/server.ts';
import type { CompletionStage } from './stage.ts';

/** The sandbox as another Azumuta: its product orders and recordings are changed, and each read may be delayed. */
export async function otherAzumuta(
  stage: CompletionStage,
  changed: (order: Record<string, unknown>) => void = () => undefined,
  held: (read: Received) => void | Promise<void> = () => undefined,
  changedRecording: (recording: Record<string, unknown>) => void = () => undefined,
) {
  const server = await startServer(async (received) => {
    const url = `${stage.azumutaUrl}${received.url.pathname}${received.url.search}`;
    const response = await fetch(url, { headers: { 'x-api-key': azumutaSandboxKey } });
    const body = z.parse(z.record(z.string(), z.unknown()), await response.json());
    if (received.url.pathname.includes('/recordings/')) {
      await held(received);
      changedRecording(body);
    }
    if (received.url.pathname.includes('/productorders/')) changed(body);
    return { status: response.status, body };
  });
  const readIds = () =>
    server.calls.flatMap(({ url }) => /\/recordings\/(.+)$/.exec(url.pathname)?.[1] ?? []);
  return { azumuta: azumutaAt(server.url), readIds };
}
