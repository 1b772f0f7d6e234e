import { once } from 'node:events';
import * as z from 'zod/mini';
import { newToken } from '../local/operator-clients.ts';
import { defineCommand, option, plantOptions, runCommand, UsageError } from '../ops/cli/command.ts';
import { say, styled } from '../ops/cli/output.ts';
import { findTarget } from '../ops/cli/target.ts';
import { createConsole, listenOnLoopback } from './app.ts';
import { consoleDependencies } from './dependencies.ts';

const command = defineCommand({
  name: 'console',
  description: 'Shows both flows, orders and dead letters in the browser, with your own AWS credentials.',
  help: `
Examples:
  npm run console -- --stack AzumutaErp-ghent-production
  npm run console -- --local --port 8080                    always at the same port

It prints an address that contains a token of this start: open it in your browser. It listens on 127.0.0.1 only, and
no other page can call it. Ctrl-C stops it.

Exit codes: 0 stopped · 1 failed · 2 wrong command line`,
  options: {
    ...plantOptions,
    port: option(
      '<port>',
      'port on this machine (default: a free one)',
      z._default(z.coerce.number().check(z.int(), z.minimum(0), z.maximum(65_535)), 0),
    ),
  },
});

await runCommand(command, async ({ options, signal }) => {
  if (options.json)
    throw new UsageError('The console has no --json: use trace, replay or alert for other programs.');
  const target = await findTarget(options);
  const keys = { token: newToken(), session: newToken() };
  let { port } = options;
  const app = createConsole({ ...consoleDependencies(target, options.config), keys, port: () => port });
  const listening = await listenOnLoopback(app, port);
  port = listening.port;
  say(`Console of ${styled('bold', target.name)}

  ${styled('cyan', `http://127.0.0.1:${port}/?token=${keys.token}`)}

Open it in your browser. Ctrl-C stops the console.`);
  if (!signal.aborted) await once(signal, 'abort');
  await listening.close();
  return { facts: {}, lines: [] };
});
