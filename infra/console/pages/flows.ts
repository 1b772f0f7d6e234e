import { type Context, Hono } from 'hono';
import { html } from 'hono/html';
import * as z from 'zod/mini';
import type { BreakerState } from '../../../shared/circuit-breaker/circuit-breaker.ts';
import { flowNames } from '../../../shared/ledger/records/pauses.ts';
import { type Partner, partnerNames, partnerWords } from '../../../shared/model/partner.ts';
import { consumerOf, type QueueName } from '../../../shared/model/queues.ts';
import { capitalized } from '../../../shared/model/text.ts';
import { duration } from '../../../shared/model/time.ts';
import { flows, pauseHoldingQueue } from '../../../shared/situation/pauses.ts';
import { headlineOfAll, type Problem, problemsOf } from '../../../shared/situation/problems.ts';
import type { Situation } from '../../../shared/situation/read.ts';
import { refusesCredentials } from '../../../shared/situation/words.ts';
import type { ConsolePageDependencies } from '../dependencies.ts';
import { type Html, moment, namesAndValues, orderLinks, type PlantTime, postForm } from './parts.ts';

const flowSchema = z.object({ flow: z.enum(flowNames) });
const partnerSchema = z.object({ partner: z.enum(partnerNames) });

export function flowRoutes(pages: ConsolePageDependencies): Hono {
  return new Hono()
    .get('/flows', (c) => showFlows(c, pages))
    .get('/flows/pause', (c) => confirmPause(c, pages))
    .post('/flows/pause', (c) => pauseOrResumeFlow(c, 'pauseFlow', pages))
    .post('/flows/resume', (c) => pauseOrResumeFlow(c, 'resumeFlow', pages))
    .post('/flows/try', (c) => tryNow(c, pages));
}

async function showFlows(
  c: Context,
  { situation, commands, timeZone, show }: ConsolePageDependencies,
): Promise<Response> {
  const now = await situation();
  const problems = problemsOf(now, commands);
  const time = { now: now.at, timeZone };
  const isOpen = !problems.some(({ kind }) => kind === 'partner-down' || kind.startsWith('paused'));
  const content = html`<h1>Flows</h1>
    <div id="flows" data-live>
      ${isOpen ? html`<p class="lead">Both partners answer, and nothing is paused.</p>` : ''}
      ${
        problems.length === 0
          ? worksPart
          : html`<section aria-labelledby="problems" class="troubles">
    <h2 id="problems" class="unseen">Problems</h2>
    <ul>${problems.map(flowProblemPart)}</ul>
  </section>`
      }
      ${lane('Orders out', 'From the ERP to Azumuta', [
        partnerNode('erp', now, 'releases orders', time),
        receivedNode('by the order endpoint or the pull'),
        queueNode('product-orders', 'To be created', now),
        partnerNode('azumuta', now, 'gets product orders', time),
      ])}
      ${lane('Results back', 'From Azumuta to the ERP', [
        partnerNode('azumuta', now, 'reports completions', time),
        receivedNode('by the webhook or the reconciliation'),
        queueNode('completions', 'To be booked', now),
        partnerNode('erp', now, 'gets bookings', time),
      ])}
      ${switchesPart(now)}
    </div>
    <p class="hint">“Under way” counts messages that a function works on and messages that wait for their next attempt: SQS does not distinguish them.</p>`;
  return show(c, { name: 'flows', title: 'Flows', headline: headlineOfAll(problems), content }, now);
}

async function confirmPause(c: Context, { show }: ConsolePageDependencies): Promise<Response> {
  const { data } = z.safeParse(flowSchema, c.req.query());
  if (!data) return c.redirect('/flows', 303);
  const { does, partners, meanwhile, lost } = flows[data.flow];
  const content = html`<h1>Pause ${does}?</h1>
    <p class="lead">It calls ${partners}. What comes meanwhile is accepted, and waits. ${meanwhile} ${lost ?? ''} What is under way is finished.</p>
    <div class="actions">${postForm('/flows/pause', html`<button class="main">Pause it</button>`, '', data)} <a class="button" href="/flows">Cancel</a></div>`;
  return show(c, { name: 'flows', title: 'Pause', refreshSeconds: undefined, content });
}

async function pauseOrResumeFlow(
  c: Context,
  act: 'pauseFlow' | 'resumeFlow',
  { ledger, redirect }: ConsolePageDependencies,
): Promise<Response> {
  const { flow } = z.parse(flowSchema, await c.req.parseBody());
  await ledger.pauses[act](flow);
  const done = act === 'pauseFlow' ? 'paused' : 'resumed';
  return redirect(c, '/flows', `${capitalized(flows[flow].does)} is ${done}.`);
}

async function tryNow(c: Context, { ledger, redirect }: ConsolePageDependencies): Promise<Response> {
  const { partner } = z.parse(partnerSchema, await c.req.parseBody());
  const name = partnerWords[partner];
  const told = (await ledger.breaker.probeNow(partner))
    ? `The next message tries ${name} at once.`
    : `${capitalized(name)} is not down any more, or is being tried at this moment.`;
  return redirect(c, '/flows', told);
}

