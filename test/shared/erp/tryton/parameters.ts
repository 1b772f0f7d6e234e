// What is in the parameters of a call.

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

export function fieldIn(value: unknown, name: string): unknown {
  return Object(value)[name];
}

export function textOf(value: unknown, name: string): string {
  return String(fieldIn(value, name));
}
