import { createQueues } from '../../../shared/platform/aws/queue.ts';
import { runCommand } from '../cli/command.ts';
import {
  checkLive,
  findTarget,
  ledgerOf,
  operatorOf,
  optionsForTarget,
  queueUrlsOf,
  signedNote,
  sqsOf,
} from '../cli/target.ts';
import { command, endAsTyped } from './typed.ts';

await runCommand(command, (typed) =>
  endAsTyped(typed, async () => {
    const target = await findTarget(typed.options);
    checkLive(target);
    const queues = createQueues(sqsOf(target));
    return {
      name: target.name,
      where: optionsForTarget(target),
      dependencies: { ledger: ledgerOf(target), queues, queueUrls: queueUrlsOf(target) },
      sign: async (because) => signedNote(because, await operatorOf(target)),
    };
  }),
);
