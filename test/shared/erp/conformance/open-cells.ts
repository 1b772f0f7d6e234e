import { existsSync } from 'node:fs';

/** Why tests of the suite are left out, and where that is written. */
export interface OpenCell {
  readonly reason: string;
  readonly source: string;
  /** What decides it: the ERP itself, a configuration for it, or another test that asks for the same. */
  readonly decidedBy: keyof typeof deciders;
}

/** The ERP has no such thing. @param source A file of its source or documentation, an address, or where it was seen. */
export const notInErp = (reason: string, source: string): OpenCell => ({ reason, source, decidedBy: 'erp' });

/** The ERP may have it, and what is tested does without. @param file The configuration or extension that does. */
export const notUsedBy = (reason: string, file: string): OpenCell => ({
  reason,
  source: file,
  decidedBy: 'configuration',
});

/** It is asked for elsewhere. @param file The test that does. */
export const shownBy = (reason: string, file: string): OpenCell => ({
  reason,
  source: file,
  decidedBy: 'test',
});

/** What must be true of a source, and what to write instead. */
interface Decider {
  readonly accepts: (source: string) => boolean;
  readonly expected: string;
}

const filesThatDoWithout =
  /^(?:plants\/examples\/.+\.ts|test\/release\/[\d.]+\/.+\.ts|integration\.config\.ts|shared\/erp\/template\/.+\.ts|.+\.al)$/;
const namesWhoSaysSo = /\bhttps:\/\/[\w.-]+\/\S|[\w-]\.(?:py|php|json|md|d\.ts)\b|\bseen on \S/;

const deciders = {
  erp: {
    accepts: (source) => (isOurs(source) ? existsSync(source) : namesWhoSaysSo.test(source)),
    expected:
      'a file of the ERP or of its documentation, an https address, "seen on" a version, or a file here that is there',
  },
  configuration: {
    accepts: (source) => filesThatDoWithout.test(source) && existsSync(source),
    expected:
      'an example, a file of an earlier release, the sample configuration, the template or an extension; a connector leaves nothing out',
  },
  test: {
    accepts: (source) => source.startsWith('test/') && existsSync(source),
    expected: 'a file of tests that is there',
  },
} as const satisfies Record<string, Decider>;

function isOurs(source: string): boolean {
  return /^(?:infra|plants|shared|test)\//.test(source);
}

/**
 * What is wrong with the open cells of an ERP.
 * @param asked The capabilities that tests have asked for; left out where only some chapters run.
 */
export function complaintsOfCells(
  cannot: Readonly<Record<string, OpenCell>>,
  asked?: ReadonlySet<string>,
): string[] {
  return Object.entries(cannot).flatMap(([capability, { reason, source, decidedBy }]) => {
    const { accepts, expected } = deciders[decidedBy];
    const isNeeded = asked?.has(capability) ?? true;
    return [
      reason.trim() === '' ? [`${capability} is open without a reason: say what the ERP lacks.`] : [],
      accepts(source) ? [] : [`${capability} is open by "${source}": expected ${expected}.`],
      isNeeded ? [] : [`${capability} is open, and no test asks for it: take it out.`],
    ].flat();
  });
}
