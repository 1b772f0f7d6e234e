import { createServer } from 'node:net';

/**
 * Ports of 127.0.0.1 that nobody listens on, as many as there are wishes; a wish that is still free is kept.
 * They lie below the range that the kernel takes outgoing connections from, so that a piece that was killed
 * finds its port free when it comes back. `random` is in [0, 1).
 */
export async function freePorts(
  wishes: readonly (number | undefined)[],
  random: () => number,
): Promise<number[]> {
  const taken = new Set<number>();
  for (const wish of wishes) {
    let port = wish ?? draw(random);
    for (let tries = 0; taken.has(port) || !(await isFree(port)); tries += 1) {
      if (tries > 200) throw new Error('Found no free port on 127.0.0.1 after 200 tries.');
      port = draw(random);
    }
    taken.add(port);
  }
  return [...taken];
}

function draw(random: () => number): number {
  return 20_000 + Math.floor(random() * 12_000);
}

/** Whether somebody could listen on this port of 127.0.0.1 now. */
function isFree(port: number): Promise<boolean> {
  return new Promise((answer) => {
    const probe = createServer();
    probe.once('error', () => answer(false));
    probe.listen(port, '127.0.0.1', () => probe.close(() => answer(true)));
  });
}
