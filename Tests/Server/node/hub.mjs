// A JavaScript client of the hub for the tests: node hub.mjs ADDRESS json|messagepack ROOM
// It joins, posts one message, waits for one of somebody else, calls every other method, and prints what it saw as one line of JSON.
import { HubConnectionBuilder, HttpTransportType, LogLevel } from "@microsoft/signalr";
import { MessagePackHubProtocol } from "@microsoft/signalr-protocol-msgpack";

const [address, protocol, room] = process.argv.slice(2);
const answer = await fetch(`${address}/session`, {
  method: "POST",
  headers: { "content-type": "application/json" },
  body: JSON.stringify({ name: `js-${protocol}` }),
});
const session = await answer.json();

const builder = new HubConnectionBuilder()
  .withUrl(`${address}/chat`, {
    skipNegotiation: true,
    transport: HttpTransportType.WebSockets,
    accessTokenFactory: () => session.accessToken,
  })
  .configureLogging(LogLevel.Critical);
if (protocol === "messagepack") builder.withHubProtocol(new MessagePackHubProtocol());
const hub = builder.build();

const heard = [];
const answered = new Promise((resolve) => {
  hub.on("MessagePosted", (message) => {
    heard.push(message);
    if (message.author !== session.name) resolve();
  });
});
hub.on("PresenceChanged", () => {});
hub.on("TypingChanged", () => {});
hub.on("RoomChanged", () => {});

const refusal = async (method, ...args) => {
  try {
    await hub.invoke(method, ...args);
    return "";
  } catch (error) {
    return error.message;
  }
};

await hub.start();
const state = await hub.invoke("JoinRoom", room, null);
const receipt = await hub.invoke("PostMessage", room, crypto.randomUUID(), "from JavaScript: 世界 👋");
const halfPair = await refusal("PostMessage", room, crypto.randomUUID(), "a\ud800b");
const wrongType = await refusal("PostMessage", room, 1, [2]);
const vitals = await new Promise((resolve, reject) => {
  const readings = [];
  const stream = hub.stream("WatchVitals", 250).subscribe({
    next: (reading) => {
      readings.push(reading);
      if (readings.length < 2) return;
      stream.dispose();
      resolve(readings);
    },
    error: reject,
    complete: () => {},
  });
});
await answered;
const history = await hub.invoke("ReadHistory", room, null, 10);
const missed = await hub.invoke("ReadMissed", room, 1, 10);
const rooms = await hub.invoke("ListRooms");
await hub.invoke("SetTyping", room, true);
await hub.invoke("LeaveRoom", room);
const outside = await refusal("ReadHistory", room, null, 10);
await hub.stop();

const isTime = (value) => (protocol === "messagepack" ? value instanceof Date : typeof value === "string" && value.endsWith("Z"));
console.log(
  JSON.stringify({
    state,
    receipt,
    heard,
    history,
    missed,
    listed: rooms.find((listed) => listed.room === room),
    outside,
    halfPair,
    wrongType,
    vitals: vitals.length,
    vitalsKeys: Object.keys(vitals[0]),
    timesAreTimes: isTime(receipt.postedAt) && isTime(heard[0].postedAt) && isTime(history[0].postedAt) && isTime(rooms[0].lastPostedAt) && isTime(vitals[0].at),
  }),
);
