import type { NodeRed } from './node-red.ts';
import type { BenchPlant } from './plant.ts';

/** Something that books completions: ours, or Node-RED. */
export interface Contender {
  readonly name: string;
  readonly webhookUrl: string;
  /** The processes that do the work, by what a person calls them. */
  readonly workers: () => readonly { readonly name: string; readonly pid: number }[];
  /** Everything of it dies at once, and comes back. */
  readonly kill: () => Promise<void>;
}

/** The functions as the local platform runs them; queues, tables and the platform itself are AWS's part. */
export function ours(plant: BenchPlant): Contender {
  return {
    name: 'this bundle',
    webhookUrl: plant.webhookUrl,
    workers: () => plant.containers(),
    async kill() {
      for (const { pid } of plant.emulator.processes()) {
        try {
          process.kill(pid, 'SIGKILL');
        } catch {
          // A container that had just ended by itself.
        }
      }
    },
  };
}

export function nodeRed(name: string, running: NodeRed): Contender {
  return {
    name,
    webhookUrl: running.webhookUrl,
    workers: () => [{ name: 'Node-RED', pid: running.pid() }],
    kill: running.killAndRestart,
  };
}
