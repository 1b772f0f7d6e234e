import { readFileSync } from 'node:fs';
import { type BcError, dialog } from './bc-records.ts';

/** A file of the extension, `shared/erp/business-central/extension`. */
type ExtensionFile = 'AzumutaPost.Codeunit.al' | 'AzumutaBookingNotesAPI.Page.al';

/** The sentences of a file, by their labels. */
const read = new Map<ExtensionFile, ReadonlyMap<string, string>>();

/**
 * A refusal in the words of the extension's AL, so that the server says nothing that the extension cannot say.
 * @param label `FinishedErr`.
 * @param values For `%1`, `%2`, …
 */
export function refusalOfExtension(
  file: ExtensionFile,
  label: string,
  ...values: readonly (string | number)[]
): BcError {
  const sentence = labelsIn(file).get(label);
  if (sentence === undefined) throw new Error(`${file} has no label ${label}`);
  return dialog(sentence.replaceAll(/%(\d)/g, (_, n: string) => String(values[Number(n) - 1])));
}

function labelsIn(file: ExtensionFile): ReadonlyMap<string, string> {
  const known = read.get(file);
  if (known) return known;
  const url = new URL(`../../../../../shared/erp/business-central/extension/${file}`, import.meta.url);
  const found = readFileSync(url, 'utf8').matchAll(/^ +(\w+Err): Label '((?:[^']|'')*)'/gm);
  const labels = new Map(
    Array.from(found, ([, name = '', sentence = '']) => [name, sentence.replaceAll("''", "'")]),
  );
  read.set(file, labels);
  return labels;
}
