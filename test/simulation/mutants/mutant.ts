/** A fault to plant into the deployed code: what would go wrong in a factory. */
export interface Mutant {
  /** Unique; `--only` chooses by it. */
  readonly name: string;
  /** From the root of the project. */
  readonly file: string;
  /** Text that the file holds exactly once. */
  readonly find: string;
  readonly replace: string;
  readonly why: string;
}

/** Of the project: what `file` is relative to. */
export const root = new URL('../../../', import.meta.url);

/** @throws Error when the text to find is not there, or several times: the table is behind the code. */
export function planted(source: string, { name, file, find, replace }: Mutant): string {
  const parts = source.split(find);
  if (parts.length === 2) return parts.join(replace);
  throw new Error(`Mutant ${name}: its text occurs ${parts.length - 1} times in ${file}, not once.`);
}
