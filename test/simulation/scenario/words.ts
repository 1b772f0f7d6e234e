import type { Happening } from './happening.ts';

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
      return `the secret of ${happening.partner} is rotated, ${happening.first} first`;
    case 'dead letters are sent again':
      return happening.twice ? `${happening.kind}, twice at once` : happening.kind;
    case 'operator types it by hand':
      return `${happening.kind}, ${happening.equal ? 'equal' : 'different'}`;
    case 'operator records other figures':
      return `operator records: ${happening.figures}`;
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
    case 'delete is lost':
      return `The delete of batch ${happening.nth} of the queue ${happening.queue} is lost`;
    case 'trigger':
      return `Trigger ${happening.nth} of Azumuta is ${happening.becomes}`;
    case 'run':
      return `Run ${happening.nth} of ${happening.stage} comes ${happening.becomes}`;
    case 'indexes lag':
      return `${whenOf(happening)}: indexes lag by ${happening.seconds} s`;
    case 'planner changes the quantity':
      return `${whenOf(happening)}: ${kind} of order ${happening.order + 1} to ${happening.quantity}`;
    default:
      return `${whenOf(happening)}: ${kind}${'order' in happening ? ` (order ${happening.order + 1})` : ''}`;
  }
}

function whenOf(happening: Happening): string {
  const span = 'minutes' in happening ? `, for ${happening.minutes} minutes` : '';
  return 'at' in happening ? `At minute ${happening.at}${span}` : `From the beginning${span}`;
}
