import { type Context, Hono } from 'hono';
import { html } from 'hono/html';
import * as z from 'zod/mini';
import type { BreakerState } from '../../../shared/circuit-breaker/breaker-for-people.ts';
import { type FlowName, flowNames, type Pause } from '../../../shared/ledger/records/pauses.ts';
import { liveFromInWords } from '../../../shared/model/mode.ts';
import { type Partner, partnerNames, partnerWords } from '../../../shared/model/partner.ts';
import { consumerOf, type QueueName } from '../../../shared/model/queues.ts';
import { capitalized, counted, sentence } from '../../../shared/model/text.ts';
import { duration, durationInWords, hourMs, isDate, startOfDay } from '../../../shared/model/time.ts';
import { countOrders } from '../../../shared/situation/open-orders.ts';
import { withOwnReasons } from '../../../shared/situation/own-reasons.ts';
import { flows, pauseHoldingQueue } from '../../../shared/situation/pauses.ts';
import {
  headlineOfAll,
  type Problem,
  partnerProblemId,
  pauseProblemId,
  problemsOf,
} from '../../../shared/situation/problems.ts';
import type { Situation } from '../../../shared/situation/read.ts';
import { noteOfPersons } from '../../../shared/situation/today.ts';
import { refusesCredentials } from '../../../shared/situation/words.ts';
import { maxNote, minNote, signedNote } from '../../ops/cli/target.ts';
import { pauseOutcomeWords, pauseUntil } from '../../ops/pause/typed.ts';
import type { ConsolePageDependencies } from '../dependencies.ts';
import { type Html, moment, namesAndValues, orderLinks, type PlantTime, postForm } from './parts.ts';
import { addressOfFigure, isOfFlows } from './places.ts';

const flowSchema = z.object({ flow: z.enum(flowNames) });
/** Hours for which a pause may be planned, as the form offers them. */
const plannedHours = [1, 2, 4, 8, 24, 48];
const pauseFormSchema = z.object({
  ...flowSchema.shape,
  because: z._default(z.string(), ''),
  /** 0: nobody knows. */
  hours: z._default(z.coerce.number().check(z.gte(0), z.lte(48)), 0),
  /** The day on which it ends by itself, as that begins at the plant; empty: somebody resumes it. */
  until: z._default(z.union([z.literal(''), z.string().check(z.refine(isDate))]), ''),
});
type PauseForm = z.output<typeof pauseFormSchema>;
const partnerSchema = z.object({ partner: z.enum(partnerNames) });

export function flowRoutes(pages: ConsolePageDependencies): Hono {
  return new Hono()
    .get('/flows', (c) => showFlows(c, pages))
    .get('/flows/pause', (c) => confirmPause(c, pages))
    .post('/flows/pause', (c) => pauseFlow(c, pages))
    .post('/flows/resume', (c) => resumeFlow(c, pages))
    .post('/flows/try', (c) => tryNow(c, pages));
}

async function showFlows(c: Context, pages: ConsolePageDependencies): Promise<Response> {
  const { situation, ledger, commands, timeZone, liveFrom, show } = pages;
  const now = await situation();
  const problems = problemsOf(await withOwnReasons(now, ledger), commands);
  const time = { now: now.at, timeZone };
  const ofFlows = problems.filter(isOfFlows);
  const others = problems.length - ofFlows.length;
  const content = html`<h1>Flows</h1>
    <div id="flows" data-live>
      ${problems.length === 0 ? worksPart : ''}
      ${ofFlows.length === 0 ? html`<p class="lead">Both partners answer, and nothing is paused.</p>` : flowProblemsPart(ofFlows, now, pages)}
      ${others === 0 ? '' : html`<p><a href="/#needs">${counted(others, ofFlows.length === 0 ? 'thing' : 'more thing')} for a person</a></p>`}
      ${switchesPart(now, time)}
      ${lane('Orders out', 'From the ERP to Azumuta', [
        partnerNode('erp', now, 'releases orders', time),
        receivedNode('by the order endpoint or the pull'),
        queueNode('product-orders', 'to be created', now),
        partnerNode('azumuta', now, 'gets product orders', time),
      ])}
      ${lane('Results back', 'From Azumuta to the ERP', [
        partnerNode('azumuta', now, 'reports completions', time),
        receivedNode('by the webhook or the reconciliation'),
        queueNode('completions', 'to be booked', now),
        partnerNode('erp', now, 'gets bookings', time),
      ])}
      ${liveFrom === undefined ? '' : html`<p class="hint">${sentence(capitalized(liveFromInWords(liveFrom, now.at).says))}</p>`}
    </div>
    <p class="hint">The large figures are product orders. “Under way” counts messages that a function works on and messages that wait for their next attempt: SQS does not distinguish them.</p>`;
  return show(c, { name: 'flows', title: 'Flows', headline: headlineOfAll(problems), content }, now);
}

