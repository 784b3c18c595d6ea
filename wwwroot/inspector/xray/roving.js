/**
 * Makes one Tab stop of many: arrows, Home and End go on to the others. Without it Tab comes to the bytes after dozens of fields.
 * @param {HTMLElement} group @param {string} selector of what can be gone to, in order
 * @returns {() => void} to be called when the group was drawn anew
 */
export function roving(group, selector) {
  const parts = () => /** @type {HTMLElement[]} */ ([...group.querySelectorAll(selector)]);
  /** @param {Element | null | undefined} stop */
  const setStop = (stop) => {
    for (const part of parts()) part.tabIndex = part === stop ? 0 : -1;
  };
  group.addEventListener('focusin', (event) => setStop(event.target instanceof Element ? event.target.closest(selector) : null));
  group.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    const all = parts();
    const at = all.findIndex((part) => part === document.activeElement);
    const to = { ArrowRight: at + 1, ArrowDown: at + 1, ArrowLeft: at - 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[event.key];
    if (at < 0 || to === undefined) return;
    event.preventDefault();
    all[to]?.focus();
  });
  const drawn = () => setStop(parts()[0]);
  drawn();
  return drawn;
}
