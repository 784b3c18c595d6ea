import { layers } from '../../shared/layers.js';

/** @typedef {import('../types.js').LayerEvent} LayerEvent */

/** What the timeline shows, as the address says it: `layers=http,signalR&direction=sent&kind=frame&q=text`. */
export class TimelineFilter {
  /** @type {WeakMap<LayerEvent, string>} */ #texts = new WeakMap();

  /** @param {URLSearchParams} parameters */
  constructor(parameters) {
    this.parameters = parameters;
    const wanted = parameters.get('layers');
    this.layers = new Set(wanted === null ? layers : layers.filter((layer) => wanted.split(',').includes(layer)));
    this.direction = parameters.get('direction') ?? '';
    this.kind = parameters.get('kind') ?? '';
    this.text = (parameters.get('q') ?? '').trim().toLowerCase();
  }

  get isOpen() {
    return this.layers.size === layers.length && this.direction === '' && this.kind === '' && this.text === '';
  }

  /** @param {LayerEvent} event */
  takes(event) {
    return this.layers.has(event.layer)
      && (this.direction === '' || event.direction === this.direction)
      && (this.kind === '' || event.kind === this.kind)
      && (this.text === '' || this.#textOf(event).includes(this.text));
  }

  /** Everything that an event says, so that a value deep in an argument is found too. @param {LayerEvent} event */
  #textOf(event) {
    let text = this.#texts.get(event);
    if (text === undefined) this.#texts.set(event, (text = `${event.kind} ${event.summary} ${JSON.stringify(event.detail)}`.toLowerCase()));
    return text;
  }

  /** @param {string} name @param {string} value */
  with(name, value) {
    const next = new URLSearchParams(this.parameters);
    if (value === '') next.delete(name);
    else next.set(name, value);
    return next;
  }

  /** @param {import('../types.js').LayerName} layer */
  withLayerSwitched(layer) {
    const next = new Set(this.layers);
    if (!next.delete(layer)) next.add(layer);
    return next.size === layers.length ? this.with('layers', '') : this.with('layers', layers.filter((one) => next.has(one)).join(',') || 'none');
  }

  /** That layer alone; when it is alone already, all of them. @param {import('../types.js').LayerName} layer */
  withOnly(layer) {
    return this.layers.size === 1 && this.layers.has(layer) ? this.with('layers', '') : this.with('layers', layer);
  }
}
