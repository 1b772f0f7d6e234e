/**
 * The doc comments of the fields of a type or schema, by their path in it: the reference tells people what
 * editors tell them. It reads source text of this house's formatting, one field to a line.
 * @param source Text of a TypeScript file.
 * @param name Name of an interface, or of a constant that holds a schema.
 */
export function docCommentsOf(source: string, name: string): ReadonlyMap<string, string> {
  const lines = source.split('\n');
  const start = lines.findIndex((line) => new RegExp(`^export (interface|const) ${name}\\b`).test(line));
  if (start < 0) throw new Error(`There is no ${name} in the source.`);
  const found = new Map<string, string>();
  /** Fields around the current line, outermost first; unnamed brackets hold the name of the line before. */
  const around: string[] = [];
  let comment: string[] | undefined;
  let finished = '';
  /** The last field at each depth. */
  const lastFields: string[] = [];
  for (const line of lines.slice(start + 1)) {
    if (around.length === 0 && /^[}\])]/.test(line)) break;
    const text = line.trim();
    if (text.startsWith('/**')) comment = [];
    if (comment) {
      comment.push(text.replace(/^\/\*\*\s?|\s?\*\/$|^\*\s?/g, '').trim());
      if (text.endsWith('*/')) {
        finished = comment.join(' ').trim();
        comment = undefined;
      }
      continue;
    }
    if (text.startsWith('//')) continue;
    const field = /^(?:readonly )?([A-Za-z]\w*)\??:/.exec(text)?.[1];
    if (field !== undefined) {
      lastFields[around.length] = field;
      if (finished) found.set([...named(around), field].join('.'), finished);
      finished = '';
    }
    // Brackets that open on this line belong to its field, or to the field whose value began on a line before.
    for (const bracket of withoutTexts(text).match(/[{[(]|[}\])]/g) ?? []) {
      if ('{[('.includes(bracket)) around.push(bracket === '{' ? (lastFields[around.length] ?? '') : '');
      else around.pop();
    }
  }
  return found;
}

/** `{` inside of `{` of the same field is its value, not a field of that name. */
function named(around: readonly string[]): string[] {
  return around.filter((name, index) => name !== '' && name !== around[index - 1]);
}

function withoutTexts(line: string): string {
  return line.replace(/'[^']*'|"[^"]*"|`[^`]*`|\/\*.*?\*\//g, '');
}
