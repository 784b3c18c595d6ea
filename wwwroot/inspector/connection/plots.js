import { path } from '../api.js';
import { el } from '../../shared/dom.js';
import { rtt, size } from '../format.js';
import { byteUnits, labels, steps, timeUnits } from './axis.js';
import { samplesOf } from './samples.js';

/** @typedef {import('../types.js').Connection} Connection */
/** @typedef {import('./samples.js').Sample} Sample */
/** @typedef {{ key: keyof Sample, name: string, look: 'received' | 'sent' | 'both' }} Line */

const height = 104;

/** @type {Line[]} */
const bytes = [{ key: 'received', name: '← received', look: 'received' }, { key: 'sent', name: '→ sent', look: 'sent' }];
/** @type {Line[]} */
const messages = [{ key: 'messagesReceived', name: '← received', look: 'received' }, { key: 'messagesSent', name: '→ sent', look: 'sent' }];

/** least: the axis reaches at least so far. @type {{ title: string, lines: Line[], least: number, show: (value: number) => string, units: import('./axis.js').Units }[]} */
const charts = [
  { title: 'Round trip', lines: [{ key: 'rtt', name: 'RTT', look: 'both' }], least: 10, show: (value) => rtt(value), units: timeUnits },
  { title: 'Bytes a second', lines: bytes, least: 10, show: (value) => size(Math.round(value)), units: byteUnits },
  { title: 'Hub messages a second', lines: messages, least: 2, show: (value) => value.toFixed(value < 10 ? 1 : 0), units: [[1, '']] },
];

/** Round-trip time, bytes and hub messages of a connection over time, sampled while the page is open. */
export class Plots {
  /** @type {any[]} */ #plots = [];
  /** @type {HTMLElement[][]} */ #values = [];
  #isClosed = false;
  /** It was closed before anything could be sampled. */ #isOver = false;

  /** @param {string} id the connection's */
  constructor(id) {
    this.samples = samplesOf(id);
    this.place = el('div', { class: 'plots' });
    this.resize = new ResizeObserver(() => this.#fit());
    this.recolour = () => this.#build();
    addEventListener('colourschange', this.recolour);
    void this.#load();
  }

  /** @param {Connection} connection */
  add(connection) {
    this.samples.add(connection, Date.now() / 1000);
    if (connection.state !== 'open' && this.samples.all.length === 0) {
      this.#isOver = true;
      for (const plot of this.#plots.splice(0)) plot.destroy();
      this.place.replaceChildren(el('p', { class: 'quiet small' }, 'It is over. Figures over time are sampled while a connection is open and this page looks at it.'));
      return;
    }
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
      const values = chart.lines.map(() => el('b', {}, '–'));
      this.#values.push(values);
      const legend = chart.lines.map((line, at) => el('span', { class: 'plot-line', 'data-look': line.look }, `${line.name} `, values[at] ?? null));
      const box = el('div', { class: 'plot' }, el('p', { class: 'plot-title' }, el('span', {}, chart.title), el('span', { class: 'plot-value' }, ...legend)));
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
      axes: [{ ...axis, size: 22, space: 70 }, { ...axis, size: 56, space: 26, incrs: steps, values: (/** @type {any} */ _, /** @type {number[]} */ marks) => labels(marks, chart.units) }],
      scales: { x: { time: true, range: () => this.#span() }, y: { range: (/** @type {any} */ _, /** @type {number} */ __, /** @type {number} */ most) => [0, Math.max(most || 0, chart.least) * 1.15] } },
      // Dashes tell the lines apart where colours don't.
      series: [{}, ...chart.lines.map(({ name, look }) => ({ label: name, stroke: colour(`--plot-${look}`), width: 1.75, dash: look === 'sent' ? [5, 4] : undefined, spanGaps: false, points: { show: false } }))],
    };
  }

  /** @param {typeof charts[number]} chart */
  #data(chart) {
    const { all } = this.samples;
    return [all.map((sample) => sample.at), ...chart.lines.map(({ key }) => all.map((sample) => sample[key]))];
  }

  #show() {
    const last = this.samples.all.at(-1);
    charts.forEach((chart, at) => {
      this.#plots[at]?.setData(this.#data(chart));
      chart.lines.forEach(({ key }, line) => {
        const value = last?.[key] ?? null;
        const place = this.#values[at]?.[line];
        if (place) place.textContent = value === null ? '–' : chart.show(value);
      });
    });
  }

  /** At least a minute, so that the first samples don't fill the plot. @returns {[number, number]} */
  #span() {
    const { all } = this.samples;
    const last = all.at(-1)?.at ?? Date.now() / 1000;
    return [Math.min(all[0]?.at ?? last, last - 60), last];
  }

  #fit() {
    for (const plot of this.#plots) plot.setSize({ width: this.#width(), height });
  }

  /** What a box has within its border and padding. */
  #width() {
    const box = this.place.querySelector('.plot') ?? this.place;
    const { paddingLeft, paddingRight } = getComputedStyle(box);
    return Math.max(200, box.clientWidth - parseFloat(paddingLeft) - parseFloat(paddingRight));
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
