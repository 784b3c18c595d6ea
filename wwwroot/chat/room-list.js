import { el, icon, perFrame, reconcile } from '../shared/dom.js';
import { isRoomName } from './text-rules.js';

/** @import { Chat } from './chat.js' */

const mostShown = 100;

/**
 * The rooms: those joined with what is unread, and the others to join. The field finds a room or makes one.
 * @param {{ chat: Chat, joined: HTMLElement, others: HTMLElement, othersTitle: HTMLElement, form: HTMLFormElement, field: HTMLInputElement, hint: HTMLElement, opened: () => void, entered: () => void }} parts
 *   opened: a room was chosen; entered: by its name, so that the next thing to type is a message
 */
export function createRoomList({ chat, joined, others, othersTitle, form, field, hint, opened, entered }) {
  /** @param {string} name */
  const open = name => {
    location.hash = `room=${name}`;
    void chat.open(name);
    opened();
  };

  /** @param {HTMLElement} item @param {string} name */
  const update = (item, name) => {
    const room = chat.rooms.get(name);
    const isActive = chat.active.name === name;
    const members = room?.isJoined ? room.members.size : chat.listed.get(name)?.members ?? 0;
    const unread = isActive ? 0 : room?.unread ?? 0;
    const button = /** @type {HTMLElement} */ (item.firstElementChild);
    if (isActive) button.setAttribute('aria-current', 'page');
    else button.removeAttribute('aria-current');
    button.classList.toggle('unread', unread > 0);
    const look = `${unread}/${members}`;
    if (item.dataset.look === look) return;
    item.dataset.look = look;
    button.replaceChildren(
      el('span', { class: 'hash', 'aria-hidden': 'true' }, '#'),
      el('span', { class: 'room-name' }, name),
      unread > 0
        ? el('span', { class: 'badge' }, unread > 99 ? '99+' : String(unread), el('span', { class: 'visually-hidden' }, ' unread'))
        : el('span', { class: 'count', title: `${members} here` }, members > 0 ? String(members) : '', el('span', { class: 'visually-hidden' }, members > 0 ? ' here' : '')));
  };

  /** @param {string} name */
  const create = name => el('li', {},
    el('button', { type: 'button', class: 'room', onclick: () => open(name) }),
    chat.rooms.has(name)
      ? el('button', { type: 'button', class: 'icon-button leave', 'aria-label': `Leave #${name}`, title: 'Leave', onclick: () => void leave(name) }, icon('close'))
      : null);

  /** @param {string} name */
  const leave = async name => {
    await chat.leave(name);
    location.hash = `room=${chat.active.name}`;
  };

  const draw = () => {
    const wanted = field.value.trim().toLowerCase().replace(/^#/, '');
    const matches = (/** @type {string} */ name) => name.includes(wanted);
    const mine = [...chat.rooms.keys()].filter(matches);
    const rest = [...chat.listed.values()]
      .filter(room => !chat.rooms.has(room.room) && matches(room.room))
      .sort((a, b) => b.members - a.members || (b.lastPostedAt ?? '').localeCompare(a.lastPostedAt ?? ''))
      .slice(0, mostShown)
      .map(room => room.room);
    reconcile(joined, mine, name => `j-${name}`, create, update);
    reconcile(others, rest, name => `o-${name}`, create, update);
    othersTitle.hidden = rest.length === 0;
  };

  form.addEventListener('submit', event => {
    event.preventDefault();
    const name = field.value.trim().toLowerCase().replace(/^#/, '');
    const isFine = isRoomName(name);
    hint.hidden = isFine;
    if (!isFine) {
      field.setAttribute('aria-invalid', 'true');
      return;
    }
    field.value = '';
    open(name);
    redraw();
    entered();
  });
  field.addEventListener('input', () => {
    hint.hidden = true;
    field.removeAttribute('aria-invalid');
    redraw();
  });

  const redraw = perFrame(draw);
  chat.events.on(['rooms', 'active', 'members'], redraw);
  draw();

  return {
    /** Opens the room above or below the active one. @param {number} by */
    step(by) {
      const names = [...chat.rooms.keys()];
      open(names[(names.indexOf(chat.active.name) + by + names.length) % names.length]);
    },
  };
}
