// A TCP line between browser and service that a test can cut, as a phone loses
// its network.
import { createServer, connect } from "node:net";

/** Opens a line to a base URL; resolves to {url, cut(), down, close()}. */
export async function openLine(target) {
  const { hostname, port } = new URL(target);
  const pairs = new Set();
  const line = { down: false };
  const server = createServer((near) => {
    if (line.down) return near.destroy();
    const far = connect(Number(port), hostname);
    const pair = [near, far];
    pairs.add(pair);
    const end = () => (pairs.delete(pair), near.destroy(), far.destroy());
    for (const s of pair) s.on("error", end).on("close", end);
    near.pipe(far).pipe(near);
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  line.url = `http://127.0.0.1:${server.address().port}`;
  line.cut = () => pairs.forEach((pair) => pair.forEach((s) => s.destroy()));
  line.close = () => (line.cut(), new Promise((done) => server.close(done)));
  return line;
}
