/** The object, but for some of its members. */
export function overriding<T extends object>(real: T, changes: Partial<T>): T {
  return new Proxy(real, {
    get(_, name) {
      const member: unknown = Reflect.get(name in changes ? changes : real, name);
      return typeof member === 'function' ? member.bind(real) : member;
    },
  });
}
