// Does not import running.ts: this program needs no AWS client, which takes a second to load.
import { startFixture } from './fixture.ts';

/** A program that runs the platform, to be killed: prints the ids of its processes once all are up. */
const emulator = await startFixture(process.argv[2] === undefined ? {} : { dataDir: process.argv[2] });
await emulator.invoke('Probe', { act: 'echo' });
process.stdout.write(`${JSON.stringify(emulator.processes().map(({ pid }) => pid))}\n`);
setInterval(() => {}, 60_000);
