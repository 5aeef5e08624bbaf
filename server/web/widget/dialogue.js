/** The dialogue's own controls (取消, 确认, 不对, 帮助 …), done to an Answers. */
import { chips } from "./cards.js";

/** Takes back what is about to happen, and falls silent. */
export function cancel(answers) {
  answers.stopped();
  answers.drop();
  answers.speaker.stop();
  answers.host.answer(answers.host.t.cancelled, { quiet: true });
}

/** Does at once what waits, or takes the first choice; null when nothing waits. */
export function confirm(answers) {
  if (answers.pending) return void answers.pending.go();
  return answers.choices ? answers.pick(1) : null;
}

/** 不对: takes back what waits; just arrived somewhere, goes back. */
export function reject(answers) {
  if (answers.pending || !answers.host.arrived) return cancel(answers);
  answers.drop();
  history.back();
  return "";
}

/** Says the last answer again; null when there was none. */
export function repeat(answers) {
  const { said } = answers.host;
  return said ? { text: said } : null;
}

/** Shows what one can say. */
export function help(answers) {
  const { host } = answers;
  host.answer(host.t.states.idle, {}, chips(host.t.try, host.t.examples, (x) => host.ask(x)));
}

/** Closes the panel. */
export function exit(answers) {
  answers.drop();
  answers.speaker.stop();
  answers.host.close();
}
