import { signIn, SignInRefused } from './session.js';
import { nameTrouble } from './text-rules.js';

/** @import { User } from './types.js' */

/**
 * The sign-in view.
 * @param {{ view: HTMLElement, form: HTMLFormElement, field: HTMLInputElement, trouble: HTMLElement, notice: HTMLElement, button: HTMLButtonElement }} parts
 * @param {(user: User) => void} signedIn
 */
export function createSignIn({ view, form, field, trouble, notice, button }, signedIn) {
  /** @param {string} sentence */
  const say = sentence => {
    trouble.textContent = sentence;
    trouble.hidden = sentence === '';
    if (sentence) field.setAttribute('aria-invalid', 'true');
    else field.removeAttribute('aria-invalid');
  };

  field.addEventListener('input', () => say(''));
  form.addEventListener('submit', async event => {
    event.preventDefault();
    const name = field.value.trim();
    const wrong = nameTrouble(name);
    if (wrong) {
      say(wrong);
      field.focus();
      return;
    }
    button.disabled = true;
    try {
      const user = await signIn(name);
      view.hidden = true;
      signedIn(user);
    } catch (error) {
      if (!(error instanceof SignInRefused)) throw error;
      say(error.message);
      field.focus();
    } finally {
      button.disabled = false;
    }
  });

  return {
    /** @param {{ reason?: string, name?: string }} [why] */
    show({ reason = '', name = '' } = {}) {
      notice.textContent = reason;
      notice.hidden = reason === '';
      if (name) field.value = name;
      say('');
      view.hidden = false;
      document.title = 'Sign in · RealtimeHello';
      field.focus();
    },
  };
}