async function confirmPause(c: Context, { show }: ConsolePageDependencies): Promise<Response> {
  const { data } = z.safeParse(flowSchema, c.req.query());
  if (!data) return c.redirect('/flows', 303);
  const { does, partners, meanwhile } = flows[data.flow];
  const form = html`<label for="because">Why? Your reason and name are shown while it is paused.</label>
      <input id="because" name="because" required minlength="${minNote}" maxlength="${maxNote}" autocomplete="off">
      <label for="hours">For how long is it planned?</label>
      <select id="hours" name="hours"><option value="">nobody knows</option>${plannedHours.map(
        (hours) => html`<option value="${hours}">${durationInWords(hours * 3600)}</option>`,
      )}</select>
      <label for="until">Or until which date? Then it ends by itself, as that day begins.</label>
      <input id="until" name="until" type="date">
      <p class="hint">Without a date, nothing resumes it by itself: somebody presses the button.</p>
      <p class="actions"><button class="main">Pause it</button> <a class="button" href="/flows">Cancel</a></p>`;
  const content = html`<h1>Pause ${does}?</h1>
    <p class="lead">It calls ${partners}. What comes meanwhile is accepted, and waits. ${meanwhile} What is under way is finished.</p>
    ${postForm('/flows/pause', form, 'stack', data)}`;
  return show(c, { name: 'flows', title: 'Pause', refreshSeconds: undefined, content });
}

async function pauseFlow(
  c: Context,
  { ledger, clock, timeZone, operator, redirect }: ConsolePageDependencies,
): Promise<Response> {
  const form = z.parse(pauseFormSchema, await c.req.parseBody());
  const { flow, because } = form;
  const pausing = async () => {
    const note = signedNote(because, await operator());
    const outcome = await ledger.pauses.pauseFlow(flow, { note, ...endInForm(form, clock.now(), timeZone) });
    return `${capitalized(flows[flow].does)} ${pauseOutcomeWords[outcome]}.`;
  };
  return redirect(c, '/flows', pausing());
}

/** @throws UsageError */
function endInForm({ hours, until }: PauseForm, now: Date, timeZone: string): Pick<Pause, 'until' | 'ends'> {
  if (until !== '') return pauseUntil(startOfDay(timeZone, until), until, now);
  return hours === 0 ? {} : { until: new Date(now.getTime() + hours * hourMs) };
}

async function resumeFlow(c: Context, { ledger, redirect }: ConsolePageDependencies): Promise<Response> {
  const { flow } = z.parse(flowSchema, await c.req.parseBody());
  await ledger.pauses.resumeFlow(flow);
  return redirect(c, '/flows', `${capitalized(flows[flow].does)} is resumed.`);
}

async function tryNow(c: Context, { ledger, redirect }: ConsolePageDependencies): Promise<Response> {
  const { partner } = z.parse(partnerSchema, await c.req.parseBody());
  const name = partnerWords[partner];
  const notice = (await ledger.breaker.probeNow(partner))
    ? `The next message tries ${name} at once.`
    : `${capitalized(name)} is not down any more, or is being tried at this moment.`;
  return redirect(c, '/flows', notice);
}

export const worksPart = html`<p class="verdict good"><span aria-hidden="true">✓</span> Everything works.</p>`;

function flowProblemsPart(
  problems: readonly Problem[],
  situation: Situation,
  pages: ConsolePageDependencies,
): Html {
  const isOnly = problems.length === 1;
  return html`<section aria-labelledby="problems" class="troubles">
    <h2 id="problems" class="unseen">Problems of the flows</h2>
    <ul>${problems.map((problem) => flowProblemPart(problem, isOnly, situation, pages))}</ul>
  </section>`;
}

