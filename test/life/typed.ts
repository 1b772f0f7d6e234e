import { type CommandAnswer, readCommandLine } from '../../infra/ops/cli/command.ts';
import { signedNote } from '../../infra/ops/cli/target.ts';
import { DeadLetterQueue } from '../../infra/ops/dead-letters/queue.ts';
import { endAsTyped, command as ordersCommand } from '../../infra/ops/orders/typed.ts';
import { replayAsTyped, command as replayCommand } from '../../infra/ops/replay/typed.ts';
import { createQueues } from '../../shared/platform/aws/queue.ts';
import { queueUrlOf } from '../simulation/world/plant.ts';
import { wordsOf } from '../support/words-of.ts';
import { endDependencies, plant } from './acts.ts';

const where = '--stack AzumutaErp-life-production';

/** With what a person replays. */
export const replayDependencies = () => ({
  deadLetters: new DeadLetterQueue(plant.queues.client, queueUrlOf('dead-letters'), {
    names: plant.triggerNames(),
  }),
  queues: createQueues(plant.queues.client),
  queueUrls: {
    'product-orders': queueUrlOf('product-orders'),
    completions: queueUrlOf('completions'),
    'dead-letters': queueUrlOf('dead-letters'),
  },
  ledger: plant.ledger,
  clock: plant.clock,
});

function surroundings<Dependencies>(dependencies: Dependencies) {
  const sign = async (because: string) => signedNote(because, 'An');
  return async () => ({ name: 'life', where, dependencies, sign });
}

const commands: Readonly<Record<string, (words: readonly string[]) => Promise<CommandAnswer>>> = {
  orders: (words) => endAsTyped(readCommandLine(ordersCommand, words), surroundings(endDependencies())),
  replay: (words) =>
    replayAsTyped(
      { ...readCommandLine(replayCommand, words), signal: new AbortController().signal },
      surroundings(replayDependencies()),
    ),
};

/**
 * Types a command as it is printed, with its placeholders filled in; where it only shows what it would do, then the command
 * that it shows. @returns what is printed last @throws UsageError
 */
export async function typed(printed: string, number: string): Promise<readonly string[]> {
  const line = printed
    .replaceAll('<number>', number)
    .replaceAll('<stack>', 'AzumutaErp-life-production')
    .replaceAll('…', 'as the advice says');
  const [, name = '', rest = ''] = /^npm run (\S+) -- (.+)$/.exec(line) ?? [];
  const run = commands[name];
  if (!run) throw new Error(`No test types ${line}`);
  const { lines } = await run(wordsOf(rest));
  const shown = lines.map((one) => one.trim()).find((one) => one.startsWith('npm run '));
  return shown === undefined ? lines : typed(shown, number);
}
