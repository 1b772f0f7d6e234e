// Keeps the parts of a page with `data-live` up to date: fetches the page again and changes only what differs,
// so that focus, scroll position, open details and half-filled forms stay as they are.
const { timeZone, refreshSeconds = 0 } = document.body.dataset;
const seconds = Number(refreshSeconds);
const told = document.querySelector('#refreshed');
const pause = document.querySelector('#pause');
const announcer = document.querySelector('#announcer');
let paused = false;

if (seconds > 0 && told && pause) {
  pause.hidden = false;
  pause.addEventListener('click', () => {
    paused = !paused;
    pause.setAttribute('aria-pressed', String(paused));
    pause.textContent = paused ? 'Go on refreshing' : 'Pause refreshing';
    if (!paused) look();
  });
  document.addEventListener('visibilitychange', () => {
    if (!document.hidden && !paused) look();
  });
  tell();
  setTimeout(turn, seconds * 1000);
}

async function turn() {
  if (!paused && !document.hidden) await look();
  setTimeout(turn, seconds * 1000);
}

async function look() {
  try {
    const answer = await fetch(location.href, { headers: { 'x-refreshing': 'yes' } });
    const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html');
    if (answer.status === 403)
      return complain('This start of the console is over: open the address of the new one.');
    if (!answer.ok && !document.querySelector('[data-problem]')) {
      const problem = fresh.querySelector('[data-problem]')?.textContent ?? 'The console could not look.';
      return complain(problem);
    }
    // A page that told of a problem, and would now show something else, is another page.
    if (answer.ok && document.querySelector('[data-problem]')) return location.reload();
    update(fresh);
    tell();
  } catch {
    complain('The console does not answer: was it stopped?');
  }
}

function update(fresh) {
  const focused = document.activeElement;
  for (const part of document.querySelectorAll('[data-live]')) {
    const wanted = fresh.getElementById(part.id);
    if (wanted && !isSelectedIn(part)) morph(part, wanted);
  }
  // An element that had to move loses its focus.
  if (focused instanceof HTMLElement && focused.isConnected && document.activeElement !== focused)
    focused.focus({ preventScroll: true });
  const headline = fresh.querySelector('#announcer')?.textContent ?? '';
  if (announcer && announcer.textContent !== headline) announcer.textContent = headline;
}

/** Changes `old` into `fresh`, keeping every element that is in both. */
function morph(old, fresh) {
  if (old.nodeType === Node.TEXT_NODE) {
    if (old.data !== fresh.data) old.data = fresh.data;
    return;
  }
  if (!(old instanceof Element)) return;
  for (const { name, value } of fresh.attributes)
    if (!isTheReaders(old, name) && old.getAttribute(name) !== value) old.setAttribute(name, value);
  for (const { name } of [...old.attributes])
    if (!isTheReaders(old, name) && !fresh.hasAttribute(name)) old.removeAttribute(name);
  morphChildren(old, fresh);
}

function morphChildren(old, fresh) {
  const named = new Map([...old.children].filter(({ id }) => id).map((child) => [child.id, child]));
  let at = old.firstChild;
  for (const wanted of [...fresh.childNodes]) {
    const kept = wanted.id ? named.get(wanted.id) : isLike(at, wanted) ? at : undefined;
    if (!kept) {
      old.insertBefore(document.importNode(wanted, true), at);
      continue;
    }
    if (kept === at) at = at.nextSibling;
    else old.insertBefore(kept, at);
    morph(kept, wanted);
  }
  while (at) {
    const next = at.nextSibling;
    at.remove();
    at = next;
  }
}

function isLike(old, wanted) {
  return Boolean(old) && old.nodeName === wanted.nodeName && !old.id;
}

/** What the reader has set, the server does not know. */
function isTheReaders(element, attribute) {
  return attribute === 'open' && element.nodeName === 'DETAILS';
}

/** Text that is being copied must not be pulled away. */
function isSelectedIn(part) {
  const selection = getSelection();
  return Boolean(selection && !selection.isCollapsed && part.contains(selection.anchorNode));
}

function tell() {
  told.textContent = `Looked at ${new Date().toLocaleTimeString('sv-SE', { timeZone })}`;
  told.classList.remove('stale');
}

function complain(sentence) {
  told.textContent = sentence;
  told.classList.add('stale');
  if (announcer && announcer.textContent !== sentence) announcer.textContent = sentence;
}
