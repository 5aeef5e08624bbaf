// How to bring the widget into each of its states, with the real service.
const TEXT = {
  zh: { navigate: "教育局", clarify: "医院", search: "公积金怎么提取", none: "嗯", control: "放大字体" },
  en: { navigate: "Education Bureau", clarify: "talk to a leader", search: "beach safety", none: "hm", control: "larger text" },
};

// A state that stopped being reached would pass its checks unseen, so the
// reply's action is looked at; none is also a search that finds nothing.
const asked = (what) => async (v, lang) => {
  await v.part(".type").click();
  await v.part("#q").fill(TEXT[lang][what]);
  await v.part("#q").press("Enter");
  const { reply } = await v.event("reply");
  const got = reply.search?.total === 0 ? "none" : reply.action;
  if (got !== what) throw new Error(`“${TEXT[lang][what]}” was to be answered by ${what}: ${JSON.stringify(reply)}`);
  await v.state("answered");
};

/** Each state by name: (visitor, "zh" or "en") brings it about. */
export const STATES = {
  idle: async () => {},
  notice: async (v) => {
    await v.part(".voice").click();
    await v.state("notice");
  },
  typing: async (v, lang) => {
    await v.part(".type").click();
    await v.part("#q").pressSequentially(lang === "en" ? "visa" : "教育");
    await v.part("[role=option]").first().waitFor();
    await v.page.keyboard.press("ArrowDown");
  },
  asking: async (v) => {
    // the visitor has not answered the browser's question yet
    await v.page.evaluate(() => (navigator.mediaDevices.getUserMedia = () => new Promise(() => {})));
    await v.part(".voice").click();
    await v.state("asking");
  },
  listening: async (v) => {
    await v.part(".voice").click();
    await v.state("listening");
  },
  understanding: async (v, lang) => {
    await v.page.route("**/v1/ask", () => {}); // the answer is under way for as long as the page is open
    await v.part(".type").click();
    await v.part("#q").fill(TEXT[lang].navigate);
    await v.part("#q").press("Enter");
    await v.state("understanding");
  },
  navigate: asked("navigate"),
  clarify: asked("clarify"),
  search: asked("search"),
  none: asked("none"),
  control: asked("control"),
  settings: async (v) => {
    await v.part(".type").click();
    await v.part("summary").click();
  },
  error: async (v) => {
    await v.page.context().setOffline(true);
    await v.part(".type").click();
    await v.part("#q").fill("教育局");
    await v.part("#q").press("Enter");
    await v.state("error");
  },
};
