import { runKit } from './main.ts';

const leaving = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const) {
  process.on(name, () => {
    // The second signal does not wait for the files.
    if (leaving.signal.aborted) process.exit(130);
    leaving.abort();
  });
}
process.exitCode = await runKit(process.argv.slice(2), leaving.signal);
