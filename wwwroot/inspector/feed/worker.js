import { FeedHub } from './hub.js';

// One of these for all tabs of a browser. It lies in PATH/assets/inspector/feed/.
const hub = new FeedHub(new URL('../../../events', import.meta.url).href);
addEventListener('connect', (event) => {
  const port = /** @type {MessageEvent} */ (event).ports[0];
  if (port) hub.connect(port);
});
