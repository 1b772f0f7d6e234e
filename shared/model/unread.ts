import { Rejected } from './errors.ts';

/** In place of a value in a form that nobody knows: why it cannot be understood. */
export class Unread {
  readonly why: Rejected;
  constructor(why: Rejected) {
    this.why = why;
  }
}

/** Sets a field of an object that is being made; one that is unread throws once it is used, and undefined sets none. */
export function setField(object: object, name: string, value: unknown): void {
  if (value === undefined) return;
  const throws = value instanceof Unread;
  const get = (): never => {
    throw throws ? value.why : undefined;
  };
  Object.defineProperty(object, name, {
    enumerable: true,
    configurable: true,
    ...(throws ? { get } : { value, writable: true }),
  });
}

type DefinedFields<Fields> = {
  [Name in keyof Fields as undefined extends Fields[Name] ? never : Name]: Fields[Name];
} & {
  [Name in keyof Fields as undefined extends Fields[Name] ? Name : never]?: Exclude<Fields[Name], undefined>;
};

/** An object of these fields. Those without a value are left out; one that is unread throws once it is used. */
export function definedFields<Fields extends object>(fields: Fields): DefinedFields<Fields> {
  const object = {};
  for (const [name, value] of Object.entries(fields)) setField(object, name, value);
  // Each value comes from the field of its name.
  return object as DefinedFields<Fields>;
}

/** A copy with some other fields, and without some. It uses none of the rest, so those that throw stay as they are. */
export function withFields<T extends object>(
  object: T,
  fields: { readonly [Name in keyof T]?: T[Name] | Unread },
  without: readonly (keyof T & string)[] = [],
): T {
  const copy: T = Object.create(Object.prototype, Object.getOwnPropertyDescriptors(object));
  for (const name of without) delete copy[name];
  for (const [name, value] of Object.entries(fields)) setField(copy, name, value);
  return copy;
}

/** What `use` makes of fields; the reason where it uses one that cannot be understood. */
export function readOrWhy<T>(use: () => T): T | Unread {
  try {
    return use();
  } catch (error) {
    if (error instanceof Rejected) return new Unread(error);
    throw error;
  }
}
