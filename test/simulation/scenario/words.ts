import type { Happening } from './scenario.ts';

/** The kind of a happening, as the table counts it. */
export function kindOf(happening: Happening): string {
  switch (happening.kind) {
    case 'call':
      return happening.accident;
    case 'outage':
      return `${happening.partner} ${happening.how}`;
    case 'trigger':
      return `a trigger is ${happening.becomes}`;
    case 'run':
      return `a scheduled run comes ${happening.becomes}`;
    case 'flow is paused':
      return `the flow of ${happening.queue} is paused`;
    case 'secret is rotated':
      return `the secret of ${happening.partner} is rotated`;
    default:
      return happening.kind;
  }
}

/** A happening as a sentence without its stop. */
export function wordsOf(happening: Happening): string {
  const kind = kindOf(happening);
  switch (happening.kind) {
    case 'call':
      return `At call ${happening.nth} of ${happening.stage} to ${happening.service}: ${kind}`;
    case 'message comes twice':
      return `Message ${happening.nth} of the queue ${happening.queue} comes twice`;
    case 'trigger':
      return `Trigger ${happening.nth} of Azumuta is ${happening.becomes}`;
    case 'run':
      return `Run ${happening.nth} of ${happening.stage} comes ${happening.becomes}`;
    case 'indexes lag':
      return `At minute ${happening.at}, for ${happening.minutes} minutes: indexes lag by ${happening.seconds} s`;
    case 'outage':
    case 'flow is paused':
      return `At minute ${happening.at}, for ${happening.minutes} minutes: ${kind}`;
    case 'order is locked':
      return `At minute ${happening.at}, for ${happening.minutes} minutes: order ${happening.order + 1} is locked`;
    case 'planner changes the quantity':
      return `At minute ${happening.at}: ${kind} of order ${happening.order + 1} to ${happening.quantity}`;
    case 'secret is rotated':
    case 'ERP restarts':
      return `At minute ${happening.at}: ${kind}`;
    case 'somebody types its number':
      return `Somebody types the number of order ${happening.order + 1} in Azumuta`;
    case 'ERP commits late':
      return `The ERP commits order ${happening.order + 1} ${happening.minutes} minutes late`;
    default:
      return `At minute ${happening.at}: ${kind} (order ${happening.order + 1})`;
  }
}
