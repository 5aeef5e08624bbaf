/**
 * Runs on the browser's audio thread: microphone samples in, frames of 100 ms
 * PCM16LE mono at 16 kHz out, each with its level (RMS, 0..1) for the meter.
 */
import { Resampler } from "./resampler.js";

const RATE = 16000;
const FRAME = RATE / 10;

class TingdongCapture extends AudioWorkletProcessor {
  constructor() {
    super();
    this.resampler = new Resampler(sampleRate, RATE);
    this.frame = new DataView(new ArrayBuffer(FRAME * 2));
    this.filled = 0;
    this.power = 0;
    this.port.onmessage = () => {
      this.done = true; // lets the browser free the processor
    };
  }

  process(inputs) {
    const channel = inputs[0] && inputs[0][0];
    if (channel) for (const sample of this.resampler.push(channel)) this.add(sample);
    return !this.done;
  }

  add(sample) {
    const s = Math.max(-1, Math.min(1, sample));
    this.frame.setInt16(this.filled * 2, Math.round(s * 32767), true);
    this.power += s * s;
    if (++this.filled < FRAME) return;
    const pcm = this.frame.buffer;
    this.port.postMessage({ pcm, level: Math.sqrt(this.power / FRAME) }, [pcm]);
    this.frame = new DataView(new ArrayBuffer(FRAME * 2));
    this.filled = 0;
    this.power = 0;
  }
}

registerProcessor("tingdong-capture", TingdongCapture);
