import type { Readable, Writable } from 'node:stream';
import { confirm } from '@clack/prompts';
import { UsageError } from '../cli/command.ts';
import { answered } from '../cli/files.ts';

export interface FirstDeployment {
  readonly stack: string;
  /** The region that it is deployed to. */
  readonly region: string;
  readonly isYes: boolean;
  /** What else is typed to compare first: `-c config=…`. */
  readonly context: string;
  /** undefined where nobody can be asked. */
  readonly terminal: { readonly input: Readable; readonly output: Writable } | undefined;
}

/**
 * Asks before a stack is made. The CDK asks only once CloudFormation has the stack, empty and protected from deletion:
 * whoever then says no, or has no terminal, only learns that it cannot be deleted.
 * @throws UsageError while nothing is there yet.
 */
export async function agreeToFirstDeployment(first: FirstDeployment): Promise<void> {
  const { stack, region, isYes, context, terminal } = first;
  if (isYes) return;
  const rights = `npx cdk diff --method template ${context}`;
  if (!terminal)
    throw new UsageError(
      `This is the first deployment of ${stack}, which makes functions, queues, a table and roles, and there is no terminal to ask at. Add --yes if you agree (${rights} shows what it makes).`,
    );
  const message = `Make the stack ${stack} in ${region}, with functions, queues, a table, secrets and roles? (${rights} shows all of it)`;
  const agrees = answered(await confirm({ ...terminal, message, initialValue: false }));
  if (!agrees) throw new UsageError(`You did not agree: nothing was deployed, and ${stack} is not there.`);
}
