import type { ScenarioEvent } from './scenario-event.ts';

/** The kind of an event, as it is counted in the table. */
export function kindOf(event: ScenarioEvent): string {
  switch (event.kind) {
    case 'call':
      return event.accident;
    case 'outage':
      return `${event.partner} ${event.how}`;
    case 'trigger':
      return `a trigger is ${event.becomes}`;
    case 'run':
      return `a scheduled run is ${event.becomes}`;
    case 'flow is paused':
      return `the flow of ${event.flow} is paused`;
    case 'secret is rotated':
      return `the secret of ${event.partner} is rotated, ${event.first} first`;
    case 'dead letters are sent again':
      return event.twice ? `${event.kind}, twice at the same time` : event.kind;
    case 'configuration is deployed anew':
      return event.adds ? `${event.kind}, with a further parameter` : event.kind;
    case 'message comes twice':
      return event.atOnce ? `${event.kind}, at once` : event.kind;
    case 'person gives up an order':
    case 'dead letter is discarded':
      return event.byHand ? `${event.kind}, booked by hand` : event.kind;
    case 'person settles':
      return `${event.kind}: ${event.concern}`;
    case 'person has it made again':
      return `${event.kind}: ${event.after}`;
    case 'step is renamed in Azumuta':
      return event.until ? `${event.kind}, until ${event.until}` : event.kind;
    case 'operator types it by hand':
      return `${event.kind}, ${event.equal ? 'equal' : 'different'}`;
    case 'operator records other figures':
      return `operator records: ${event.figures}`;
    default:
      return event.kind;
  }
}

/** An event as a sentence, without the full stop. */
export function wordsOf(event: ScenarioEvent): string {
  const kind = kindOf(event);
  switch (event.kind) {
    case 'call': {
      const counted = `${event.of === 'writes' ? 'write' : 'call'} ${event.nth}`;
      const since = event.after === undefined ? '' : `, counted from its accident at ${event.after}`;
      return `At ${counted} of ${event.stage} to ${event.service}${since}: ${kind}`;
    }
    case 'message comes twice':
      return `Message ${event.nth} of the queue ${event.queue} comes twice${event.atOnce ? ', at once' : ''}`;
    case 'nothing is received':
      return `${whenOf(event)}: ${kind} of the queue ${event.queue}`;
    case 'delete is lost':
      return `The delete of batch ${event.nth} of the queue ${event.queue} is lost`;
    case 'trigger':
      return `Trigger ${event.nth} of Azumuta is ${event.becomes}`;
    case 'run':
      return `Run ${event.nth} of ${event.stage} is ${event.becomes}`;
    case 'indexes lag':
      return `${whenOf(event)}: indexes lag by ${event.seconds} s`;
    case 'planner changes the quantity':
      return `${whenOf(event)}: ${kind} of order ${event.order + 1} to ${event.quantity}`;
    case 'recording is corrected afterwards':
      return `${whenOf(event)}: ${kind}, by ${event.more} (order ${event.order + 1})`;
    case 'person gives up a part':
      return `${whenOf(event)}: ${kind}, ${event.part} (order ${event.order + 1})`;
    case 'planner moves the due date':
      return `${whenOf(event)}: ${kind} of order ${event.order + 1} by ${event.days} days`;
    default:
      return `${whenOf(event)}: ${kind}${'order' in event ? ` (order ${event.order + 1})` : ''}`;
  }
}

function whenOf(event: ScenarioEvent): string {
  const span = 'minutes' in event ? `, for ${event.minutes} minutes` : '';
  return 'at' in event ? `At minute ${event.at}${span}` : `From the beginning${span}`;
}
