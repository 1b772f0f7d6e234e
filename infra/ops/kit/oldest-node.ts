/** The oldest Node.js with which the kit is tried. */
export const oldestNodeOfKit = '22.19.0';

/** @param version `22.19.0`, as `process.versions.node` has it. */
export function isOlderNode(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [oldestMajor = 0, oldestMinor = 0] = oldestNodeOfKit.split('.').map(Number);
  return major < oldestMajor || (major === oldestMajor && minor < oldestMinor);
}
