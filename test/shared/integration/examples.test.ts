import { globSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadIntegration } from '../../../infra/build/load-configuration.ts';
import { defaultBaseUrl } from '../../../shared/azumuta/contract.ts';
import * as api from '../../../shared/integration/index.ts';
import { mapProductOrders } from '../../../shared/integration/mapping/product-orders.ts';
import { erpOrder } from '../../support/orders.ts';
import { complaintsAbout, snippetFolder } from '../../support/snippets.ts';

const root = resolve(import.meta.dirname, '../../..');
const names = Object.keys(api);
const documented = /^\/\*\*\n((?: \*.*\n)+?) \*\/\nexport (?:function|const) (\w+)/gm;

/** Examples in the docstrings of exported functions, by name. */
const examples = globSync('shared/**/*.ts', { cwd: root })
  .flatMap((file) => [...readFileSync(join(root, file), 'utf8').matchAll(documented)])
  .map(([, text = '', name = '']) => {
    const [, ...shown] = text.replace(/^ \* ?/gm, '').split('@example\n');
    return { name, shown };
  })
  .filter(({ shown }) => shown.length > 0);

/** Its first configuration. */
const [, readme = ''] = /```ts\n([\s\S]*?)```/.exec(readFileSync(join(root, 'README.md'), 'utf8')) ?? [];

describe('the functions for a configuration', () => {
  it('have one example each in their docstrings', () => {
    expect(examples.map(({ name }) => name).sort()).toEqual(names.sort());
    expect(examples.filter(({ shown }) => shown.length > 1)).toEqual([]);
  });

  it('have examples that compile, as the README has', async () => {
    // Prepare
    const head = [
      "import * as z from 'zod/mini';",
      `import { type CompletedProductOrder, ${names.join(', ')} } from '#azumuta-erp';`,
      'declare const completed: CompletedProductOrder;',
    ];
    const files = examples.map(({ name, shown }) => [`${name}.ts`, [...head, ...shown].join('\n')]);
    const folder = snippetFolder({ ...Object.fromEntries(files), 'readme.ts': readme });

    // Act
    const complaints = await complaintsAbout(folder, { noUnusedLocals: false });

    // Assess
    expect(complaints).toBe('');
  });
});

describe("the README's first configuration", () => {
  it('is a file that loads, and sends nothing that the order does not have', async () => {
    // Prepare
    const folder = snippetFolder({ 'ghent.config.ts': readme });

    // Act
    const { integration } = await loadIntegration(join(folder, 'ghent.config.ts'), 'production');

    // Assess
    expect(integration.azumuta.baseUrl).toBe(defaultBaseUrl);
    const [plain, left] = ['GEAR-01', 'GEAR-01-L'].map((article) =>
      mapProductOrders(integration.productOrders, erpOrder({ article })).productOrders.map(
        ({ draft }) => draft,
      ),
    );
    const draft = { number: 'MO/0001', article: 'GEAR-01', parameters: { Quantity: 5 } };
    expect(plain).toEqual([{ ...draft, variants: [] }]);
    expect(left).toEqual([{ ...draft, variants: ['Left'] }]);
  });
});
