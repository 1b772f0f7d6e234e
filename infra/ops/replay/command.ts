import { runCommand } from '../cli/command.ts';
import { checkLive, findTarget, operatorOf, optionsForTarget, signedNote } from '../cli/target.ts';
import { replayDependenciesOf } from './replay.ts';
import { command, replayAsTyped, usualWaitSeconds } from './typed.ts';

await runCommand(command, (typed) =>
  replayAsTyped(typed, async () => {
    const { options, progress } = typed;
    const target = await findTarget(options);
    checkLive(target);
    return {
      name: target.name,
      where: optionsForTarget(target),
      dependencies: {
        ...replayDependenciesOf(target),
        progress: progress.tell,
        waitSeconds: usualWaitSeconds,
      },
      sign: async (because) => signedNote(because, options.go ? await operatorOf(target) : ''),
    };
  }),
);
