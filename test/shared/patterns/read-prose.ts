import { globSync, readFileSync } from 'node:fs';

/** The comments of a program, each in one line; of a document all of it is one, up to what is released. */
export function readProse(file: string): string[] {
  const text = readFileSync(file, 'utf8');
  if (file.endsWith('.md')) return [withoutReleased(text).replaceAll(/\s+/g, ' ')];
  // Lines of `//` that follow each other are one comment.
  const comments = text.match(/\/\*[\s\S]*?\*\/|((?<=^|\s)\/\/.*\n?\s*)+/gm) ?? [];
  return comments.map((comment) =>
    comment
      .split('\n')
      .map((line) => line.replace(/^\s*(\/\*\*?|\*\/|\*|\/\/)\s?/, '').trim())
      .join(' ')
      .replaceAll(/\s+/g, ' ')
      .trim(),
  );
}

/** What a changelog says of released versions is history. */
function withoutReleased(document: string): string {
  const [current = ''] = document.split(/^## \d+\.\d+\.\d+ - /m);
  return current;
}

/** Documents that say what is, by their path: no history, nothing that is made of comments, and nothing of a package. */
export function currentDocuments(): string[] {
  const patterns = ['*.md', '.github/*.md', '{functions,infra,plants,shared,test}/**/*.md'];
  const others = /^CHANGELOG\.md$|\bCONFIGURATION\.md$|\bnode_modules\b/;
  return globSync(patterns).filter((file) => !others.test(file));
}
