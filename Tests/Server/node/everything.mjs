// A JavaScript client for the tests that uses all there is in SignalR: node everything.mjs HUB-ADDRESS json|messagepack
// Calls, streams both ways, a cancelled stream, errors, a result for the server, and a stateful reconnect: it prints "cut" when its connection may be cut, and
// "done" when a call went through behind that.
import { HubConnectionBuilder, LogLevel, Subject } from "@microsoft/signalr";
import { MessagePackHubProtocol } from "@microsoft/signalr-protocol-msgpack";

const [address, protocol] = process.argv.slice(2);
const builder = new HubConnectionBuilder().withUrl(address).withStatefulReconnect().configureLogging(LogLevel.Critical);
if (protocol === "messagepack") builder.withHubProtocol(new MessagePackHubProtocol());
const hub = builder.build();
hub.on("Answer", (number) => number + 1);
await hub.start();

const must = (condition, what) => {
  if (!condition) throw new Error(what);
};
const refused = (call) => call.then(() => "", (error) => error.message);

must((await hub.invoke("Echo", "hello ünïcode")) === "hello ünïcode", "echo");
await hub.send("Echo", "nobody waits");
const items = [];
await new Promise((complete, error) => hub.stream("Count", 5).subscribe({ next: (item) => items.push(item), complete, error }));
must(items.join() === "1,2,3,4,5", `stream ${items}`);
await new Promise((first) => {
  const endless = hub.stream("Endless").subscribe({ next: () => { endless.dispose(); first(); }, complete: () => {}, error: () => {} });
});
const upload = new Subject();
const sum = hub.invoke("Sum", upload);
for (const number of [1, 2, 3]) upload.next(number);
upload.complete();
must((await sum) === 6, "upload");
must((await refused(hub.invoke("Fail"))).includes("on purpose"), "HubException");
must((await refused(hub.invoke("Nothing"))) !== "", "unknown method");
must((await refused(hub.invoke("Count", "no number"))) !== "", "wrong argument");
must((await hub.invoke("AskBack", 41)) === 42, "client result");
console.log("cut");
await new Promise((resolve) => process.stdin.once("data", resolve));
must((await hub.invoke("Echo", "behind the cut")) === "behind the cut", "echo after the cut");
await hub.stop();
console.log("done");
process.exit(0);
