import { globSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { calledOriginsOf } from '../../../shared/azumuta/azumuta-http.ts';

/** What only the file that calls Azumuta may do: another file that did would miss what is added there. */
const callsAzumuta = /\bpartner: 'Azumuta'|\bapiKeyFormat\??\.replace|\bnew URL\((?:\w+\.)*azumuta\.baseUrl/;

it('is called from one place, so that an address or a header that is added there reaches probe, doctor and the demo, too', () => {
  const sources = globSync('{functions,infra,shared}/**/*.ts');
  const calling = sources.filter((file) => callsAzumuta.test(readFileSync(file, 'utf8')));
  expect(sources.length).toBeGreaterThan(300);
  expect(calling).toEqual(['shared/azumuta/azumuta-http.ts']);
});

it('names each origin that is called', () => {
  expect(calledOriginsOf({ baseUrl: 'https://app.azumuta.com/api/v1' })).toEqual(['https://app.azumuta.com']);
});
