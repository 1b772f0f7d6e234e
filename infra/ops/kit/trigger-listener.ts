import { once } from 'node:events';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';

/** So many triggers are answered with 503, to see whether they are sent again. */
export const triggersRefused = 2;

export interface ArrivedTrigger {
  readonly method: string;
  readonly rawQueryString: string;
  readonly body: string;
  readonly answered: number;
}

export interface TriggerListener {
  readonly port: number;
  /** Hands what arrives from now on to this one. */
  readonly begin: (notice: (trigger: ArrivedTrigger) => Promise<void>) => void;
  readonly close: () => void;
}

/** Takes triggers on this machine; a tunnel of somebody leads to it. @param port 0 for any free one. */
export async function listenForTriggers(port: number): Promise<TriggerListener> {
  let notice: (trigger: ArrivedTrigger) => Promise<void> = async () => {};
  let count = 0;
  const server = createServer(async (request, response) => {
    const body = await text(request);
    count += 1;
    const answered = count <= triggersRefused ? 503 : 200;
    response.writeHead(answered).end();
    const [, rawQueryString = ''] = /\?(.*)$/.exec(request.url ?? '') ?? [];
    // It may ask the account, which may have had enough: the run ends by itself then.
    await notice({ method: request.method ?? 'GET', rawQueryString, body, answered }).catch(() => {});
  });
  server.listen(port);
  await once(server, 'listening');
  const address = server.address();
  return {
    port: typeof address === 'object' && address ? address.port : port,
    begin(next) {
      notice = next;
    },
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
