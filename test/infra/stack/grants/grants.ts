import { appendFileSync } from 'node:fs';
import * as z from 'zod/mini';
import type { AwsCaller, Grant } from '../../../../infra/local/emulator/iam/authorize.ts';
import { principalsOf } from '../../../../infra/local/emulator/iam/principals.ts';
import type { LocalStack } from '../../../../infra/local/emulator/template/read-stack.ts';

/**
 * Who used a grant of a role: the function's own code, Lambda when it polls the function's queue or keeps what
 * the function writes, the scheduler.
 */
export const grantUsers = ['function', 'mapping', 'logs', 'schedule'] as const;
export type GrantUser = (typeof grantUsers)[number];

/** One line of the record: a grant that a role has, or one that the local platform saw used. */
export const grantRecordSchema = z.object({
  stack: z.string(),
  /** The function that the role was made for; of a schedule's role its own name. */
  role: z.string(),
  action: z.string(),
  resource: z.string(),
  /** Missing when the role just has it. */
  usedBy: z.exactOptional(z.enum(grantUsers)),
});

export type GrantRecord = z.infer<typeof grantRecordSchema>;

/** Every action on every resource that the caller's statements allow by name. */
export function grantsOf({ statements }: AwsCaller): Grant[] {
  return statements
    .filter(({ Effect }) => Effect === 'Allow')
    .flatMap(({ Action, Resource }) =>
      Action.flatMap((action) => Resource.map((resource) => ({ action, resource }))),
    );
}

/** Notes all grants of the stack's roles, so that whoever reads the record sees which were never used. */
export function recordGranted(stack: LocalStack, file: string): void {
  const records = principalsOf(stack)
    // A mapping polls with its function's role.
    .filter(({ kind }) => kind === 'function' || kind === 'schedule')
    .flatMap((principal) =>
      grantsOf(principal).map((grant) => ({ stack: stack.name, role: principal.label, ...grant })),
    );
  appendFileSync(file, records.map((record) => `${JSON.stringify(record)}\n`).join(''));
}
