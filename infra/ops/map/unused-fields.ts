/**
 * Finds the fields of a value that a function reads, by running it on a proxy. So the preview of a mapping can mark the
 * input that it does not use.
 * @returns Paths such as `quantity.amount`; with a `*` at the end when all fields there were listed. Undefined when the
 * function does not work on a proxy, as it clones its input.
 */
export function readsOf<T extends object>(value: T, run: (proxy: T) => unknown): Set<string> | undefined {
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
      // Inherited properties, such as a list's methods, are no fields.
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
