import type { PromiseName } from '../invariants/finding.ts';

/** A fault to plant into the deployed code, and who finds it. */
interface Fault {
  /** Text that occurs exactly once in the file. */
  readonly find: string;
  /** What stands there instead; by default nothing. */
  readonly replace?: string;
  /** What would go wrong in a factory. */
  readonly why: string;
  /** The promises that it breaks: the first seed that breaks any promise must break one of these. */
  readonly foundBy?: readonly [PromiseName, ...PromiseName[]];
  /** Of what the simulation does not draw: a file of tests, and words of the name of the test that finds it. */
  readonly foundIn?: { readonly file: string; readonly name: string };
}

/** Faults by their file, relative to the root of the project, and by a name, by which `--only` selects. */
export type Faults = Readonly<Record<string, Readonly<Record<string, Fault>>>>;

export interface Mutant extends Fault {
  readonly file: string;
  readonly name: string;
}

/** A test of the life of an order. */
export const life = (file: string, name: string) => ({ file: `test/life/${file}.test.ts`, name });

/** Root of the project, which `file` is relative to. */
export const root = new URL('../../../', import.meta.url);

/** @throws Error when the text does not occur exactly once: the code has changed, and the table of faults has not. */
export function planted(source: string, { name, file, find, replace = '' }: Omit<Mutant, 'why'>): string {
  const parts = source.split(find);
  if (parts.length === 2) return parts.join(replace);
  throw new Error(`Mutant ${name}: its text occurs ${parts.length - 1} times in ${file}, not once.`);
}
