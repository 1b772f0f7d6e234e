import { systemClock } from '../../../shared/platform/clock.ts';
import { runCommand } from '../cli/command.ts';
import {
  dueTermsOfTarget,
  findTarget,
  ledgerOf,
  operatorOf,
  optionsForTarget,
  signedNote,
  type Where,
} from '../cli/target.ts';
import { pauseAsTyped, pauseCommand, resumeAsTyped, resumeCommand } from './typed.ts';

// The scripts `pause` and `resume` of package.json run this program with a different first word.
const [typedScript, ...wordsAfterScript] = process.argv.slice(2);

if (typedScript === 'resume')
  await runCommand(
    resumeCommand,
    (typed) => resumeAsTyped(typed, () => findPauses(typed.options)),
    wordsAfterScript,
  );
else
  await runCommand(
    pauseCommand,
    (typed) => pauseAsTyped(typed, () => findPauses(typed.options)),
    wordsAfterScript,
  );

async function findPauses(options: Where) {
  const target = await findTarget(options);
  return {
    name: target.name,
    where: optionsForTarget(target),
    dependencies: {
      ledger: ledgerOf(target),
      clock: systemClock,
      timeZone: dueTermsOfTarget(target).timeZone,
    },
    sign: async (because: string) => signedNote(because, await operatorOf(target)),
  };
}
