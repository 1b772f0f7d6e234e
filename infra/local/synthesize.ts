import { execFile } from 'node:child_process';
import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import * as z from 'zod/mini';
import { nodeBinary } from './emulator/process/host.ts';

export interface SynthesizeOptions {
  readonly integrationFile: string;
  /** Where the cloud assembly is written; emptied first. */
  readonly folder: string;
  /** Variables that the configuration may read from `process.env`. */
  readonly environment: Readonly<Record<string, string>>;
  readonly stage?: string;
}

/** A stack in a cloud assembly. */
export interface Synthesized {
  readonly directory: string;
  readonly stackName: string;
}

/** Compiled code, kept between runs: the CDK is large. */
const compileCache = fileURLToPath(new URL('../../node_modules/.cache/synthesis', import.meta.url));
const run = promisify(execFile);
const app = fileURLToPath(new URL('../app.ts', import.meta.url));
const failureSchema = z.object({ stderr: z.string() });

/**
 * Synthesizes the CDK app as `cdk synth` does, in a process of its own: so the configuration is read afresh,
 * and the CDK's memory is freed.
 * @throws Error with what the app printed, such as an error in the configuration.
 */
export async function synthesize(options: SynthesizeOptions): Promise<Synthesized> {
  rmSync(options.folder, { recursive: true, force: true });
  const context = { config: options.integrationFile, stage: options.stage ?? 'local' };
  try {
    const { stdout } = await run(nodeBinary(), [app], {
      env: {
        ...process.env,
        ...options.environment,
        CDK_OUTDIR: options.folder,
        // The CDK's own check of the template takes two seconds of five; `cdk synth` and the tests of the
        // stack do it.
        CDK_VALIDATION: 'false',
        NODE_COMPILE_CACHE: compileCache,
        CDK_CONTEXT_JSON: JSON.stringify(context),
      },
    });
    return { directory: options.folder, stackName: stdout.trim() };
  } catch (error) {
    const complaint = failureSchema.safeParse(error);
    throw new Error(
      complaint.success && complaint.data.stderr.trim() ? complaint.data.stderr.trim() : String(error),
      { cause: error },
    );
  }
}
