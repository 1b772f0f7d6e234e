import { execFile } from 'node:child_process';
import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import * as z from 'zod/mini';
import { nodeBinary } from './node-binary.ts';

export interface SynthesizeOptions {
  readonly integrationFile: string;
  /** Where the cloud assembly goes; emptied first. */
  readonly folder: string;
  /** What the configuration may read from `process.env`. */
  readonly environment: Readonly<Record<string, string>>;
  readonly stage?: string;
}

const run = promisify(execFile);
const app = fileURLToPath(new URL('../app.ts', import.meta.url));
const failureSchema = z.object({ stderr: z.string() });

/**
 * Synthesizes the CDK app as `cdk synth` does, in a process of its own: so the configuration is read afresh,
 * and the CDK's memory is given back.
 * @throws Error with the configuration's own complaint.
 */
export async function synthesize(
  options: SynthesizeOptions,
): Promise<{ readonly directory: string; readonly stackName: string }> {
  rmSync(options.folder, { recursive: true, force: true });
  const context = { config: options.integrationFile, stage: options.stage ?? 'local' };
  try {
    const { stdout } = await run(nodeBinary(), [app], {
      env: {
        ...process.env,
        ...options.environment,
        CDK_OUTDIR: options.folder,
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
