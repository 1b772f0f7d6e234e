import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { jsonAnswer, listen } from '../emulator/process/http.ts';
import { azumutaSandboxBaseUrl } from '../sandbox/api.ts';
import { readRecordingOfAccount } from './account-recording.ts';
import { Replay } from './replay.ts';

export type ReplayServer = Awaited<ReturnType<typeof startReplayServer>>;

/** An Azumuta on this machine that speaks as recorded. @throws InvalidRecording */
export async function startReplayServer(file: string) {
  const recording = readRecordingOfAccount(readFileSync(file, 'utf8'), basename(file));
  const replay = new Replay(recording);
  const { url, close } = await listen(0, (incoming, sent) => {
    const called = new URL(incoming.url ?? '/', `http://${incoming.headers.host ?? '127.0.0.1'}`);
    const { status, headers, body } = replay.answer({
      method: incoming.method ?? 'GET',
      url: called,
      body: sent.toString('utf8'),
    });
    if (typeof body === 'string') return { status, headers, body };
    return jsonAnswer(status, body, headers);
  });
  return {
    recording,
    replay,
    baseUrl: azumutaSandboxBaseUrl(url),
    close,
    /** Somebody completes the order in Azumuta, and its trigger comes. @returns the status that it is answered with. */
    async complete(webhookUrl: string): Promise<number> {
      const { number } = recording.head.order;
      const usual = { method: 'GET', query: { productOrderNumber: number }, body: undefined };
      const { method, query, body } = replay.complete() ?? usual;
      const target = new URL(webhookUrl);
      for (const [name, value] of Object.entries(query)) target.searchParams.set(name, value);
      const response = await fetch(target, {
        method,
        headers: { 'content-type': 'application/json' },
        body: body === undefined ? null : JSON.stringify(body),
      });
      await response.body?.cancel();
      return response.status;
    },
  };
}
