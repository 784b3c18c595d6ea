/** Whether this server has the inspector; where it is switched off, the server says so in the page. */
export const hasInspector = document.documentElement.dataset.inspector !== 'off';
