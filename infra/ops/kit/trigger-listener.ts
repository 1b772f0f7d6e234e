import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';

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

/** Longer ones are none of a trigger. */
const mostTriggerBytes = 100_000;

/** Takes triggers on this machine, and from nowhere else: a tunnel of somebody leads to it. @param port 0 for any free one. */
export async function listenForTriggers(port: number): Promise<TriggerListener> {
  let notice: (trigger: ArrivedTrigger) => Promise<void> = async () => {};
  let count = 0;
  const server = createServer(async (request, response) => {
    const body = await shortText(request);
    if (body === undefined) {
      response.writeHead(413).end();
      return;
    }
    count += 1;
    const answered = count <= triggersRefused ? 503 : 200;
    response.writeHead(answered).end();
    const [, rawQueryString = ''] = /\?(.*)$/.exec(request.url ?? '') ?? [];
    // It may ask the account, which may have had enough: the run ends by itself then.
    await notice({ method: request.method ?? 'GET', rawQueryString, body, answered }).catch(() => {});
  });
  server.listen(port, '127.0.0.1');
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

/** It is read to its end, so that whoever sends it gets an answer. @returns undefined for what is too long, or breaks off. */
async function shortText(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of request) {
      bytes += chunk.length;
      if (bytes <= mostTriggerBytes) chunks.push(chunk);
    }
  } catch {
    return undefined;
  }
  return bytes <= mostTriggerBytes ? Buffer.concat(chunks).toString('utf8') : undefined;
}
