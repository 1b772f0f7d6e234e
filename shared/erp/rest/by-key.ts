import { describeMismatches, parse } from '../../platform/validation.ts';
import { rejected } from '../failures.ts';
import { type Erp, refusalOfStep } from './errors.ts';
import type { RestAnswer, RestStep } from './options.ts';
import type { ProcedureRun } from './run.ts';
import { type BookingProof, proofSchema } from './schemas.ts';

/**
 * What a step that books by its key has done, by its own answer: a success proves the booking only if it names our key and our
 * figures. Any other one may have booked something, so it is for a person, and is never sent again by itself.
 * @returns its reference.
 */
export function provenReference<Context>(
  erp: Erp,
  run: ProcedureRun<Context>,
  step: RestStep<Context>,
  answer: RestAnswer,
  what: string,
): string {
  const refusal = refusalOfStep(erp, run, step, answer, what);
  if (refusal) throw refusal;
  const { key } = run.task;
  const proof = parse(proofSchema, step.proof?.(answer, run.context));
  const doubt = proof.ok
    ? whyDoubted(run, proof.value)
    : `proves nothing (${describeMismatches(proof.mismatches)})`;
  if (proof.ok && doubt === undefined) return proof.value.reference;
  const said = `${erp.partner} answered ${what} with ${answer.status}, and the answer ${doubt}`;
  const next = `look in the ERP for ${key}, and book by hand what is missing`;
  throw rejected('booked-otherwise', `${said}: it may be booked, and is not sent again by itself; ${next}.`);
}

function whyDoubted<Context>(
  { task, figures }: ProcedureRun<Context>,
  proof: BookingProof,
): string | undefined {
  return proof.key === task.key ? figures?.whyNotProven(proof) : 'does not name our key';
}
