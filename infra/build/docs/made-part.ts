/** Where a part of a document that a person writes is made from code. */
export interface MadePart {
  /** Of the document, for whoever has removed the place. */
  readonly path: string;
  /** Stands in the document at the begin and the end of the part. */
  readonly name: string;
}

/** The document with this part of it. @throws Error when it has no place for it. */
export function withPart(document: string, { path, name }: MadePart, part: string): string {
  const [begin, end] = [`<!-- ${name}: npm run documents -->`, `<!-- end of ${name} -->`];
  const [before, after] = [document.indexOf(begin), document.indexOf(end)];
  if (before < 0 || after < before) throw new Error(`${path} has no place for its ${name}.`);
  return `${document.slice(0, before)}${begin}\n${part}\n\n${document.slice(after)}`;
}
