import { createServer } from 'node:net';

/**
 * So many free ports of 127.0.0.1. All are below the range from which the kernel takes ports for outgoing connections, so
 * a process that was killed finds its port free when it comes back.
 */
export async function freePorts(count: number): Promise<number[]> {
  const found = new Set<number>();
  for (let tries = 0; found.size < count; tries += 1) {
    if (tries > 200) throw new Error('Found no free port on 127.0.0.1 after 200 tries.');
    const port = 20_000 + Math.floor(Math.random() * 12_000);
    if (await isFree(port)) found.add(port);
  }
  return [...found];
}

function isFree(port: number): Promise<boolean> {
  return new Promise((answer) => {
    const probe = createServer();
    probe.once('error', () => answer(false));
    probe.listen(port, '127.0.0.1', () => probe.close(() => answer(true)));
  });
}
