import { byId, perFrame } from '../shared/dom.js';
import { attachThemeButton } from '../shared/theme.js';
import { createAnnouncer } from './announcer.js';
import { Chat, defaultRoom } from './chat.js';
import { createComposer } from './composer.js';
import { createConnectionPanel } from './connection-panel.js';
import { createDrawers } from './drawers.js';
import { hasSignalR } from './hub.js';
import { createMembers } from './members.js';
import { createMessageList } from './message-list.js';
import { createRoomList } from './room-list.js';
import { signOut, whoAmI } from './session.js';
import { createSignIn } from './sign-in.js';
import { createStatus } from './status.js';
import { isRoomName } from './text-rules.js';
import { createVitals } from './vitals.js';

/** @import { User } from './types.js' */

const narrow = '(max-width: 48rem)';
const medium = '(max-width: 68rem)';
const element = (/** @type {string} */ id) => byId(id, HTMLElement);
const button = (/** @type {string} */ id) => byId(id, HTMLButtonElement);

const signIn = createSignIn({
  view: element('sign-in'),
  form: byId('sign-in-form', HTMLFormElement),
  field: byId('name', HTMLInputElement),
  trouble: element('name-trouble'),
  notice: element('sign-in-notice'),
  button: button('sign-in-button'),
}, show);

attachThemeButton(button('theme'));
const help = byId('help', HTMLDialogElement);
button('help-button').addEventListener('click', () => help.showModal());

/** The room that the address names. */
const roomOfAddress = () => {
  const name = new URLSearchParams(location.hash.slice(1)).get('room') ?? '';
  return isRoomName(name) ? name : defaultRoom;
};

/** @param {User} user */
function show(user) {
  element('chat').hidden = false;
  const chat = new Chat(user, roomOfAddress());
  const drawers = createDrawers({
    panels: [
      { panel: element('rooms-panel'), button: button('rooms-toggle'), narrow },
      { panel: element('members-panel'), button: button('members-toggle'), narrow: medium },
    ],
    backdrop: element('backdrop'),
    behind: [element('conversation')],
  });
  createStatus({ chat, chip: element('status'), banner: element('banner'), retry: button('retry'), text: element('banner-text'), live: element('status-live') });
  createConnectionPanel({
    chat,
    frame: element('chat'),
    panel: element('connection-panel'),
    toggle: button('layers-toggle'),
    close: button('layers-close'),
    list: element('connection-layers'),
    note: element('connection-note'),
    link: byId('connection-link', HTMLAnchorElement),
  });
  const rooms = createRoomList({
    chat,
    joined: element('joined-rooms'),
    others: element('other-rooms'),
    othersTitle: element('other-rooms-title'),
    form: byId('room-form', HTMLFormElement),
    field: byId('room-name', HTMLInputElement),
    hint: element('room-hint'),
    opened: () => drawers.close(),
    entered: () => element('message').focus(),
  });
  createMembers({
    chat,
    title: element('members-title'),
    here: element('here'),
    earlierTitle: element('earlier-title'),
    earlier: element('earlier'),
    typing: element('typing'),
    count: element('member-count'),
  });
  const messages = createMessageList({ chat, scroller: element('scroller'), list: element('messages'), jump: button('jump'), empty: element('empty') });
  createComposer({
    chat,
    form: byId('composer', HTMLFormElement),
    field: byId('message', HTMLTextAreaElement),
    counter: element('counter'),
    hint: element('composer-hint'),
    send: button('send'),
    posted: () => messages.toLatest(),
  });
  void createVitals({ chat, box: byId('vitals', HTMLDetailsElement), list: element('vitals-list') });

  const announce = createAnnouncer(element('announcer'));
  chat.events.on(['arrived'], () => {
    if (chat.latest?.room === chat.active.name) announce(`${chat.latest.author}: ${chat.latest.text}`);
  });
  const title = perFrame(() => {
    const { active, unread } = chat;
    document.title = `${unread > 0 ? `(${unread}) ` : ''}#${active.name} · RealtimeHello`;
    element('room-title').textContent = `#${active.name}`;
  });
  chat.events.on(['active', 'rooms', 'messages'], title);
  title();
  let signingOut = false;
  chat.events.on(['connection'], () => {
    const { state } = chat.connection;
    if (state.kind !== 'signedOut' || signingOut) return;
    // A fresh page is the surest way to leave nothing of somebody else behind.
    sessionStorage.setItem('signed-out', JSON.stringify({ reason: state.reason, name: state.name }));
    location.reload();
  });

  addEventListener('hashchange', () => void chat.open(roomOfAddress()));
  button('sign-out').addEventListener('click', async () => {
    // The server ends the connection with the sign-in: that needs no words of its own.
    signingOut = true;
    const trouble = await signOut();
    if (trouble === '' || chat.connection.state.kind === 'signedOut') {
      await chat.stop();
      location.reload();
      return;
    }
    signingOut = false;
    element('not-signed-out-why').textContent = trouble;
    byId('not-signed-out', HTMLDialogElement).showModal();
  });
  document.addEventListener('keydown', key => {
    const writes = key.target instanceof HTMLInputElement || key.target instanceof HTMLTextAreaElement;
    if (key.altKey && (key.key === 'ArrowUp' || key.key === 'ArrowDown')) {
      key.preventDefault();
      rooms.step(key.key === 'ArrowUp' ? -1 : 1);
    } else if (key.key === '?' && !writes && !help.open) {
      help.showModal();
    } else if (key.key === 'Escape' && !help.open) {
      element('message').focus();
    }
  });
  chat.start();
  element('message').focus();
}

async function begin() {
  if (!hasSignalR()) {
    signIn.show({ reason: 'This page lacks its libraries: install Node.js 20 or newer, and start the server again. The console client works without.' });
    return;
  }
  const who = await whoAmI();
  const left = sessionStorage.getItem('signed-out');
  sessionStorage.removeItem('signed-out');
  if (who.kind === 'user' && left === null) show(who.user);
  else signIn.show(left === null ? { reason: who.kind === 'unreachable' ? who.sentence : '' } : JSON.parse(left));
}

await begin();
