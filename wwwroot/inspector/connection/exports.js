import { ApiError, exportAddress, readExport } from '../api.js';
import { el, icon } from '../../shared/dom.js';

const formats = [
  ['pcapng', 'pcapng', 'For Wireshark and tshark'],
  ['har', 'HAR', 'For the network panel of a browser’s developer tools'],
  ['ndjson', 'NDJSON', 'One event a line, for jq'],
  ['capture', 'capture', 'Everything, to be shown again'],
];

/** The links that save a connection as a file. The page fetches it: of a download that fails a browser tells nobody why. */
export class Exports {
  /** @param {string} id @param {AbortSignal} signal @param {(error: ApiError) => void} gone it may not be seen any more */
  constructor(id, signal, gone) {
    this.place = el('div', { class: 'exports', role: 'group', 'aria-label': 'Export' }, el('span', { class: 'quiet small', 'aria-hidden': 'true' }, 'Export'),
      ...formats.map(([format = '', name = '', hint = '']) =>
        el('a', { class: 'button small', href: exportAddress(id, format), download: `${id}.${format}`, title: hint, onclick: (click) => void this.#save(click, format, name) }, icon('export'), name)));
    this.status = el('p', { class: 'export-status', id: 'export-status', role: 'status' });
    this.id = id;
    this.signal = signal;
    this.gone = gone;
  }

  /** @param {MouseEvent} click @param {string} format @param {string} name */
  async #save(click, format, name) {
    // Another tab or window shows the server's own answer.
    if (click.ctrlKey || click.metaKey || click.shiftKey || click.altKey) return;
    click.preventDefault();
    this.status.textContent = '';
    try {
      const address = URL.createObjectURL(await readExport(this.id, format, this.signal));
      el('a', { href: address, download: `${this.id}.${format}` }).click();
      // The browser has its own hold of it by then.
      setTimeout(() => URL.revokeObjectURL(address), 60_000);
    } catch (error) {
      if (this.signal.aborted) return;
      if (error instanceof ApiError && error.isForbidden) this.gone(error);
      else this.status.textContent = `Not exported as ${name}: ${error instanceof ApiError && error.status === 0 ? 'the server does not answer.' : error instanceof Error ? error.message : String(error)}`;
    }
  }
}
