import { readFileSync } from 'node:fs';

/** What a process has used so far. */
interface Usage {
  /** User and system time of all its threads, in milliseconds. */
  readonly cpuMs: number;
  /** Its present memory in bytes (VmRSS). */
  readonly memoryBytes: number;
}

/** Linux counts processor time in hundredths of a second for programs (USER_HZ, `man 5 proc`). */
const msPerTick = 10;

/** Reads `/proc`; undefined where it does not exist, or when the process has ended. */
export function usageOf(pid: number): Usage | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field is the name in brackets and may contain spaces; utime and stime are the 14th and 15th.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    const [, kilobytes = 0] = /^VmRSS:\s+(\d+) kB/m.exec(status) ?? [];
    return {
      cpuMs: (Number(fields[11]) + Number(fields[12])) * msPerTick,
      memoryBytes: Number(kilobytes) * 1024,
    };
  } catch {
    return undefined;
  }
}

/** Kills a process as a power cut does. Does nothing if it has just ended by itself. */
export function killIfAlive(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended.
  }
}
