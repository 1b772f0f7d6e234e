/**
 * A replay that is killed at its worst moment, in a process of its own: a page has been sent, and its letters are
 * not removed yet. The first argument (JSON) is the stack's outputs; the environment says where its stores are.
 */

import * as z from 'zod/mini';
import {
  type ReplayDependencies,
  replayDeadLetters,
  replayDependenciesOf,
} from '../../../../infra/ops/replay/replay.ts';
import { onThisMachine } from '../cli/targets.ts';

const outputs = z.parse(z.record(z.string(), z.string()), JSON.parse(process.argv[2] ?? ''));
// It holds three pages at most, and only briefly, so that the next run need not wait long.
const dependencies = replayDependenciesOf(onThisMachine(outputs), { hiddenSeconds: 2 });
let pages = 0;
const queues: ReplayDependencies['queues'] = {
  async sendAll(queueUrl, messages) {
    const refused = await dependencies.queues.sendAll(queueUrl, messages);
    pages += 1;
    if (pages === 2) process.kill(process.pid, 'SIGKILL');
    return refused;
  },
};
const { signal } = new AbortController();
await replayDeadLetters({ go: true, signal, most: 30 }, { ...dependencies, queues });
