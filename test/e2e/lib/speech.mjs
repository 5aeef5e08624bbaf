// Utterances for the fake microphone, made here: synthetic by espeak-ng from
// pinyin with tone numbers, human by joining recorded words of the shared data.
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const OUT = join(import.meta.dirname, "../.out");
const SHARED = resolve(process.env.TINGDONG_SHARED || join(import.meta.dirname, "../../../../shared"));
const WORDS = join(SHARED, "speech/cmn/words");

// The browser plays the file from the moment it opens the microphone, before
// the page listens: so a second of silence stands before and after the speech.
const PAD = "adelay=1000,apad=pad_dur=1.5";

async function finish(inputs, filter, name) {
  await mkdir(OUT, { recursive: true });
  const file = join(OUT, `${name}.wav`);
  const args = inputs.flatMap((f) => ["-i", f]);
  await run("ffmpeg", ["-loglevel", "error", "-y", ...args, "-filter_complex", filter, "-ar", "48000", "-ac", "1", "-c:a", "pcm_s16le", file]);
  return file;
}

/** Speaks pinyin, such as "da3 kai1 jiao4 yu4 ju2"; resolves to a WAV file. */
export async function synthetic(pinyin, name) {
  await mkdir(OUT, { recursive: true });
  const raw = join(OUT, `${name}.raw.wav`);
  await run("espeak-ng", ["-v", "cmn-latn-pinyin", "-s", "150", "-w", raw, pinyin]);
  const file = await finish([raw], `[0:a]${PAD}`, name);
  await rm(raw);
  return file;
}

/** Whether the shared recordings are beside this checkout. */
export const haveWords = existsSync(WORDS);

/** Joins recorded words, such as ["企业", "服务"]; resolves to a WAV file. */
export function human(words, name) {
  const inputs = words.map((w) => join(WORDS, `cmn-${w}.opus`));
  const trimmed = words.map((_, i) => `[${i}:a]silenceremove=start_periods=1:start_threshold=-45dB[w${i}]`).join(";");
  const joined = words.map((_, i) => `[w${i}]`).join("") + `concat=n=${words.length}:v=0:a=1,${PAD}`;
  return finish(inputs, `${trimmed};${joined}`, name);
}

/** Seconds of silence, for a visitor who says nothing. */
export async function silence(seconds, name) {
  await mkdir(OUT, { recursive: true });
  const samples = Buffer.alloc(seconds * 48000 * 2);
  const head = Buffer.alloc(44);
  head.write("RIFF", 0);
  head.writeUInt32LE(36 + samples.length, 4);
  head.write("WAVEfmt ", 8);
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(1, 22);
  head.writeUInt32LE(48000, 24);
  head.writeUInt32LE(96000, 28);
  head.writeUInt16LE(2, 32);
  head.writeUInt16LE(16, 34);
  head.write("data", 36);
  head.writeUInt32LE(samples.length, 40);
  const file = join(OUT, `${name}.wav`);
  await writeFile(file, Buffer.concat([head, samples]));
  return file;
}
