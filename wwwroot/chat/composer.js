import { longestText, normalise, textTrouble } from './text-rules.js';

/** @import { Chat } from './chat.js' */

const showCounterBelow = 200;
const typingAgainAfter = 3000;
const mostDrafts = 50;

/**
 * Where messages are written: Enter posts, Shift+Enter breaks the line. Each room keeps its draft.
 * @param {{ chat: Chat, form: HTMLFormElement, field: HTMLTextAreaElement, counter: HTMLElement, hint: HTMLElement, send: HTMLButtonElement, posted: () => void }} parts
 */
export function createComposer({ chat, form, field, counter, hint, send, posted }) {
  /** @type {Map<string, string>} */
  const drafts = new Map();
  let room = chat.active.name;
  let typingSince = 0;

  const fit = () => {
    field.style.height = 'auto';
    field.style.height = `${field.scrollHeight}px`;
  };

  const show = () => {
    const left = longestText - normalise(field.value).length;
    counter.hidden = left >= showCounterBelow;
    counter.textContent = left >= 0 ? `${left} left` : `${-left} too many`;
    counter.classList.toggle('over', left < 0);
    send.disabled = field.value.trim() === '';
    fit();
  };

  /** @param {boolean} isTyping */
  const tellTyping = isTyping => {
    const now = Date.now();
    if (isTyping ? now - typingSince < typingAgainAfter : typingSince === 0) return;
    typingSince = isTyping ? now : 0;
    chat.setTyping(isTyping);
  };

  /** @param {string} trouble */
  const say = trouble => {
    hint.textContent = trouble;
    hint.hidden = trouble === '';
    if (trouble) field.setAttribute('aria-invalid', 'true');
    else field.removeAttribute('aria-invalid');
  };

  field.addEventListener('input', () => {
    say('');
    show();
    tellTyping(field.value.trim() !== '');
  });
  field.addEventListener('blur', () => tellTyping(false));
  field.addEventListener('keydown', event => {
    // While an input method composes a word, Enter belongs to it.
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    form.requestSubmit();
  });
  form.addEventListener('submit', event => {
    event.preventDefault();
    const text = normalise(field.value);
    if (text.trim() === '') return;
    const trouble = chat.outbox.isFull ? 'Too many messages wait to be sent. Wait for the connection.' : textTrouble(text);
    if (trouble) return say(trouble);
    chat.post(text);
    typingSince = 0;
    field.value = '';
    say('');
    show();
    posted();
  });
  chat.events.on(['active'], () => {
    if (field.value) drafts.set(room, field.value);
    else drafts.delete(room);
    if (drafts.size > mostDrafts) drafts.delete(/** @type {string} */ (drafts.keys().next().value));
    typingSince = 0;
    room = chat.active.name;
    field.value = drafts.get(room) ?? '';
    field.placeholder = `Message #${room}`;
    field.setAttribute('aria-label', `Message #${room}`);
    say('');
    show();
  });
  field.placeholder = `Message #${room}`;
  field.setAttribute('aria-label', `Message #${room}`);
  show();
}
