import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { bundleFunctions, type FunctionName, functionNames } from '../../../infra/build/bundle-functions.ts';
import { type BundleSize, sizesOf } from './bundle-sizes.ts';

const folder = mkdtempSync(join(tmpdir(), 'azumuta-erp-budget-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const { bundles, metafile } = await bundleFunctions(resolve('integration.config.ts'), folder);
const sizes = sizesOf(metafile);

/** Bytes, minified; slightly above the present sizes, so that growth needs a decision. */
const budgets: Partial<Record<FunctionName, number>> = {
  'receive-webhook': 187_000,
  'accept-product-orders': 374_200,
  'book-completion': 450_100,
  'create-product-orders': 434_800,
  'reconcile-completions': 365_400,
  'send-alerts': 422_500,
  'show-pages': 291_400,
};
const budgetOfOthers = 378_800;

describe('the bundle of a function', () => {
  it.each(functionNames)('stays within its budget: %s', (name) => {
    const size = sizes.find((each) => each.name === name);
    expect(size?.bytes, largestOf(size)).toBeLessThanOrEqual(budgets[name] ?? budgetOfOthers);
  });

  it('contains no part of the AWS SDK that only laptops and browsers need', () => {
    const unwanted =
      /credential-provider-(ini|sso|login|process|http|web-identity)|nested-clients|fetch-http/;
    const inputs = sizes.flatMap(({ packages }) => [...packages.keys()]);
    expect(inputs.filter((name) => unwanted.test(name))).toEqual([]);
  });

  it('contains no packages except the AWS clients with their dependencies, zod and big.js', () => {
    const known = /^(?:our own code$|Node$|@aws-sdk\/|@smithy\/|@aws\/|zod$|big\.js$)/;
    const packages = new Set(sizes.flatMap((size) => [...size.packages.keys()]));
    expect([...packages].filter((name) => !known.test(name))).toEqual([]);
  });

  it('contains how the connector books in one function, and how it lists in the others', () => {
    expect(having('erp/detail-rules.ts')).toEqual(['book-completion']);
    expect(having('erp/rest/list-orders.ts')).not.toContain('book-completion');
    expect(having('erp/rest/row-schema.ts')).not.toContain('book-completion');
    expect(having('erp/rest/list-orders.ts')).toContain('pull-product-orders');
  });

  it('contains how product orders are created in Azumuta in one function', () => {
    expect(having('azumuta/client.ts')).toEqual(['create-product-orders']);
    expect(having('azumuta/request-for-creation.ts')).toEqual(['create-product-orders']);
    expect(having('azumuta/reader.ts')).toContain('book-completion');
  });

  it('contains of the ledger what its function calls', () => {
    const calling = (method: string) => functionNames.filter((name) => codeOf(name).includes(method));
    expect(calling('planAndClaim(')).toEqual(['book-completion', 'reconcile-completions']);
    expect(calling('markMessageSentAgain(')).toEqual([
      'accept-product-orders',
      'pull-product-orders',
      'create-product-orders',
    ]);
    expect(calling('listOverdue(')).toEqual(['reconcile-completions']);
    expect(calling('settle(')).toEqual(['send-alerts', 'show-pages']);
  });

  it('contains what the ERP may say of an order where that is decided', () => {
    expect(having('life/what-the-erp-says.ts')).not.toContain('book-completion');
    expect(having('life/what-the-erp-says.ts')).toContain('create-product-orders');
  });

  it('contains what the stack is made of in the function of the alerts alone', () => {
    // Esbuild names a file that was left out as well: what is left of it says nothing of a stack.
    const knowing = functionNames.filter((name) => codeOf(name).includes('eipalloc'));
    expect(knowing).toEqual(['send-alerts']);
  });

  it('contains only the connector of its plant', () => {
    const connectors = sizes
      .flatMap(({ files }) => [...files.keys()])
      .filter((file) => /shared\/erp\/(business-central|odoo|sap|tryton)/.test(file));
    expect(connectors).toEqual([]);
    expect(codeOf('book-completion')).toContain('Sandbox ERP');
    expect(codeOf('book-completion')).not.toMatch(/stock\.lot|ProdnOrdConf2|qty_producing|bookingNotes/);
  });

  it.each(['receive-webhook', 'show-pages'] as const)(
    'contains no configuration and no connector: %s',
    (name) => {
      expect(codeOf(name)).not.toContain('Sandbox ERP');
    },
  );
});

/** The functions that have a file of `shared`. */
function having(file: string): string[] {
  return sizes.filter(({ files }) => files.has(`shared/${file}`)).map(({ name }) => name);
}

function codeOf(name: FunctionName): string {
  return readFileSync(join(bundles[name], 'index.mjs'), 'utf8');
}

function largestOf(size: BundleSize | undefined): string {
  const largest = [...(size?.packages ?? [])].slice(0, 5).map(([name, bytes]) => `${name} ${bytes}`);
  return `Largest parts: ${largest.join(', ')}.`;
}
