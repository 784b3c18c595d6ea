/** The shapes of the inspector's JSON, as the page reads them. */

export type LayerName = 'tcp' | 'tls' | 'http' | 'webSocket' | 'signalR' | 'hub' | 'application';
export type DirectionName = 'received' | 'sent' | 'local';

export interface ByteRange { start: number; end: number }

export interface LayerEvent {
  sequence: string;
  connection: string;
  at: string;
  layer: LayerName;
  direction: DirectionName;
  kind: string;
  summary: string;
  tap: 'plain' | 'wire' | null;
  bytes: ByteRange | null;
  /** What the layer's own words are for it; see the contract. Holds a stranger's text. */
  detail: any;
  /** In answers of a search: whose connection it is. */
  user?: string | null;
  /** In answers of a search: the method that it is the answer to, where that is known. */
  call?: string;
}

export interface Close { by: string; layer: LayerName; code: number | null; cause: string; sentence: string }

export interface LayerState { layer: LayerName; state: string; summary: string; detail: Record<string, unknown> }

export interface Counters {
  bytesReceived: number; bytesSent: number; framesReceived: number; framesSent: number;
  hubMessagesReceived: number; hubMessagesSent: number; invocations: number; faults: number; backlogBytes: number;
}

export interface TcpStatistics {
  rttMicroseconds: number; rttVarianceMicroseconds: number; minimumRttMicroseconds: number; retransmits: number; unacknowledged: number; notSentBytes: number;
  [more: string]: number;
}

export interface Connection {
  id: string;
  user: string | null;
  /** The client: behind a trusted proxy the address that the proxy named. */
  remote: string;
  /** The proxy that the connection itself comes from. */
  proxy: string | null;
  endpoint: string;
  path: string | null;
  state: 'open' | 'closed' | 'refused';
  openedAt: string;
  closedAt: string | null;
  close: Close | null;
  layers?: LayerState[];
  counters: Counters;
  tcpInfo: TcpStatistics | null;
  /** Of one connection alone: the others that its hub connection went over. */
  sameHub?: string[];
}

export interface Found { items: LayerEvent[]; searched: number; incomplete: boolean; seesAll: boolean }

/** What the address behind # says. */
export type Route =
  | { view: 'connections'; filters: URLSearchParams }
  | { view: 'connection'; id: string; filters: URLSearchParams }
  | { view: 'xray'; id: string; sequence: string }
  | { view: 'way'; text: string }
  | { view: 'doctor' };

/** A view that is open. */
export interface View {
  /** The address changed, but not to another view. */
  update?(route: Route): void;
  /** A key that nobody took; true: taken. */
  key?(event: KeyboardEvent): boolean;
  /** Somebody may have signed out, or the server may be another one: what is shown may not be there for whoever looks. */
  recheck?(): void;
  close(): void;
}

export type FeedState = 'connecting' | 'live' | 'waiting';

/** Why the server opens no feed. */
export interface Refusal { status: number; detail: string }

/** What a tab gets from the feed. */
export type FeedMessage =
  | { type: 'state'; state: FeedState; why: Refusal | null }
  | { type: 'ready' }
  | { type: 'batch'; events: LayerEvent[]; touched: string[]; dropped: number }
  | { type: 'missed'; connection: string; bytes: number | null };

/** What a tab wants of the feed: every event of these connections, and whether connections come and go. */
export interface Wanted { connections: string[]; pulse: boolean }

export type FeedRequest = { type: 'want'; wanted: Wanted } | { type: 'done' } | { type: 'bye' };

/** A message port, as far as the feed needs it. */
export interface FeedPort {
  postMessage(message: any): void;
  onmessage: ((this: any, message: MessageEvent) => any) | null;
}
