import { el, perFrame, reconcile } from '../shared/dom.js';

/** @import { Chat } from './chat.js' */

const mostShown = 200;
const mostNamed = 3;

/**
 * Who is in the active room, who was here a while ago, and who types.
 * @param {{ chat: Chat, title: HTMLElement, here: HTMLElement, earlierTitle: HTMLElement, earlier: HTMLElement, typing: HTMLElement, count: HTMLElement }} parts
 */
export function createMembers({ chat, title, here, earlierTitle, earlier, typing, count }) {
  /** @param {boolean} isHere */
  const create = isHere => (/** @type {string} */ name) => el('li', { class: isHere ? 'member' : 'member away' },
    el('i', { class: 'presence', 'aria-hidden': 'true' }),
    el('bdi', {}, name),
    name === chat.me.name ? el('span', { class: 'you' }, 'you') : null);

  const draw = () => {
    const { active: room } = chat;
    const present = [...room.members].sort((a, b) => a.localeCompare(b));
    const past = [...new Set(room.window.messages.map(message => message.author))].filter(name => !room.members.has(name)).sort((a, b) => a.localeCompare(b));
    title.textContent = `Here now, ${present.length}`;
    count.textContent = String(present.length);
    reconcile(here, present.slice(0, mostShown), name => name, create(true));
    reconcile(earlier, past.slice(0, mostShown), name => name, create(false));
    earlierTitle.hidden = past.length === 0;
  };

  const drawTyping = () => {
    const names = [...chat.active.typing].sort((a, b) => a.localeCompare(b));
    typing.classList.toggle('on', names.length > 0);
    typing.replaceChildren(...(names.length === 0 ? [] : [
      el('span', { class: 'dots', 'aria-hidden': 'true' }, el('i'), el('i'), el('i')),
      names.length > mostNamed ? 'Several people are typing' : `${join(names)} ${names.length === 1 ? 'is' : 'are'} typing`,
    ]));
  };

  chat.events.on(['members', 'active', 'messages'], perFrame(draw));
  chat.events.on(['typing', 'active'], perFrame(drawTyping));
  draw();
}

/** @param {string[]} names */
const join = names => names.length === 1 ? names[0] : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
