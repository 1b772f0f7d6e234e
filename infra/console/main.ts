import { randomBytes, randomInt } from 'node:crypto';
import { once } from 'node:events';
import * as z from 'zod/mini';
import { commonOptions, exits, opsCommand, optionsOf, runCommand } from '../ops/cli/command.ts';
import { UsageError } from '../ops/cli/errors.ts';
import { createProgress, say, styled } from '../ops/cli/output.ts';
import { findTarget, whereOf } from '../ops/cli/target.ts';
import { createConsole } from './app.ts';
import { consoleDependencies } from './dependencies.ts';
import { listenOnLoopback } from './listen.ts';

const optionsSchema = z.object({
  ...commonOptions,
  port: z._default(z.coerce.number().check(z.int(), z.minimum(0), z.maximum(65_535)), 0),
});

const command = opsCommand(
  'console',
  'Shows both flows, orders and dead letters in the browser, with your own AWS credentials.',
)
  .option('--port <port>', 'port on this machine (default: a free one)')
  .addHelpText(
    'after',
    `
Examples:
  npm run console -- --local                                the platform that npm start runs
  npm run console -- --stack AzumutaErp-ghent-production    a deployed stack
  npm run console -- --local --port 8080                    always at the same port

It prints an address with a token of this start: open it in your browser. It listens on 127.0.0.1 only, and no
other page can call it. Ctrl-C stops it.

Exit codes: 0 stopped · 1 failed · 2 wrong command line`,
  );

await runCommand(command, async (parsed, signal) => {
  const options = optionsOf(parsed, optionsSchema);
  if (options.json) throw new UsageError('The console has no --json: trace, replay and digest have.');
  const target = await createProgress().during('Looking for the stack', findTarget(options));

  const keys = { token: newKey(), session: newKey() };
  let port = options.port;
  const { dependencies, close } = consoleDependencies(
    target,
    whereOf(target),
    keys,
    () => port,
    () => randomInt(1_000_000),
  );
  const listening = await listenOnLoopback(createConsole(dependencies), options.port);
  port = listening.port;
  say(`Console of ${styled('bold', target.name)}`);
  say();
  say(`  ${styled('cyan', `http://127.0.0.1:${port}/?token=${keys.token}`)}`);
  say();
  say('Open it in your browser. Ctrl-C stops the console.');
  if (!signal.aborted) await once(signal, 'abort');
  await listening.close();
  close();
  return exits.done;
});

function newKey(): string {
  return randomBytes(32).toString('base64url');
}
