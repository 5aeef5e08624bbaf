// The microphone's way from the device's rate to 16 kHz, measured with tones.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Resampler } from "../../server/web/widget/resampler.js";

const tone = (hz, rate, seconds) => Float32Array.from({ length: rate * seconds }, (_, n) => 0.5 * Math.sin((2 * Math.PI * hz * n) / rate));

function through(samples, from, block = 128) {
  const r = new Resampler(from, 16000);
  const out = [];
  for (let i = 0; i < samples.length; i += block) out.push(...r.push(samples.subarray(i, i + block)));
  return out;
}

// Level in dB against the tone that went in, without the filter's start.
function gain(out) {
  const part = out.slice(1600, -1600);
  const rms = Math.sqrt(part.reduce((sum, x) => sum + x * x, 0) / part.length);
  return 20 * Math.log10(rms / (0.5 / Math.SQRT2) + 1e-12);
}

for (const rate of [8000, 16000, 44100, 48000, 96000]) {
  test(`${rate} Hz: speech passes, the length is right`, () => {
    const out = through(tone(1000, rate, 1), rate);
    assert.ok(Math.abs(out.length - 16000) < 80, `${out.length} samples for one second`);
    assert.ok(Math.abs(gain(out)) < 0.1, `1 kHz changed by ${gain(out)} dB`);
  });
}

for (const rate of [44100, 48000, 96000]) {
  test(`${rate} Hz: what 16 kHz cannot hold does not fold back`, () => {
    for (const hz of [9000, 10000, 12000, 15000]) {
      assert.ok(gain(through(tone(hz, rate, 1), rate)) < -60, `${hz} Hz came through at ${gain(through(tone(hz, rate, 1), rate))} dB`);
    }
    assert.ok(gain(through(tone(6500, rate, 1), rate)) > -1, "6.5 kHz, where fricatives live, is kept");
  });
}

test("blocks of any size give the same samples", () => {
  const samples = tone(440, 44100, 0.5);
  const one = through(samples, 44100, samples.length);
  const many = through(samples, 44100, 37);
  assert.equal(many.length, one.length);
  assert.ok(one.every((x, i) => Math.abs(x - many[i]) < 1e-6));
});
