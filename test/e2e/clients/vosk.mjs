// A client of vosk-server's protocol, as Node.js programs write one: the package
// ws, and events. Sends a WAV file in pieces of a fifth of a second, the next
// one when the answer to the one before has come, and prints every answer as a
// line of JSON.
//
// usage: node vosk.mjs ws://HOST:PORT FILE.wav ['{"words": true}']
import { readFileSync } from "node:fs";
import WebSocket from "ws";

const [url, path, more = "{}"] = process.argv.slice(2);
const file = readFileSync(path);
const rate = file.readUInt32LE(24);
const pcm = file.subarray(file.indexOf("data") + 8);
const size = Math.floor(rate / 5) * 2;

const socket = new WebSocket(url);
let at = 0;
let ended = false;

function next() {
  if (at < pcm.length) {
    socket.send(pcm.subarray(at, at + size));
    at += size;
  } else if (!ended) {
    ended = true;
    socket.send('{"eof" : 1}');
  }
}

socket.on("open", () => {
  socket.send(JSON.stringify({ config: { sample_rate: rate, ...JSON.parse(more) } }));
  next();
});
socket.on("message", (data, binary) => {
  if (binary) throw new Error("a binary answer");
  console.log(JSON.stringify(JSON.parse(data.toString())));
  next();
});
socket.on("close", (code) => process.exit(code === 1000 && ended ? 0 : 1));
socket.on("error", (err) => {
  console.error(err.message);
  process.exit(1);
});
