const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });
const full = new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'medium' });
const day = new Intl.DateTimeFormat(undefined, { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' });

/** @param {string} at */
export const clockTime = at => clock.format(new Date(at));

/** @param {string} at */
export const fullTime = at => full.format(new Date(at));

/** The local day, for comparing. @param {string} at */
export const dayKey = at => {
  const date = new Date(at);
  return `${date.getFullYear()}-${date.getMonth() + 1}-${date.getDate()}`;
};

/** @param {string} at @param {number} [now] */
export function dayName(at, now = Date.now()) {
  const key = dayKey(at);
  if (key === dayKey(new Date(now).toISOString())) return 'Today';
  const yesterday = new Date(now);
  yesterday.setDate(yesterday.getDate() - 1);
  return key === dayKey(yesterday.toISOString()) ? 'Yesterday' : day.format(new Date(at));
}
