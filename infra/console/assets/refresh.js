// Refreshes the parts of a page with `data-live`: fetches the page again and changes only what differs, so that focus,
// scroll position, open details and half-filled forms stay as they are.
const { timeZone, refreshSeconds: refreshSecondsText = 0 } = document.body.dataset;
const secondsBetweenRefreshes = Number(refreshSecondsText);
const note = document.querySelector('#refreshed');
const pause = document.querySelector('#pause');
const announcer = document.querySelector('#announcer');
let paused = false;

if (secondsBetweenRefreshes > 0 && note && pause) {
  pause.hidden = false;
  pause.addEventListener('click', () => {
    paused = !paused;
    pause.setAttribute('aria-pressed', String(paused));
    pause.textContent = paused ? 'Resume refreshing' : 'Pause refreshing';
    if (!paused) refresh();
  });
  document.addEventListener('visibilitychange', () => {
    if (!document.hidden && !paused) refresh();
  });
  noteTime();
  setTimeout(tick, secondsBetweenRefreshes * 1000);
}

async function tick() {
  if (!paused && !document.hidden) await refresh();
  setTimeout(tick, secondsBetweenRefreshes * 1000);
}

async function refresh() {
  try {
    const answer = await fetch(location.href, { headers: { 'x-refreshing': 'yes' } });
    const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html');
    if (answer.status === 403) return showProblem('The console was started again: open the new address.');
    if (!answer.ok && !document.querySelector('[data-problem]')) {
      const problem =
        fresh.querySelector('[data-problem]')?.textContent ?? 'The console could not refresh the page.';
      return showProblem(problem);
    }
    // The error page is replaced as a whole when the page works again.
    if (answer.ok && document.querySelector('[data-problem]')) return location.reload();
    update(fresh);
    noteTime();
  } catch {
    showProblem('The console does not answer. It may have been stopped.');
  }
}

function update(fresh) {
  const focused = document.activeElement;
  for (const part of document.querySelectorAll('[data-live]')) {
    const wanted = fresh.getElementById(part.id);
    if (wanted && !isSelectedIn(part)) morph(part, wanted);
  }
  // An element that was moved has lost the focus.
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
    if (!isReaders(old, name) && old.getAttribute(name) !== value) old.setAttribute(name, value);
  for (const { name } of [...old.attributes])
    if (!isReaders(old, name) && !fresh.hasAttribute(name)) old.removeAttribute(name);
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

/** Attributes that the reader changes, and the server does not know. */
function isReaders(element, attribute) {
  return attribute === 'open' && element.nodeName === 'DETAILS';
}

/** A part whose text is selected is not changed: somebody may be copying it. */
function isSelectedIn(part) {
  const selection = getSelection();
  return Boolean(selection && !selection.isCollapsed && part.contains(selection.anchorNode));
}

function noteTime() {
  note.textContent = `Refreshed at ${new Date().toLocaleTimeString('sv-SE', { timeZone })}`;
  note.classList.remove('stale');
}

function showProblem(sentence) {
  note.textContent = sentence;
  note.classList.add('stale');
  if (announcer && announcer.textContent !== sentence) announcer.textContent = sentence;
}
