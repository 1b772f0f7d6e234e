/** The object, but for some of its members. */
export function overriding<T extends object>(real: T, changes: Partial<T>): T {
  return new Proxy(real, {
    get(_, name) {
      const member: unknown = Reflect.get(name in changes ? changes : real, name);
      return typeof member === 'function' ? member.bind(real) : member;
    },
  });
}

/** The object, where each of its calls is made by what `through` makes of it. */
export function callingThrough<T extends object>(
  real: T,
  through: <Given extends unknown[], Answer>(
    call: (...given: Given) => Promise<Answer>,
    name: string,
  ) => (...given: Given) => Promise<Answer>,
): T {
  return new Proxy(real, {
    get(_, name) {
      const member: unknown = Reflect.get(real, name);
      return typeof member === 'function' ? through(member.bind(real), String(name)) : member;
    },
  });
}
