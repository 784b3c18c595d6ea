/** @import { User, WhoAmI } from './types.js' */

/** A name that the server will not give: what to tell, in one sentence. */
export class SignInRefused extends Error {}

/** Why nothing came back, in one sentence. */
const unreachable = () => (navigator.onLine ? 'The server does not answer.' : 'This device is offline.');

/** @returns {Promise<WhoAmI>} */
export async function whoAmI() {
  try {
    const answer = await fetch('/session', { signal: AbortSignal.timeout(10_000), cache: 'no-store' });
    if (answer.status === 401) return { kind: 'nobody' };
    if (!answer.ok) return { kind: 'unreachable', sentence: `The server answered ${answer.status}.` };
    return { kind: 'user', user: /** @type {User} */ (await answer.json()) };
  } catch {
    return { kind: 'unreachable', sentence: unreachable() };
  }
}

/**
 * @param {string} name
 * @returns {Promise<User>}
 * @throws {SignInRefused}
 */
export async function signIn(name) {
  let answer;
  try {
    answer = await fetch('/session', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ name }),
      signal: AbortSignal.timeout(10_000),
    });
  } catch {
    throw new SignInRefused('The server does not answer. Is it running?');
  }
  const body = await answer.json().catch(() => ({}));
  if (answer.ok) return { user: body.user, name: body.name };
  throw new SignInRefused(explain(answer.status, body));
}

/** @returns {Promise<string>} why the user is still signed in, in one sentence or two; empty: it is done */
export async function signOut() {
  try {
    const answer = await fetch('/session', { method: 'DELETE', signal: AbortSignal.timeout(10_000) });
    return answer.ok ? '' : explain(answer.status, await answer.json().catch(() => ({})));
  } catch {
    return unreachable();
  }
}

/**
 * @param {number} status
 * @param {{ detail?: unknown, heldUntil?: unknown }} problem
 */
function explain(status, problem) {
  if (status === 409) {
    const until = typeof problem.heldUntil === 'string' ? new Date(problem.heldUntil) : null;
    return until && !Number.isNaN(until.getTime())
      ? `Somebody holds this name until ${until.toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' })}. Choose another one.`
      : 'Somebody with this name is here now. Choose another one.';
  }
  return typeof problem.detail === 'string' ? problem.detail : `The server answered ${status}.`;
}
