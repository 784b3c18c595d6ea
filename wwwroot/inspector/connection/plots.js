import { path } from '../api.js';
import { el } from '../../shared/dom.js';
import { rtt, size } from '../format.js';

/** @typedef {import('../types.js').Connection} Connection */
/** @typedef {{ at: number, rtt: number | null, received: number | null, sent: number | null, messagesReceived: number | null, messagesSent: number | null }} Sample */

/** Ten minutes of a sample a second. */
const mostSamples = 600;
const height = 104;

/** @type {{ title: string, layer: string[], names: string[], keys: (keyof Sample)[], show: (value: number) => string }[]} */
const charts = [
  { title: 'Round trip', layer: ['tcp'], names: ['RTT'], keys: ['rtt'], show: (value) => rtt(value) },
  { title: 'Bytes a second', layer: ['tcp', 'tls'], names: ['← received', '→ sent'], keys: ['received', 'sent'], show: (value) => size(Math.round(value)) },
  { title: 'Hub messages a second', layer: ['signalr', 'hub'], names: ['← received', '→ sent'], keys: ['messagesReceived', 'messagesSent'], show: (value) => value.toFixed(value < 10 ? 1 : 0) },
];

/** Round-trip time, bytes and hub messages of a connection over time, sampled while the page is open. */
export class Plots {
  /** @type {Sample[]} */ #samples = [];
  /** @type {Connection | null} */ #last = null;
  #lastAt = 0;
  /** @type {any[]} */ #plots = [];
  /** @type {HTMLElement[]} */ #values = [];
  #isClosed = false;
  /** It was closed before anything could be sampled. */ #isOver = false;

  constructor() {
    this.place = el('div', { class: 'plots' });
    this.resize = new ResizeObserver(() => this.#fit());
    this.recolour = () => this.#build();
    addEventListener('colourschange', this.recolour);
    void this.#load();
  }

  /** @param {Connection} connection */
  add(connection) {
    if (connection.state !== 'open' && this.#last === null) {
      this.#isOver = true;
      for (const plot of this.#plots.splice(0)) plot.destroy();
      this.place.replaceChildren(el('p', { class: 'quiet small' }, 'It is over. Figures over time are sampled while a connection is open and this page looks at it.'));
      return;
    }
    const now = Date.now() / 1000;
    const seconds = now - this.#lastAt;
    const before = this.#last;
    /** @param {keyof import('../types.js').Counters} key */
    const rate = (key) => (before === null || seconds <= 0 ? null : Math.max(0, (connection.counters[key] - before.counters[key]) / seconds));
    if (before !== null || connection.tcpInfo) {
      this.#samples.push({ at: now, rtt: connection.tcpInfo?.rttMicroseconds ?? null, received: rate('bytesReceived'), sent: rate('bytesSent'), messagesReceived: rate('hubMessagesReceived'), messagesSent: rate('hubMessagesSent') });
      if (this.#samples.length > mostSamples) this.#samples.shift();
    }
    this.#last = connection;
    this.#lastAt = now;
    this.#show();
  }

  close() {
    this.#isClosed = true;
    this.resize.disconnect();
    removeEventListener('colourschange', this.recolour);
    for (const plot of this.#plots) plot.destroy();
  }

  async #load() {
    try {
      const library = new URL('../../lib/uPlot.esm.js', import.meta.url).href;
      this.uplot = (await import(library)).default;
      if (!document.querySelector('link[data-plots]')) document.head.append(el('link', { rel: 'stylesheet', href: `${path}/assets/lib/uPlot.min.css`, 'data-plots': true }));
    } catch {
      if (!this.#isOver) this.place.append(el('p', { class: 'quiet small' }, 'The plots need uPlot, which npm brings when this is built: install Node.js 20 or newer, and build again. Everything else works without.'));
      return;
    }
    if (this.#isClosed) return;
    this.resize.observe(this.place);
    this.#build();
  }

  #build() {
    if (!this.uplot || this.#isClosed || this.#isOver) return;
    for (const plot of this.#plots) plot.destroy();
    this.place.replaceChildren();
    this.#values = [];
    this.#plots = charts.map((chart) => {
      const value = el('span', { class: 'plot-value' });
      this.#values.push(value);
      const box = el('div', { class: 'plot' }, el('p', { class: 'plot-title' }, el('span', {}, chart.title), value));
      this.place.append(box);
      return new this.uplot(this.#options(chart), this.#data(chart), box);
    });
    this.#show();
  }

  /** @param {typeof charts[number]} chart */
  #options(chart) {
    const style = getComputedStyle(this.place);
    const colour = (/** @type {string} */ name) => resolve(this.place, `var(${name})`);
    const axis = { stroke: colour('--ink-soft'), grid: { stroke: colour('--line'), width: 1 }, ticks: { show: false }, font: `11px ${style.fontFamily}` };
    return {
      width: this.#width(), height, legend: { show: false }, cursor: { y: false, points: { show: false } }, padding: [6, 8, 0, 0],
      axes: [{ ...axis, size: 22, space: 70 }, { ...axis, size: 56, space: 26, values: (/** @type {any} */ _, /** @type {number[]} */ ticks) => ticks.map((tick) => chart.show(tick)) }],
      scales: { x: { time: true, range: () => this.#span() }, y: { range: (/** @type {any} */ _, /** @type {number} */ __, /** @type {number} */ most) => [0, Math.max(most || 0, 1) * 1.15] } },
      series: [{}, ...chart.names.map((name, at) => ({ label: name, stroke: colour(`--layer-${chart.layer[at]}`), width: 1.75, spanGaps: false, points: { show: false } }))],
    };
  }

  /** @param {typeof charts[number]} chart */
  #data(chart) {
    return [this.#samples.map((sample) => sample.at), ...chart.keys.map((key) => this.#samples.map((sample) => sample[key]))];
  }

  #show() {
    const last = this.#samples.at(-1);
    charts.forEach((chart, at) => {
      this.#plots[at]?.setData(this.#data(chart));
      const text = chart.keys.map((key, i) => {
        const value = last?.[key];
        const name = chart.names.length > 1 ? `${chart.names[i]?.slice(0, 1)} ` : '';
        return value === null || value === undefined ? '' : `${name}${chart.show(value)}`;
      }).filter(Boolean).join('  ');
      const place = this.#values[at];
      if (place) place.textContent = text || 'no figures yet';
    });
  }

  /** At least a minute, so that the first samples don't fill the plot. @returns {[number, number]} */
  #span() {
    const last = this.#samples.at(-1)?.at ?? Date.now() / 1000;
    return [Math.min(this.#samples[0]?.at ?? last, last - 60), last];
  }

  #fit() {
    for (const plot of this.#plots) plot.setSize({ width: this.#width(), height });
  }

  #width() {
    return Math.max(200, this.place.clientWidth);
  }
}

/** A canvas wants plain colours: light-dark() and variables are worked out by an element. @param {HTMLElement} place @param {string} colour */
function resolve(place, colour) {
  const probe = el('span');
  probe.style.color = colour;
  place.append(probe);
  const resolved = getComputedStyle(probe).color;
  probe.remove();
  return resolved;
}
