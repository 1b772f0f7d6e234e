/** The object, but for some of its members. */
export function overriding<T extends object>(real: T, changes: Partial<T>): T {
  return new Proxy(real, {
    get(_, name) {
      const member: unknown = Reflect.get(name in changes ? changes : real, name);
      return typeof member === 'function' ? member.bind(real) : member;
    },
  });
}

/** The object, each of whose calls is made by `through`, or not, or more than once. */
export function callingThrough<T extends object>(
  real: T,
  through: (call: () => Promise<unknown>, name: string, given: readonly unknown[]) => Promise<unknown>,
): T {
  return new Proxy(real, {
    get(_, name) {
      const member: unknown = Reflect.get(real, name);
      if (typeof member !== 'function') return member;
      return (...given: unknown[]) => through(() => Reflect.apply(member, real, given), String(name), given);
    },
  });
}
