import { UsageError } from './command.ts';

export const minNote = 5;
export const maxNote = 500;

/** Why a person did something, and who it was: kept with the order. @throws UsageError */
export function signedNote(why: string, by: string): string {
  const note = why.replace(/\s+/g, ' ').trim();
  if (note.length >= minNote && note.length <= maxNote) return `${note} (signed by ${by})`;
  throw new UsageError(
    `Say in ${minNote} to ${maxNote} characters why, for everybody who looks up the order later.`,
  );
}

/** A text, or JSON, without who signed what; a signature may be cut off at its end. */
export function withoutSignatures(text: string): string {
  return text.replace(/ \(signed by [^()"]*\)?/g, '');
}
