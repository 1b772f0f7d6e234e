/**
 * Which fields of a value something reads: found by giving it a look-alike that remembers. So a mapping can be shown
 * beside the input that it leaves unused.
 * @returns Paths such as `quantity.amount`; a trailing `*` when all below was listed. Undefined when what is run does
 * not work on look-alikes (it clones its input, say).
 */
export function readsOf<T extends object>(value: T, run: (lookAlike: T) => unknown): Set<string> | undefined {
  const reads = new Set<string>();
  try {
    run(watched(value, '', reads));
    return reads;
  } catch {
    return undefined;
  }
}

/** Whether a field, or anything within it, was read. */
export function isRead(reads: ReadonlySet<string>, field: string): boolean {
  for (const read of reads) {
    if (read === field || read.startsWith(`${field}.`)) return true;
    if (read.endsWith('*') && field.startsWith(read.slice(0, -1))) return true;
  }
  return false;
}

function watched<T extends object>(value: T, path: string, reads: Set<string>): T {
  return new Proxy(value, {
    get(target, name) {
      const inner: unknown = Reflect.get(target, name);
      // Inherited things, such as a list's methods, are no fields.
      if (typeof name === 'symbol' || !Object.hasOwn(target, name)) return inner;
      const at = `${path}${name}`;
      if (inner !== null && typeof inner === 'object') return watched(inner, `${at}.`, reads);
      reads.add(at);
      return inner;
    },
    ownKeys(target) {
      reads.add(`${path}*`);
      return Reflect.ownKeys(target);
    },
  });
}
