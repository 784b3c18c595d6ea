/**
 * Makes an element. Strings become text nodes: nothing is ever parsed as HTML.
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {Record<string, string | number | boolean | null | undefined | ((event: any) => void)>} [properties]
 *   `class` and other attributes; `onclick` and the like add listeners; true is an empty attribute; false and null are left out.
 * @param {...(Node | string | null)} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function el(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === 'function') element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? '' : String(value));
  }
  for (const child of children) if (child !== null) element.append(child);
  return element;
}

/**
 * Where a picture of the sprite is: beside this file, wherever that is served.
 * @param {string} name
 */
export const iconAddress = (name) => new URL(`./icons.svg#icon-${name}`, import.meta.url).href;

/**
 * A picture out of the sprite; it says nothing to a screen reader.
 * @param {string} name
 */
export function icon(name) {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.setAttribute('class', 'icon');
  svg.setAttribute('aria-hidden', 'true');
  const use = document.createElementNS('http://www.w3.org/2000/svg', 'use');
  use.setAttribute('href', iconAddress(name));
  svg.append(use);
  return svg;
}

/**
 * The element with an id, which the page is known to have.
 * @template {HTMLElement} T
 * @param {string} id
 * @param {new () => T} type
 * @returns {T}
 */
export function byId(id, type) {
  const element = document.getElementById(id);
  if (!(element instanceof type)) throw new Error(`The page has no ${type.name} #${id}.`);
  return element;
}

/**
 * Calls a function once per animation frame, however often it is asked for.
 * @param {() => void} render
 * @returns {() => void}
 */
export function perFrame(render) {
  let asked = false;
  return () => {
    if (asked) return;
    asked = true;
    // A hidden page has no frames; what it shows must be right all the same when tests or screen readers look.
    const later = document.visibilityState === 'hidden' ? (/** @type {() => void} */ run) => setTimeout(run, 100) : requestAnimationFrame;
    later(() => {
      asked = false;
      render();
    });
  };
}

/**
 * Brings a container's children in line with a list, keeping the elements of keys that stay.
 * @template T
 * @param {HTMLElement} container
 * @param {readonly T[]} items
 * @param {(item: T) => string} keyOf
 * @param {(item: T) => HTMLElement} create
 * @param {(element: HTMLElement, item: T) => void} [update]
 */
export function reconcile(container, items, keyOf, create, update) {
  /** @type {Map<string, HTMLElement>} */
  const known = new Map();
  for (const child of container.children) if (child instanceof HTMLElement && child.dataset.key) known.set(child.dataset.key, child);
  const keys = new Set(items.map(keyOf));
  for (const [key, element] of known) if (!keys.has(key)) element.remove();

  let next = container.firstElementChild;
  for (const item of items) {
    const key = keyOf(item);
    let element = known.get(key);
    if (!element) {
      element = create(item);
      element.dataset.key = key;
    }
    if (element === next) next = next.nextElementSibling;
    else container.insertBefore(element, next);
    update?.(element, item);
  }
}
