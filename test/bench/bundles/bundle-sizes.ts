import type { Metafile } from 'esbuild';

/** The parts of one function's bundle, in bytes, largest first. */
export interface BundleSize {
  readonly name: string;
  readonly bytes: number;
  readonly packages: ReadonlyMap<string, number>;
  readonly files: ReadonlyMap<string, number>;
}

/** The bundles of a build, written as `<function>/index.mjs`. */
export function sizesOf({ outputs }: Metafile): BundleSize[] {
  return Object.entries(outputs).map(([file, { bytes, inputs }]) => {
    const files = Object.entries(inputs).flatMap(([input, { bytesInOutput }]): [string, number][] =>
      bytesInOutput > 0 ? [[input, bytesInOutput]] : [],
    );
    const packages = new Map<string, number>();
    for (const [input, share] of files) {
      packages.set(packageOf(input), (packages.get(packageOf(input)) ?? 0) + share);
    }
    return {
      name: file.split('/').at(-2) ?? file,
      bytes,
      packages: largestFirst(packages),
      files: largestFirst(files),
    };
  });
}

/** The package that a file belongs to. */
function packageOf(input: string): string {
  const inside = input.split('node_modules/').at(-1) ?? '';
  if (!input.includes('node_modules/')) return input.startsWith('built-in:') ? 'Node' : 'our own code';
  return inside
    .split('/')
    .slice(0, inside.startsWith('@') ? 2 : 1)
    .join('/');
}

function largestFirst(shares: Iterable<[string, number]>): Map<string, number> {
  return new Map([...shares].sort(([, a], [, b]) => b - a));
}
