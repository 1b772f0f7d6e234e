import { afterAll, expect, it } from 'vitest';
import { explained, shrunk } from './run/explain.ts';
import { runSeed } from './run/seed-run.ts';
import { simulateFetch } from './world/network.ts';

afterAll(simulateFetch());

/** About 60 orders. `npm run simulate` uses other seeds each time. */
const seeds = Array.from({ length: 25 }, (_, at) => at + 1);

it('keeps every promise with the fixed seeds', async () => {
  for (const seed of seeds) {
    const [finding] = (await runSeed(seed)).findings;
    if (!finding) continue;
    const { lines } = await explained(seed, await shrunk(seed, finding), { full: false });
    expect.fail(lines.join('\n'));
  }
});
