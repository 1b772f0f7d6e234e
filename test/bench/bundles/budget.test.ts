import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type Bundles,
  bundleFunctions,
  type FunctionName,
  functionNames,
} from '../../../infra/build/bundle-functions.ts';
import { type BundleSize, packageOf, sizesOf } from './bundle-sizes.ts';

const folder = mkdtempSync(join(tmpdir(), 'azumuta-erp-budget-'));
let bundles: Bundles;
let sizes: readonly BundleSize[];

beforeAll(async () => {
  const made = await bundleFunctions(resolve('integration.config.ts'), folder);
  bundles = made.bundles;
  sizes = sizesOf(made.metafile);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Bytes, minified; a little above what they are, so that growth is somebody's decision. */
const budgets: Partial<Record<FunctionName, number>> = { 'receive-webhook': 215_000, 'send-alerts': 420_000 };
const budgetOfOthers = 384_000;

describe('the code of a function stays small', () => {
  it.each(functionNames)('%s', (name) => {
    const size = sizes.find((each) => each.name === name);
    expect(size?.bytes, largestOf(size)).toBeLessThanOrEqual(budgets[name] ?? budgetOfOthers);
  });

  it('and holds nothing of the AWS SDK that only laptops and browsers need', () => {
    const unwanted =
      /credential-provider-(ini|sso|login|process|http|web-identity)|nested-clients|fetch-http/;
    const inputs = sizes.flatMap(({ packages }) => [...packages.keys()]);
    expect(inputs.filter((name) => unwanted.test(name))).toEqual([]);
  });

  it('and holds no package but the clients of AWS and what they need, zod and big.js', () => {
    const known = /^(?:our own code$|Node$|@aws-sdk\/|@smithy\/|@aws\/|zod$|big\.js$)/;
    const packages = new Set(sizes.flatMap((size) => [...size.packages.keys()]));
    expect([...packages].filter((name) => !known.test(name))).toEqual([]);
  });

  it('and each has the connector of its plant alone', () => {
    const connectors = sizes
      .flatMap(({ files }) => [...files.keys()])
      .filter((file) => /shared\/erp\/(odoo|sap|tryton)/.test(file));
    expect(connectors).toEqual([]);
    expect(codeOf('book-completion')).toContain('Sandbox ERP');
    expect(codeOf('book-completion')).not.toMatch(/stock\.lot|ProdnOrdConf2|qty_producing/);
  });

  it('and the webhook door has no configuration and no connector', () => {
    expect(codeOf('receive-webhook')).not.toContain('Sandbox ERP');
  });
});

describe('the share of a package', () => {
  it('is told by the name of the package, with its scope, wherever it is nested', () => {
    expect(packageOf('node_modules/@aws-sdk/client-sqs/dist-es/index.js')).toBe('@aws-sdk/client-sqs');
    expect(packageOf('node_modules/a/node_modules/zod/v4/mini.js')).toBe('zod');
    expect(packageOf('shared/worker/worker.ts')).toBe('our own code');
  });
});

function codeOf(name: FunctionName): string {
  return readFileSync(join(bundles[name], 'index.mjs'), 'utf8');
}

function largestOf(size: BundleSize | undefined): string {
  const largest = [...(size?.packages ?? [])].slice(0, 5).map(([name, bytes]) => `${name} ${bytes}`);
  return `The largest parts: ${largest.join(', ')}.`;
}
