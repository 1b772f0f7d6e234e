import * as z from 'zod/mini';
import { defineCommand, option, plantOptions, runCommand, sentenceForOperator } from '../cli/command.ts';
import { definedLines, styled } from '../cli/output.ts';
import { configurationOf, findTarget, type Target } from '../cli/target.ts';
import { SecretStore } from '../secrets/secret-store.ts';
import { lookAtChannels, mailChecks } from './check-alerts.ts';
import { httpApiChecks } from './check-http-api.ts';
import { partnerChecks, secretFindings } from './check-partners.ts';
import { accountChecks, stackChecks } from './check-stack.ts';
import { lookAtStatusWords } from './check-status-words.ts';
import { type DoctorFinding, defineCheck, findingLines, fine, verdict, wrong } from './finding.ts';

const command = defineCommand({
  name: 'doctor',
  description:
    'Checks everything that must be right before orders and completions can travel, and says what to do. Changes nothing.',
  help: `
Examples:
  npm run doctor -- --stack AzumutaErp-ghent-production -c plants/ghent.config.ts
  npm run -s doctor -- --local --json                for other programs

Azumuta and the ERP are called from this machine, with the stack's secrets and the configuration as it is here:
reads alone, of the ERP the first pages of its released orders. That may differ from what the functions in Lambda
reach: a firewall can let in one and not the other.

Exit codes: 0 all is well, or only things to know (!) · 1 something is wrong (✗) · 2 wrong command line`,
  options: {
    ...plantOptions,
    partners: option(
      '',
      'leave out the calls to Azumuta and the ERP',
      z._default(z.boolean(), true),
      '--no-partners',
    ),
  },
});

type DoctorOptions = z.output<typeof command.form>;

/** All checks. Those of the partners are left out when the configuration does not load. */
async function collectChecks(target: Target, { config, partners }: DoctorOptions) {
  const loading = configurationOf(target, config);
  const { integration } = await loading.catch(() => ({ integration: undefined }));
  const secrets = new SecretStore(target, integration?.erp.secret.schema);
  return [
    defineCheck('Configuration', async () => {
      try {
        return fine(`${(await loading).file} loads, and is that of the stack's plant`);
      } catch (error) {
        const next = 'correct it, or name another with --config; without it the partners are not called';
        return wrong(sentenceForOperator(error), next);
      }
    }),
    defineCheck('Secrets', async () => secretFindings(await secrets.states(), target, config)),
    ...(partners && integration ? partnerChecks(target, integration, secrets, config) : []),
    ...httpApiChecks(target, secrets),
    defineCheck('Status of product orders', () => lookAtStatusWords(target, integration)),
    ...stackChecks(target, integration, new Date(), config),
    defineCheck('Channels of alerts', () => lookAtChannels(target)),
    ...accountChecks(target),
    ...mailChecks(target, integration),
  ];
}

await runCommand(command, async ({ options, signal, progress }) => {
  const target = await findTarget(options);
  const findings: DoctorFinding[] = [];
  for (const each of await collectChecks(target, options)) {
    if (signal.aborted) break;
    findings.push(...(await progress.during(`Looking at: ${each.about}`, each.look())));
  }
  const failed = findings.some(({ result }) => result === 'wrong');
  const note = styled('dim', 'Partners were called from this machine; Lambda may reach more, or less.');
  const lines = definedLines(
    [styled('bold', `Check of ${target.name}`), ''],
    findings.flatMap((finding) => findingLines(finding)),
    !signal.aborted && ['', verdict(findings)],
    options.partners && note,
  );
  const facts = { target: target.name, wellEnough: !failed, findings };
  if (signal.aborted) return { facts, lines, exit: 'interrupted' };
  return { facts, lines, exit: failed ? 'failed' : 'done' };
});
