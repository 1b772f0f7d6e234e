import { select, text } from '@clack/prompts';
import type * as z from 'zod/mini';
import { describeMismatches, parse } from '../../../shared/platform/validation.ts';
import { answered } from '../cli/answers.ts';
import { answersSchema, erps, withDatabase } from './answers.ts';

const titles = {
  odoo: 'Odoo 17 to 19',
  tryton: 'Tryton 7.0',
  'sap-s4hana': 'SAP S/4HANA',
  rest: 'another one with an HTTP API (the example is Dolibarr 22)',
} as const;

/** Asks a person: five questions, some of them in two parts. @throws UsageError when they leave. */
export async function askForAnswers(): Promise<unknown> {
  const plant = await typed('plant', 'Which plant? Its name is part of the stack’s.', 'ghent');
  const timeZone = await typed('timeZone', 'In which time zone is it?', 'Europe/Brussels');
  const erp = answered(
    await select({
      message: 'Which ERP does it have?',
      options: erps.map((value) => ({ value, label: titles[value] })),
    }),
  );
  const url = await typed('url', 'At which address is it called?', 'https://erp.plant.example');
  const database = withDatabase.has(erp)
    ? await typed('database', 'What is its database called?', 'plant')
    : undefined;
  const way = answered(
    await select({
      message: 'How do its orders come?',
      options: [
        { value: 'pull', label: 'We list those that were released, every five minutes' },
        { value: 'posted', label: 'The ERP posts each one to our order endpoint' },
      ],
    }),
  );
  const numberPrefix = await typed('numberPrefix', 'What stands before their numbers in Azumuta?', '');
  const mailed = await typed(undefined, 'Who is mailed when a person must act? (addresses, with commas)', '');
  return {
    ...{ plant, timeZone, erp, url, database, numberPrefix },
    orders: way === 'pull' ? { everyMinutes: 5 } : 'posted',
    emails: mailed.split(',').flatMap((address) => address.trim() || []),
  };
}

async function typed(
  field: keyof z.output<typeof answersSchema> | undefined,
  message: string,
  example: string,
): Promise<string> {
  return answered(
    await text({
      message,
      ...(example === '' ? { defaultValue: '', placeholder: 'nothing' } : { placeholder: example }),
      validate: (given) => (field === undefined ? undefined : complaintOf(field, given ?? '')),
    }),
  );
}

/** Whether one answer alone fits: the others are not known yet. */
function complaintOf(field: keyof z.output<typeof answersSchema>, given: string): string | undefined {
  const parsed = parse(answersSchema, { [field]: given });
  if (parsed.ok) return undefined;
  const own = parsed.mismatches.filter(({ path }) => path.startsWith(`$.${field}`));
  return own.length > 0 ? describeMismatches(own) : undefined;
}
