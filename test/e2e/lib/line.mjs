// A TCP line between browser and service that a test can cut, as a phone loses
// its network.
import { createServer, connect } from "node:net";
import { Transform } from "node:stream";

// Lets through so many bytes a second, as a weak signal does.
const throttle = (rate) => new Transform({
  highWaterMark: 4096,
  transform(chunk, _, done) {
    setTimeout(() => done(null, chunk), (1000 * chunk.length) / rate);
  },
});

/**
 * Opens a line to a base URL; resolves to {url, target, cut(), cuts, down, close()}.
 * cutAfter: the first connection that has carried so many bytes to the service
 * is cut, once: in the middle of a sentence, wherever the clock stands; onCut
 * is called then. rate: bytes a second towards the service. New connections go
 * to the target of the moment.
 */
export async function openLine(target, { cutAfter = Infinity, onCut = () => {}, rate } = {}) {
  const pairs = new Set();
  const line = { down: false, cuts: 0, target };
  const server = createServer((near) => {
    if (line.down) return near.destroy();
    const { hostname, port } = new URL(line.target);
    const far = connect(Number(port), hostname);
    const pair = [near, far];
    pairs.add(pair);
    const end = () => (pairs.delete(pair), near.destroy(), far.destroy());
    for (const s of pair) s.on("error", end).on("close", end);
    (rate ? near.pipe(throttle(rate)) : near).pipe(far).pipe(near);
    near.on("data", () => {
      if (near.bytesRead < cutAfter || line.cuts > 0) return;
      line.cuts++;
      if (onCut(line) !== false) end();
    });
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  line.url = `http://127.0.0.1:${server.address().port}`;
  line.cut = () => pairs.forEach((pair) => pair.forEach((s) => s.destroy()));
  line.close = () => (line.cut(), new Promise((done) => server.close(done)));
  return line;
}
