import { globSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const callsByItself =
  /(?<![\w.#])fetch\(|from 'node:(https?|http2|net|tls|dgram)'|from 'undici'|XMLHttpRequest|WebSocket/;

it('calls a partner through the one HTTP client', () => {
  const files = globSync('shared/{azumuta,erp,orders,completions}/**/*.ts');
  expect(files.length).toBeGreaterThan(50);
  expect(files.filter((file) => callsByItself.test(readFileSync(file, 'utf8')))).toEqual([]);
});
