/** The microphone: permission, capture on the audio thread, and letting go. */
import { Problem } from "./problem.js";

const CONSTRAINTS = { audio: { channelCount: 1, echoCancellation: true, noiseSuppression: true, autoGainControl: true } };

// What getUserMedia rejects with, by the name that the specification gives it.
const REASONS = {
  NotAllowedError: "denied",
  SecurityError: "denied",
  NotFoundError: "no_microphone",
  OverconstrainedError: "no_microphone",
  NotReadableError: "microphone_taken",
  AbortError: "microphone_taken",
};

/** Why this browser cannot listen at all: an error code, or "" if it can. */
export function obstacle() {
  if (!globalThis.isSecureContext) return "insecure";
  const can = navigator.mediaDevices?.getUserMedia && globalThis.AudioWorkletNode;
  if (can) return "";
  return /MicroMessenger/i.test(navigator.userAgent) ? "in_app" : "unsupported";
}

/**
 * Opens the microphone. onFrame(pcm: ArrayBuffer, level: number) gets 100 ms of
 * PCM16LE mono at 16 kHz at a time, onLost() is called when the device goes
 * away. Resolves to {stop()}; rejects with a Problem.
 */
export async function openMicrophone(onFrame, onLost) {
  const why = obstacle();
  if (why) throw new Problem(why);
  let stream;
  try {
    stream = await navigator.mediaDevices.getUserMedia(CONSTRAINTS);
  } catch (err) {
    throw new Problem(REASONS[err.name] || "unsupported", err);
  }
  const context = new AudioContext();
  const stop = () => {
    for (const track of stream.getTracks()) track.stop();
    if (context.state !== "closed") context.close();
  };
  try {
    await context.audioWorklet.addModule(new URL("./worklet.js", import.meta.url));
    await context.resume();
  } catch (err) {
    stop();
    throw new Problem("unsupported", err);
  }
  const node = new AudioWorkletNode(context, "tingdong-capture", { numberOfOutputs: 0 });
  node.port.onmessage = ({ data }) => onFrame(data.pcm, data.level);
  context.createMediaStreamSource(stream).connect(node);
  stream.getAudioTracks()[0].addEventListener("ended", onLost);
  return {
    stop() {
      node.port.onmessage = null;
      node.port.postMessage("stop");
      stop();
    },
  };
}
