/**
 * One utterance from the microphone as its N-best list, over the socket that
 * visitors use. What the service makes of it with the published grammar is
 * left aside: the draft is asked instead.
 */
export async function listen({ lang, role, partial }) {
  const [{ openMicrophone }, { ListenSocket }] = await Promise.all([import("/widget/audio.js"), import("/widget/socket.js")]);
  let done, fail, socket, mic;
  const heard = new Promise((yes, no) => ([done, fail] = [yes, no]));
  heard.catch(() => {}); // whoever waits for it is told
  const close = () => (mic?.stop(), socket?.close());
  const waiting = [];
  mic = await openMicrophone((pcm) => {
    waiting.push(pcm);
    while (waiting.length && socket?.writable) socket.send(waiting.shift());
  }, () => done([]));
  socket = new ListenSocket(location.origin + "/", { sample_rate: 16000, lang, role }, {
    message(type, m) {
      if (type === "partial") partial(m.text);
      if (type === "final") done(m.alternatives || []);
      if (type === "reply") done([]); // nobody spoke
    },
    closed: fail,
  });
  heard.finally(close).catch(() => {});
  return { heard, close: () => (close(), done([])), finish: () => socket.say("finalize") };
}
