export interface ChatMessage { room: string; number: number; id: string; author: string; text: string; postedAt: string }
export interface PostReceipt { room: string; id: string; number: number; postedAt: string; duplicate: boolean }
export interface RoomState { room: string; members: string[]; messages: ChatMessage[]; lastNumber: number; hasMore: boolean }
export interface RoomSummary { room: string; members: number; lastNumber: number; lastPostedAt: string | null }
export interface PresenceChange { room: string; user: string; isOnline: boolean }
export interface TypingChange { room: string; user: string; isTyping: boolean }
export interface ServerStop { reconnectAfterMs: number }
export interface ServerVitals {
  at: string; connections: number; messagesPerSecond: number; deliveriesPerSecond: number;
  memoryBytes: number; bytesPerConnection: number; cpuPercent: number;
}

/** Who this browser is signed in as. */
export interface User { user: string; name: string }

export type WhoAmI = { kind: 'user'; user: User } | { kind: 'nobody' } | { kind: 'unreachable'; sentence: string };

/** What the page needs of SignalR's HubConnection. */
export interface Hub {
  start(): Promise<void>;
  stop(): Promise<void>;
  invoke<T = unknown>(method: string, ...args: unknown[]): Promise<T>;
  on(method: string, handler: (...args: any[]) => void): void;
  onclose(handler: (error?: Error) => void): void;
  stream<T>(method: string, ...args: unknown[]): {
    subscribe(observer: { next(value: T): void; error(error: unknown): void; complete(): void }): { dispose(): void };
  };
}

export type ConnectionState =
  | { kind: 'stopped' }
  | { kind: 'connecting'; attempt: number }
  | { kind: 'connected'; since: number }
  | { kind: 'waiting'; attempt: number; dueAt: number; reason: string; isRestart: boolean }
  | { kind: 'signedOut'; reason: string; name: string };

/** One of this browser's posts that the server has not acknowledged yet. */
export interface PendingPost { room: string; id: string; text: string; madeAt: string; state: 'waiting' | 'sending' | 'failed'; trouble: string; tries: number }
