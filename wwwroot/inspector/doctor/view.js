import { el } from '../../shared/dom.js';
import { printable } from '../printable.js';
import { toConnections } from '../routes.js';
import { Failure, diagnose, probeEcho, probeHttp, probeIdle, probeRoundTrip, probeStream, probeUpgrade, shown } from './probes.js';
import { relayTarget } from './relay.js';

/** @typedef {import('./probes.js').Finding} Finding */

/** Longest time that a WebSocket can be left idle here, in seconds. */
const longestIdle = 3600;

/** What each probe is, for people who want to learn. @type {Record<string, { title: string, layer: string, lore: string }>} */
const layers = {
  http: { title: 'HTTP', layer: 'http', lore: 'A plain request to this address and back, by whatever stands between.' },
  stream: { title: 'Server-sent events', layer: 'http', lore: 'Events that come one by one: the inspector’s own live feed is made of them.' },
  upgrade: { title: 'Upgrade', layer: 'websocket', lore: 'HTTP turns into a WebSocket (RFC 6455 4). Proxies that don’t know Upgrade stop it here.' },
  echo: { title: 'Echo', layer: 'websocket', lore: 'Messages of several sizes and kinds go there and come back unchanged.' },
  roundTrip: { title: 'Round trip', layer: 'websocket', lore: 'How long a message takes there and back, over and over.' },
  idle: { title: 'Idle life', layer: 'websocket', lore: 'A WebSocket on which nothing is said. What cuts it is an idle timeout on the way; keep-alives have to come more often.' },
};

/**
 * The doctor from where the user sits: this browser, through whatever is between, to whoever serves this page.
 * @param {HTMLElement} place
 * @returns {import('../types.js').View}
 */
