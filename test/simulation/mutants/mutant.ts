import type { PromiseName } from '../invariants/finding.ts';

/** A fault to plant into the deployed code; `why` says what would go wrong in a factory. */
export interface Fault {
  /** Unique; `--only` selects by it. */
  readonly name: string;
  /** Relative to the root of the project. */
  readonly file: string;
  /** Text that occurs exactly once in the file. */
  readonly find: string;
  readonly replace: string;
  readonly why: string;
}

/** A fault that the simulation finds. */
export interface Mutant extends Fault {
  /** The promises that this fault breaks: the first seed that breaks any promise must break one of these. */
  readonly foundBy: readonly [PromiseName, ...PromiseName[]];
}

/** A fault that one test finds: what the simulation does not draw. */
export interface TestedMutant extends Fault {
  /** A file of tests, and words of the name of the test. */
  readonly foundIn: { readonly file: string; readonly name: string };
}

/** Root of the project, which `file` is relative to. */
export const root = new URL('../../../', import.meta.url);

/** @throws Error when the text does not occur exactly once: the code has changed, and the table of mutants has not. */
export function planted(source: string, { name, file, find, replace }: Omit<Fault, 'why'>): string {
  const parts = source.split(find);
  if (parts.length === 2) return parts.join(replace);
  throw new Error(`Mutant ${name}: its text occurs ${parts.length - 1} times in ${file}, not once.`);
}
