import { html } from 'hono/html';
import type { BreakerState } from '../../../shared/circuit-breaker/circuit-breaker.ts';
import type { Partner } from '../../../shared/model/partner.ts';
import { type QueueName, stageOfQueue } from '../../ops/dead-letters/dead-letter.ts';
import type { FlowsStatus } from '../../ops/flows/flow-status.ts';
import {
  duration,
  type Html,
  moment,
  orderLink,
  type PlantTime,
  partnerWords,
  queueWords,
} from '../labels.ts';
import type { FlowProblem } from '../problems.ts';

/** Both flows as a picture, with what stands still above it. */
export function flowsPage(status: FlowsStatus, problems: readonly FlowProblem[], timeZone: string): Html {
  const time = { now: status.at, timeZone };
  return html`<h1>Flows</h1>
    <div id="flows" data-live>
      ${problemsPart(problems)}
      ${lane('Orders out', 'From the ERP to Azumuta', [
        partner('erp', status, 'releases orders', time),
        step('Received', 'by the order endpoint or the pull'),
        queue('product-orders', status),
        partner('azumuta', status, 'gets product orders', time),
      ])}
      ${lane('Results back', 'From Azumuta to the ERP', [
        partner('azumuta', status, 'tells of completions', time),
        step('Heard of', 'by the webhook or the reconciliation'),
        queue('completions', status),
        queue('bookings', status),
        partner('erp', status, 'gets bookings', time),
      ])}
      ${deadLettersPart(status)}
    </div>
    <p class="hint">“Under way” counts what a function works on and what rests before its next try: SQS does not tell them apart.</p>`;
}

/** What a screen reader is told when it changes. */
export function headlineOf(problems: readonly FlowProblem[]): string {
  return problems.length === 0 ? 'Everything flows.' : problems.map(({ what }) => what).join(' ');
}

function problemsPart(problems: readonly FlowProblem[]): Html {
  if (problems.length === 0)
    return html`<p class="verdict good"><span aria-hidden="true">✓</span> Everything flows.</p>`;
  return html`<section aria-labelledby="stands-still" class="troubles">
    <h2 id="stands-still" class="unseen">What stands still</h2>
    <ul>${problems.map(problemPart)}</ul>
  </section>`;
}

function problemPart({ id, grade, what, why, next, command, orders, link }: FlowProblem): Html {
  return html`<li id="trouble-${id}" class="trouble ${grade}">
    <p class="what">${what}</p>
    <dl>
      <div><dt>Why</dt><dd>${why}</dd></div>
      <div><dt>What to do</dt><dd>${next}${command === undefined ? '' : html` <code>${command}</code>`}${link ? html` <a href="${link.href}">${link.label}</a>` : ''}</dd></div>
      ${orders.length > 0 ? html`<div><dt>Orders</dt><dd>${orderLinks(orders)}</dd></div>` : ''}
    </dl>
  </li>`;
}

function orderLinks(orders: readonly string[]): Html {
  return html`${orders.map((number, at) => html`${at > 0 ? ', ' : ''}<a href="${orderLink(number)}">${number}</a>`)}`;
}

function lane(title: string, explanation: string, nodes: readonly Html[]): Html {
  const id = title.toLowerCase().replace(' ', '-');
  return html`<section class="lane" aria-labelledby="${id}">
    <h2 id="${id}">${title} <small>${explanation}</small></h2>
    <ol>${nodes}</ol>
  </section>`;
}

function partner(name: Partner, { partners }: FlowsStatus, role: string, time: PlantTime): Html {
  const state = partners[name];
  return html`<li class="node partner ${state.open ? 'bad' : 'good'}">
    <p class="name">${partnerWords[name].replace('The ', '')}</p>
    <p class="role">${role}</p>
    ${breakerPart(state, time)}
  </li>`;
}

function breakerPart({ open, openedAt, openUntilMs }: BreakerState, time: PlantTime): Html {
  const lamp = html`<span class="lamp" aria-hidden="true"></span>`;
  if (!open) return html`<p class="state">${lamp}<span>is called as usual</span></p>`;
  const seconds = ((openUntilMs ?? 0) - time.now.getTime()) / 1000;
  const since = openedAt === undefined ? '' : html` since ${moment(new Date(openedAt), time)}`;
  return html`<p class="state">${lamp}<span>unwell${since}</span></p>
    <p class="role">breaker open, ${seconds > 0 ? `next try in ${duration(seconds)}` : 'the next message tries it'}</p>`;
}

function step(name: string, how: string): Html {
  return html`<li class="node step"><p class="name">${name}</p><p class="role">${how}</p></li>`;
}

function queue(name: QueueName, { queues }: FlowsStatus): Html {
  const { waiting, underWay, paused, oldestSeconds } = queues[name];
  const total = waiting + underWay;
  return html`<li class="node queue ${paused ? 'paused' : total > 0 ? 'busy' : 'idle'}">
    <p class="name">${queueWords[name].title}</p>
    <p class="number">${total}</p>
    ${
      total === 0
        ? html`<p class="role">nothing waits</p>`
        : html`<p class="role">${waiting} waiting · ${underWay} under way</p>
    <p class="role">${oldestSeconds === undefined ? 'age not known yet' : `oldest ${duration(oldestSeconds)}`}</p>`
    }
    <p class="function">${paused ? html`<strong>paused</strong>: ` : ''}${stageOfQueue(name)}</p>
  </li>`;
}

function deadLettersPart({ deadLetters }: FlowsStatus): Html {
  return html`<section class="aside ${deadLetters > 0 ? 'bad' : ''}" aria-labelledby="aside">
    <h2 id="aside">Put aside for a person</h2>
    <p><span class="number">${deadLetters}</span> <a href="/letters">${deadLetters === 1 ? 'dead letter' : 'dead letters'}</a></p>
  </section>`;
}
