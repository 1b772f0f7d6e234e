import { isOlderNode, oldestNodeOfKit } from './oldest-node.ts';

const leaving = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const) {
  process.on(name, () => {
    // The second signal does not wait for the files.
    if (leaving.signal.aborted) process.exit(130);
    leaving.abort();
  });
}

if (isOlderNode(process.versions.node)) {
  process.stderr.write(
    `This is Node.js ${process.versions.node}, and the kit needs ${oldestNodeOfKit} or newer: install it from https://nodejs.org, and run the same line again.\n`,
  );
  process.exitCode = 2;
} else {
  // What an older Node.js does not have is only looked for here.
  const { runKit } = await import('./main.ts');
  process.exitCode = await runKit(process.argv.slice(2), leaving.signal);
}
