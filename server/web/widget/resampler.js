/**
 * Sample-rate conversion by a windowed sinc, as a stream.
 *
 * The low-pass ends at 0.45 × the lower of both rates, so that nothing above
 * the new Nyquist frequency folds back into the speech band (plain decimation
 * from 48 to 16 kHz would fold 8–24 kHz hiss onto the fricatives). A Kaiser
 * window with beta 8 and 16 zero crossings a side keeps aliases below −60 dB
 * from 9 kHz up; the tests measure that.
 */
const CROSSINGS = 16;
const BETA = 8;
const STEPS = 256; // table entries per zero crossing

function bessel0(x) {
  let sum = 1;
  let term = 1;
  for (let k = 1; k < 30; k++) {
    term *= (x / (2 * k)) ** 2;
    sum += term;
  }
  return sum;
}

function kernel() {
  const table = new Float64Array(CROSSINGS * STEPS + 2);
  for (let i = 0; i <= CROSSINGS * STEPS; i++) {
    const x = i / STEPS;
    const sinc = x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
    table[i] = (sinc * bessel0(BETA * Math.sqrt(1 - (x / CROSSINGS) ** 2))) / bessel0(BETA);
  }
  return table;
}

/** Converts mono float audio from one rate (Hz) to another, block by block. */
export class Resampler {
  constructor(from, to) {
    this.step = from / to;
    // cutoff as a fraction of the input rate, times two: the kernel's scale
    this.scale = Math.min(1, to / from) * 0.9;
    this.table = kernel();
    this.half = Math.ceil(CROSSINGS / this.scale);
    this.buffer = new Float32Array(this.half); // starts with silence
    this.at = this.half; // where in the buffer the next output sample lies
  }

  /** Takes a block and returns the output samples that are complete with it. */
  push(block) {
    const all = new Float32Array(this.buffer.length + block.length);
    all.set(this.buffer);
    all.set(block, this.buffer.length);
    const out = [];
    while (this.at + this.half < all.length) {
      out.push(this.#sample(all, this.at));
      this.at += this.step;
    }
    const drop = Math.max(0, Math.floor(this.at) - this.half);
    this.buffer = all.slice(drop);
    this.at -= drop;
    return out;
  }

  #sample(x, at) {
    let sum = 0;
    const last = Math.floor(at + this.half);
    for (let n = Math.max(0, Math.ceil(at - this.half)); n <= last; n++) {
      const place = Math.abs(at - n) * this.scale * STEPS;
      const i = Math.floor(place);
      if (i >= CROSSINGS * STEPS) continue;
      sum += x[n] * (this.table[i] + (place - i) * (this.table[i + 1] - this.table[i]));
    }
    return sum * this.scale;
  }
}
