/**
 * Side panels that lie over the page where it is narrow: focus goes in and comes back, Escape and a tap beside it close.
 * @param {{ panels: { panel: HTMLElement, button: HTMLButtonElement, narrow: string }[], backdrop: HTMLElement, behind: HTMLElement[] }} parts
 *   narrow: the media query under which a panel is a drawer; behind: what can't be reached while one is open
 */
export function createDrawers({ panels, backdrop, behind }) {
  /** @type {(typeof panels)[number] | null} */
  let open = null;

  const show = () => {
    for (const drawer of panels) {
      const isDrawer = matchMedia(drawer.narrow).matches;
      const isOpen = open === drawer;
      drawer.panel.classList.toggle('open', isOpen);
      drawer.panel.inert = isDrawer ? !isOpen : open !== null;
      drawer.button.setAttribute('aria-expanded', String(isOpen));
    }
    backdrop.hidden = open === null;
    for (const element of behind) element.inert = open !== null;
  };

  const close = () => {
    if (!open) return;
    const { button } = open;
    open = null;
    show();
    button.focus();
  };

  for (const drawer of panels) {
    drawer.button.addEventListener('click', () => {
      open = drawer;
      show();
      /** @type {HTMLElement | null} */ (drawer.panel.querySelector('button, input, a'))?.focus();
    });
    drawer.panel.querySelector('.close-drawer')?.addEventListener('click', close);
    matchMedia(drawer.narrow).addEventListener('change', () => {
      open = null;
      show();
    });
  }
  backdrop.addEventListener('click', close);
  document.addEventListener('keydown', event => {
    if (event.key === 'Escape' && open) close();
  });
  show();
  return { close };
}