/** One line, which opens, with its button: the diagram is seen without scrolling. */
function flowProblemPart(
  { id, kind, what, why, next, who, command, orders, more }: Problem,
  isOnly: boolean,
  { partners }: Situation,
  { nameActor }: ConsolePageDependencies,
): Html {
  const down = partnerNames.find((partner) => id === partnerProblemId(partner));
  const paused = flowNames.find((flow) => id === pauseProblemId(flow));
  const isTyped = command !== undefined && paused === undefined;
  return html`<li id="trouble-${id}" class="trouble ${kind === 'slow' ? 'slow' : 'stuck'}">
    <details id="more-${id}"${isOnly ? html` open` : ''}><summary><span class="what">${what}</span> <span class="who">${nameActor(who)}</span></summary>
    ${namesAndValues([
      ['Why', why],
      ['What to do', html`${next}${isTyped ? html` <code>${command}</code>` : ''}`],
      ['The button', down && tryingWords(partners[down])],
      ['Orders', orders.length > 0 ? orderLinks(orders, more) : undefined],
    ])}</details>
    ${down ? tryForm(down) : ''}${paused ? resumeForm(paused) : ''}
  </li>`;
}

function tryForm(partner: Partner): Html {
  return postForm('/flows/try', html`<button>Try ${partnerWords[partner]} now</button>`, '', { partner });
}

function tryingWords({ reason }: BreakerState): string {
  const tries =
    'The next message tries it at once, and all others go on when it answers. SQS keeps messages hidden that wait for their own next attempt; the page of an order has it looked at at once.';
  if (!refusesCredentials(reason)) return tries;
  return `${tries} Set the right credentials first: some ERPs lock an account after a few wrong ones.`;
}

function resumeForm(flow: FlowName): Html {
  const does = capitalized(flows[flow].does);
  return postForm('/flows/resume', html`<button>Resume<span class="unseen">: ${does}</span></button>`, '', {
    flow,
  });
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

/** What waits between two steps: orders, as every view counts them, and the messages that carry them. */
function queueNode(
  name: QueueName,
  figure: 'to be created' | 'to be booked',
  { queues, orders, partners }: Situation,
): Html {
  const { waiting, underWay, oldestSeconds } = queues[name];
  const pause = pauseHoldingQueue(name, partners.erp);
  const messages = waiting + underWay;
  const count = countOrders(figure, orders);
  const note = noteOfPersons(figure, orders);
  const isIdle = messages === 0 && count === '0';
  return html`<li class="node queue ${pause ? 'paused' : isIdle ? 'idle' : 'busy'}">
    <p class="name"><a href="${addressOfFigure(figure)}">${capitalized(figure)}</a></p>
    <p class="number">${count}</p>
    ${note === undefined ? '' : html`<p class="role">${note}</p>`}
    ${
      messages === 0
        ? html`<p class="role">no messages</p>`
        : html`<p class="role">messages: ${waiting} waiting · ${underWay} under way</p>
    ${oldestSeconds === undefined ? '' : html`<p class="role">oldest ${duration(oldestSeconds)}</p>`}`
    }
    <p class="function">${pause ? html`<strong>${pause} paused</strong>: ` : ''}${consumerOf[name]}</p>
  </li>`;
}

function switchesPart({ partners }: Situation, time: PlantTime): Html {
  const { paused = {} } = partners.erp;
  return html`<section aria-labelledby="switches">
    <h2 id="switches" class="unseen">What can be paused</h2>
    <ul class="switches">${flowNames.map((flow) => pauseSwitchPart(flow, paused[flow], time))}</ul>
  </section>`;
}

function pauseSwitchPart(flow: FlowName, pause: Pause | undefined, time: PlantTime): Html {
  const does = capitalized(flows[flow].does);
  if (pause === undefined)
    return html`<li id="switch-${flow}">${does}
        <a class="button quiet" href="/flows/pause?flow=${flow}">Pause …<span class="unseen">: ${does}</span></a></li>`;
  const how = pause.ends === undefined ? 'planned until' : 'ends by itself';
  const end = pause.until === undefined ? '' : html`, ${how} ${moment(pause.until, time)}`;
  return html`<li id="switch-${flow}"><span>${does}: <strong>paused</strong></span> <span class="hint">since ${moment(pause.since, time)}${end}: ${pause.note ?? 'nobody has said why'}</span></li>`;
}
