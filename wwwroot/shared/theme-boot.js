// Before the first paint, so that the page never flashes in the wrong colours. A classic script on purpose: modules run later.
(() => {
  try {
    const theme = localStorage.getItem('theme');
    if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
  } catch {
    // Storage may be forbidden; the system's scheme then decides.
  }
})();
