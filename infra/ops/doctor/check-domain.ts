import { Resolver } from 'node:dns/promises';
import { once } from 'node:events';
import { connect } from 'node:tls';
import { reasonOf } from '../../../shared/model/errors.ts';
import { counted } from '../cli/output.ts';
import type { Target } from '../cli/target.ts';
import { type Check, check, fine, notice, wrong } from './finding.ts';

/** Longest wait for a handshake. */
const maxWaitMs = 15_000;
/** AWS renews its certificates 60 days before they end, and imported ones never. */
const soonDays = 30;
const dayMs = 86_400_000;

/** The end of API Gateway's own names; any other name is a domain of the plant. */
const ofApiGateway = /\.amazonaws\.com(\.cn)?$/;

/** What Node's resolver is asked. */
type Names = Readonly<Record<'resolveCname' | 'resolve4', (name: string) => Promise<string[]>>>;

/** Checks the DNS entry and the certificate of a plant's own domain. `httpApiChecks` checks what answers there. */
export function domainChecks(
  target: Target,
  { now = () => new Date(), resolver = new Resolver() }: { now?: () => Date; resolver?: Names } = {},
): Check[] {
  const { hostname, port } = new URL(target.output('OrderEndpoint'));
  if (target.local || ofApiGateway.test(hostname)) return [];
  return [
    check('DNS entry', () => lookAtName(hostname, target.output('DomainTarget'), resolver)),
    check('Certificate', () => lookAtCertificate(hostname, Number(port || 443), now())),
  ];
}

async function lookAtName(name: string, to: string, resolver: Names) {
  const next = `in the DNS of the domain, make ${name} a CNAME of ${to} (in Route 53 also an alias)`;
  const names = await answers(resolver.resolveCname(name));
  if (names.includes(to)) return fine(`${name} points to the API`);
  const [found, expected] = await Promise.all([
    answers(resolver.resolve4(name)),
    answers(resolver.resolve4(to)),
  ]);
  // An alias of Route 53 shows the addresses alone.
  if (found.some((address) => expected.includes(address))) return fine(`${name} has the API's addresses`);
  const elsewhere = [...names, ...found];
  if (elsewhere.length === 0) return wrong(`there is no entry of ${name}`, next);
  return wrong(`${name} points to ${elsewhere.join(', ')}, and not to the API`, next);
}

/** An empty list, where the name has no such entry or does not exist. */
async function answers(asked: Promise<string[]>): Promise<string[]> {
  try {
    return await asked;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENODATA' || code === 'ENOTFOUND') return [];
    throw error;
  }
}

async function lookAtCertificate(host: string, port: number, now: Date) {
  const socket = connect({ host, port, servername: host });
  try {
    await once(socket, 'secureConnect', { signal: AbortSignal.timeout(maxWaitMs) });
    const end = new Date(socket.getPeerCertificate().valid_to);
    const days = Math.floor((end.getTime() - now.getTime()) / dayMs);
    const until = `is that of ${host} until ${end.toISOString().slice(0, 10)}`;
    if (days >= soonDays) return fine(until);
    return notice(
      `${until}, ${counted(days, 'more day')}`,
      'check in AWS Certificate Manager why it is not renewed: its DNS entries must still exist, and an imported certificate must be imported again',
    );
  } catch (error) {
    return wrong(
      `this machine cannot connect to ${host} (${reasonOf(error)})`,
      'correct the DNS entry first; if it is right, set deployment.domain.certificateArn to a certificate of this name',
    );
  } finally {
    socket.destroy();
  }
}
