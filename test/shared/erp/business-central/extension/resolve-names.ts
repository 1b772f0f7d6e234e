/**
 * Resolves each name that our AL takes from the base application of Business Central, and writes them to `names.json`, with commit
 * and day. It is no compiler: types, permissions and events stay unchecked.
 *
 *     npx node test/shared/erp/business-central/extension/resolve-names.ts --from <clone of microsoft/BCApps> [--at <revision>]
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { BaseApplication } from './base-application.ts';
import { readExtension } from './read-extension.ts';
import { collectReferences } from './references.ts';
import { listNames, namesFile, type ResolvedNames } from './resolved-names.ts';

const { values } = parseArgs({
  options: { from: { type: 'string' }, at: { type: 'string', default: 'HEAD' } },
});
if (values.from === undefined)
  throw new Error('--from is missing: the folder of a clone of microsoft/BCApps');

const references = collectReferences(readExtension());
const { objects, members } = listNames(references);
const application = new BaseApplication(values.from, values.at);
const namespaces = objects.map((object) => [object, application.namespaceOf(object)] as const);
const notFound = [
  ...references.unknown,
  ...namespaces.flatMap(([object, namespace]) => (namespace === undefined ? [object] : [])),
  ...members.filter((member) => !application.has(member)),
];

if (notFound.length > 0) {
  console.error(`Not found at ${application.commit}:\n${notFound.join('\n')}`);
  process.exitCode = 1;
} else {
  const names: ResolvedNames = {
    repository: 'microsoft/BCApps',
    commit: application.commit,
    version: application.version,
    resolvedOn: new Date().toISOString().slice(0, 10),
    objects: Object.fromEntries(namespaces.map(([object, namespace]) => [object, namespace ?? ''])),
    members,
  };
  writeFileSync(namesFile, `${JSON.stringify(names, undefined, 2)}\n`);
  console.log(`${objects.length} objects and ${members.length} names of theirs, at ${application.commit}`);
}
