import { el } from '../shared/dom.js';
import { readStored, writeStored } from '../shared/storage.js';

/** @import { Chat } from './chat.js' */
/** @import { ServerVitals } from './types.js' */

const samples = 90;

/** @type {{ name: string, layer: string, read: (vitals: ServerVitals) => number, show: (value: number) => string }[]} */
const figures = [
  { name: 'Connections', layer: 'tcp', read: vitals => vitals.connections, show: value => String(value) },
  { name: 'Messages', layer: 'application', read: vitals => vitals.messagesPerSecond, show: value => `${round(value)}/s` },
  { name: 'Memory', layer: 'http', read: vitals => vitals.memoryBytes / 2 ** 20, show: value => `${Math.round(value)} MB` },
  { name: 'Processor', layer: 'signalR', read: vitals => vitals.cpuPercent, show: value => `${round(value)} %` },
];

const round = (/** @type {number} */ value) => value < 10 ? Number(value.toFixed(1)) : Math.round(value);

/**
 * The ticker: the server's figures, one small live plot each. It streams only while somebody can see it.
 * @param {{ chat: Chat, box: HTMLDetailsElement, list: HTMLElement }} parts
 */
export async function createVitals({ chat, box, list }) {
  /** @type {{ dispose(): void } | null} */
  let stream = null;
  /** @type {import('./types.js').Hub | null} */
  let streamed = null;
  /** @type {ServerVitals[]} */
  const kept = [];
  /** When the last of them came. */
  let answeredAt = 0;
  const title = box.querySelector('summary');
  const rows = figures.map(figure => {
    const value = el('span', { class: 'value mono' }, '–');
    const plot = el('div', { class: 'plot', role: 'img', 'aria-label': `${figure.name}: no figures yet` });
    const item = el('li', { class: 'figure', 'data-layer': figure.layer }, el('span', { class: 'name' }, figure.name), value, plot);
    list.append(item);
    return { figure, item, value, plot, draw: (/** @type {number[]} */ _) => {} };
  });

  box.open = readStored('local', 'vitals') !== 'closed';
  box.addEventListener('toggle', () => {
    writeStored('local', 'vitals', box.open ? null : 'closed');
    follow();
  });
  document.addEventListener('visibilitychange', follow);
  chat.events.on(['connection'], () => {
    follow();
    mark();
  });

  const uPlot = await loadPlots();
  if (uPlot) {
    const build = () => {
      for (const row of rows) row.draw = createPlot(uPlot, row.plot, row.item);
      show();
    };
    build();
    addEventListener('colourschange', build);
  }
  follow();

  /** Begins or ends the stream, whichever is due. */
  function follow() {
    const hub = chat.connection.hub;
    const wanted = box.open && document.visibilityState === 'visible' ? hub : null;
    if (wanted === streamed) return;
    stream?.dispose();
    stream = null;
    streamed = wanted;
    if (!wanted) return;
    const end = () => {
      if (streamed === wanted) stream = null;
    };
    stream = wanted.stream('WatchVitals', 1000).subscribe({
      next: vitals => {
        kept.push(/** @type {ServerVitals} */ (vitals));
        if (kept.length > samples) kept.shift();
        answeredAt = Date.now();
        show();
      },
      error: end,
      complete: end,
    });
  }

  /** Without a connection the figures are old ones: they stay, and say so. */
  function mark() {
    const isOld = chat.connection.hub === null && kept.length > 0;
    box.toggleAttribute('data-old', isOld);
    if (title) title.textContent = isOld ? `Server, when it last answered, at ${new Date(answeredAt).toLocaleTimeString()}` : 'Server, live';
    show();
  }

  function show() {
    const word = box.hasAttribute('data-old') ? 'at the end' : 'now';
    for (const { figure, value, plot, draw } of rows) {
      const values = kept.map(figure.read);
      const now = values.at(-1);
      if (now === undefined) continue;
      value.textContent = figure.show(now);
      plot.setAttribute('aria-label', `${figure.name}, last ${values.length} seconds: ${word} ${figure.show(now)}, lowest ${figure.show(Math.min(...values))}, highest ${figure.show(Math.max(...values))}`);
      draw(values);
    }
  }
}

/** @returns {Promise<typeof import('uplot') | null>} null when the library was not built in */
async function loadPlots() {
  const address = '/lib/uPlot.esm.js';
  return import(address).then(module => module.default, () => null);
}

/**
 * @param {typeof import('uplot')} uPlot
 * @param {HTMLElement} plot
 * @param {HTMLElement} coloured the element whose --layer is the line's colour
 */
function createPlot(uPlot, plot, coloured) {
  plot.replaceChildren();
  const colour = getComputedStyle(coloured.querySelector('.value') ?? coloured).getPropertyValue('color');
  const size = () => ({ width: Math.max(40, plot.clientWidth), height: 28 });
  const chart = new uPlot({
    ...size(),
    padding: [2, 0, 2, 0],
    legend: { show: false },
    cursor: { show: false },
    select: { show: false, left: 0, top: 0, width: 0, height: 0 },
    axes: [{ show: false }, { show: false }],
    scales: { x: { time: false, range: [0, samples - 1] }, y: { range: (_, low, high) => [Math.min(0, low), Math.max(high * 1.15, 1)] } },
    series: [{}, { stroke: colour, width: 1.5, fill: colour.replace(/^rgb\((.*)\)$/, 'rgba($1, 0.12)'), points: { show: false } }],
  }, [[], []], plot);
  new ResizeObserver(() => chart.setSize(size())).observe(plot);
  return (/** @type {number[]} */ values) => {
    const from = samples - values.length;
    chart.setData([values.map((_, i) => from + i), values]);
  };
}