export const worksPart = html`<p class="verdict good"><span aria-hidden="true">✓</span> Everything works.</p>`;

function flowProblemPart({ id, kind, what, why, next, who, command, orders, more }: Problem): Html {
  return html`<li id="trouble-${id}" class="trouble ${kind === 'slow' ? 'slow' : 'stuck'}">
    <p class="what">${what}</p>
    ${namesAndValues([
      ['Why', why],
      [`What to do (${who})`, html`${next} ${linkOf(kind) ?? (command && html`<code>${command}</code>`)}`],
      ['Orders', orders.length > 0 ? orderLinks(orders, more) : undefined],
    ])}
  </li>`;
}

/** Where a person does it here; undefined where it is done elsewhere. */
export function linkOf(kind: Problem['kind']): Html | undefined {
  if (kind === 'dead-letter' || kind === 'unfiled') return html`<a href="/letters">Dead letters</a>`;
  return kind.startsWith('paused') ? html`<a href="/flows#switches">Resume</a>` : undefined;
}

function lane(title: string, explanation: string, nodes: readonly Html[]): Html {
  const id = title.toLowerCase().replace(' ', '-');
  return html`<section class="lane" aria-labelledby="${id}">
    <h2 id="${id}">${title} <small>${explanation}</small></h2>
    <ol>${nodes}</ol>
  </section>`;
}

function partnerNode(name: Partner, { partners }: Situation, role: string, time: PlantTime): Html {
  const state = partners[name];
  return html`<li class="node partner ${state.open ? 'bad' : 'good'}">
    <p class="name">${name === 'erp' ? 'ERP' : 'Azumuta'}</p>
    <p class="role">${role}</p>
    ${breakerPart(state, time)}
  </li>`;
}

function breakerPart({ open, openedAt, openUntilMs }: BreakerState, time: PlantTime): Html {
  const lamp = html`<span class="lamp" aria-hidden="true"></span>`;
  if (!open) return html`<p class="state">${lamp}<span>no outage</span></p>`;
  const seconds = ((openUntilMs ?? 0) - time.now.getTime()) / 1000;
  const since = openedAt === undefined ? '' : html` since ${moment(new Date(openedAt), time)}`;
  return html`<p class="state">${lamp}<span>down${since}</span></p>
    <p class="role">calls are paused, ${seconds > 0 ? `next try in ${duration(seconds)}` : 'the next message tries again'}</p>`;
}

function receivedNode(how: string): Html {
  return html`<li class="node step"><p class="name">Received</p><p class="role">${how}</p></li>`;
}

function queueNode(name: QueueName, title: string, { queues, partners }: Situation): Html {
  const { waiting, underWay, oldestSeconds } = queues[name];
  const pause = pauseHoldingQueue(name, partners.erp);
  const total = waiting + underWay;
  return html`<li class="node queue ${pause ? 'paused' : total > 0 ? 'busy' : 'idle'}">
    <p class="name">${title}</p>
    <p class="number">${total}</p>
    ${
      total === 0
        ? html`<p class="role">nothing waits</p>`
        : html`<p class="role">${waiting} waiting · ${underWay} under way</p>
    ${oldestSeconds === undefined ? '' : html`<p class="role">oldest ${duration(oldestSeconds)}</p>`}`
    }
    <p class="function">${pause ? html`<strong>${pause} paused</strong>: ` : ''}${consumerOf[name]}</p>
  </li>`;
}

function switchesPart(status: Situation): Html {
  const { partners } = status;
  const { paused = {} } = partners.erp;
  const down = partnerNames.filter((partner) => partners[partner].open);
  return html`<section class="lane" aria-labelledby="switches">
    <h2 id="switches">What you can do</h2>
    <ul class="switches">
      ${down.map((partner) => tryPart(partner, partners[partner].reason))}
      ${flowNames.map((flow) => {
        const { partners: calls } = flows[flow];
        const does = capitalized(flows[flow].does);
        return html`<li id="switch-${flow}"><span>${does}${paused[flow] ? html`: <strong>paused</strong>` : ''} <span class="hint">calls ${calls}</span></span> ${
          paused[flow]
            ? postForm(
                '/flows/resume',
                html`<button>Resume<span class="unseen">: ${does}</span></button>`,
                '',
                { flow },
              )
            : html`<a class="button" href="/flows/pause?flow=${flow}">Pause …<span class="unseen">: ${does}</span></a>`
        }</li>`;
      })}
    </ul>
  </section>`;
}

function tryPart(partner: Partner, reason: string | undefined): Html {
  const button = html`<button>Try ${partnerWords[partner]} now</button>`;
  return html`<li id="try-${partner}">${postForm('/flows/try', button, '', { partner })}
    <p class="hint">The next message tries it at once, and all others go on when it answers. SQS keeps messages hidden that wait for their own next attempt; the page of an order has it looked at at once.${refusesCredentials(reason) ? ' Set the right credentials first: some ERPs lock an account after a few wrong ones.' : ''}</p></li>`;
}