export function showDoctor(place) {
  const stop = new AbortController();
  const list = el('ol', { class: 'findings' });
  const verdict = el('section', { class: 'verdict', 'aria-label': 'Verdict', role: 'status' });
  const again = el('button', { class: 'button', type: 'button', onclick: () => void examine() }, 'Examine again');
  const seconds = el('input', { class: 'field', type: 'number', id: 'idle-seconds', min: '1', max: String(longestIdle), value: '120' });
  const start = el('button', { class: 'button', type: 'submit', disabled: true }, 'Leave one idle');
  const cancel = el('button', { class: 'button', type: 'button', hidden: true }, 'Stop waiting');
  const idle = el('form', { class: 'idle', onsubmit: (/** @type {Event} */ event) => {
    event.preventDefault();
    void stayIdle(Number(seconds.value));
  } }, el('label', { for: 'idle-seconds' }, 'How long does an idle WebSocket live? Seconds:'), seconds, start, cancel);
  const relay = el('p', { class: 'relay', hidden: true });
  place.append(el('div', { class: 'view doctor-view' },
    el('div', { class: 'view-head' },
      el('nav', { 'aria-label': 'Where you are', class: 'trail' }, el('a', { href: toConnections() }, 'Connections'), el('span', { 'aria-hidden': 'true' }, '/')),
      el('h1', { tabindex: '-1' }, `From this browser to ${location.host}`), again),
    el('p', { class: 'lore' }, 'Each layer is tried from where you sit, through whatever stands between. It works when WebSockets don’t: then it says why, as far as a browser can know.'),
    relay,
    list, verdict, idle));
  void examine();
  void tellOfRelay();

  /** A relay's inspector is not at its target: a browser examines where its page came from, and nothing else. */
  async function tellOfRelay() {
    const target = await relayTarget(stop.signal).catch(() => null);
    if (target === null || stop.signal.aborted) return;
    relay.hidden = false;
    relay.replaceChildren('A relay serves this page: what is examined is the way to the relay, and not to its target. The doctor in the terminal examines that: ', el('code', {}, `dotnet run --project Client.Console -- doctor ${printable(target)}`));
  }

  /** Runs all probes in their order, up to the first that fails. */
  async function examine() {
    again.disabled = true;
    list.replaceChildren();
    verdict.replaceChildren();
    verdict.dataset.state = '';
    /** @type {WebSocket | null} */
    let socket = null;
    try {
      await probe('http', probeHttp(stop.signal));
      await probe('stream', probeStream(stop.signal));
      await probe('upgrade', probeUpgrade(stop.signal).then((opened) => {
        socket = opened.socket;
        return opened.finding;
      }));
      const open = /** @type {WebSocket | null} */ (socket);
      if (!open) return;
      await probe('echo', probeEcho(open, stop.signal));
      await probe('roundTrip', probeRoundTrip(open, stop.signal));
      verdict.dataset.state = 'good';
      verdict.replaceChildren(el('p', {}, 'Healthy: every layer that was probed works from here.'));
      start.disabled = false;
    } catch (error) {
      await explain(error);
    } finally {
      /** @type {WebSocket | null} */ (socket)?.close(1000);
      again.disabled = false;
    }
  }

  /** @param {number} time */
  async function stayIdle(time) {
    if (!(time >= 1 && time <= longestIdle)) return;
    const waiting = new AbortController();
    stop.signal.addEventListener('abort', () => waiting.abort(), { once: true });
    const end = () => waiting.abort();
    cancel.addEventListener('click', end);
    start.hidden = true;
    cancel.hidden = false;
    verdict.replaceChildren();
    list.querySelector('[data-probe="idle"]')?.remove();
    /** @type {WebSocket | null} */
    let socket = null;
    try {
      const passing = el('span', {}, 'opening');
      await probe('idle', probeUpgrade(waiting.signal).then((opened) => {
        socket = opened.socket;
        return probeIdle(opened.socket, time, waiting.signal, (passed) => { passing.textContent = `${Math.round(passed)} of ${time} s, nothing said`; });
      }), passing);
      verdict.dataset.state = 'good';
      verdict.replaceChildren(el('p', {}, `A WebSocket lives ${time} s without a word.`));
    } catch (error) {
      if (waiting.signal.aborted) list.querySelector('[data-probe="idle"]')?.remove();
      else await explain(error);
    } finally {
      /** @type {WebSocket | null} */ (socket)?.close(1000);
      cancel.removeEventListener('click', end);
      start.hidden = false;
      cancel.hidden = true;
    }
  }

  /**
   * Shows a probe while it runs, and what it found.
   * @param {keyof typeof layers} name @param {Promise<Finding>} running @param {HTMLElement} [passing]
   */
  async function probe(name, running, passing) {
    const about = layers[name];
    if (!about) return;
    const state = el('span', { class: 'outcome' }, passing ?? 'trying');
    const seen = el('ul', {});
    const item = el('li', { 'data-probe': String(name), 'data-outcome': 'running' },
      el('div', { class: 'finding-head' }, el('h2', {}, about.title), state), el('p', { class: 'lore' }, about.lore), seen);
    item.style.setProperty('--layer', `var(--layer-${about.layer})`);
    list.append(item);
    const began = performance.now();
    try {
      const finding = await running;
      seen.append(...finding.seen.map((line) => el('li', {}, line)));
      if (finding.times) seen.append(el('li', {}, bars(finding.times)));
      if (finding.warning) seen.append(el('li', { class: 'warning' }, finding.warning));
      settle(finding.warning ? 'warning' : 'ok');
    } catch (error) {
      if (error instanceof Error && !stop.signal.aborted) seen.append(el('li', {}, error.message));
      settle('failed');
      throw error;
    }

    /** @param {string} outcome */
    function settle(outcome) {
      item.dataset.outcome = outcome;
      state.textContent = `${outcome}, ${shown(performance.now() - began)}`;
    }
  }

  /** @param {unknown} error */
  async function explain(error) {
    if (stop.signal.aborted) return;
    verdict.dataset.state = 'bad';
    if (!(error instanceof Failure)) {
      verdict.replaceChildren(el('p', {}, `The examination itself failed: ${error instanceof Error ? error.message : error}`));
      return;
    }
    try {
      const found = await diagnose(error.evidence);
      verdict.replaceChildren(
        el('h2', {}, found.sentence),
        el('p', { class: 'quiet small' }, `${found.certainty}, ${found.cause}`),
        el('p', {}, found.fix),
        ...found.lines.length === 0 ? [] : [el('pre', { tabindex: '0', 'aria-label': 'What to change' }, found.lines.join('\n'))]);
    } catch (trouble) {
      verdict.replaceChildren(el('p', {}, `${error.message}. Its explanation could not be had: ${trouble instanceof Error ? trouble.message : trouble}`));
    }
  }

  return {
    key(event) {
      if (event.key !== 'r' || again.disabled) return false;
      again.click();
      return true;
    },
    close: () => stop.abort(),
  };
}

/** Times as bars, the longest as high as the line; said in words beside it. @param {number[]} times */
function bars(times) {
  const highest = Math.max(...times, 1e-9);
  const drawing = el('span', { class: 'bars', 'aria-hidden': 'true' });
  for (const time of times) {
    const bar = el('span', {});
    bar.style.height = `${Math.max(6, (time / highest) * 100)}%`;
    drawing.append(bar);
  }
  return drawing;
}
