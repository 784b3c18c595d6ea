/** @import { Connection as Recorded } from '../inspector/types.js' */

const inspector = '/inspect';
/** Connections of this user that are looked through for this page's own. */
const mostTabs = 20;

/** Tells this page's connection from those of the user's other tabs and clients: it stands in the query of the hub's address. */
export const pageId = crypto.randomUUID();

/** The hub's address as this page calls it. */
export const hubAddress = `/chat?page=${pageId}`;

/**
 * Finds this page's own connection in what the server's inspector recorded, and reads it again and again.
 * @returns {{ read(): Promise<Recorded | null>, forget(): void }} read: null when the inspector is off, or has nothing of it
 */
export function createOwnConnection() {
  /** @type {string | null} */
  let id = null;

  /** @param {string} path @returns {Promise<any>} */
  const get = async path => {
    const answer = await fetch(inspector + path);
    return answer.ok ? answer.json() : null;
  };

  /** @param {string} candidate */
  const isMine = async candidate => {
    const events = await get(`/connections/${encodeURIComponent(candidate)}/events?layers=http&limit=10`);
    return events?.items.some((/** @type {any} */ event) => String(event.detail.target ?? '').includes(pageId)) ?? false;
  };

  const find = async () => {
    const list = await get(`/connections?state=open&path=/chat&limit=${mostTabs}`);
    for (const each of list?.items ?? []) if (await isMine(each.id)) return each.id;
    return null;
  };

  return {
    async read() {
      id ??= await find();
      return id === null ? null : get(`/connections/${encodeURIComponent(id)}`);
    },
    /** The connection is another one now. */
    forget() {
      id = null;
    },
  };
}
