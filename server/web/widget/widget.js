/**
 * Tingdong 听懂: a voice button for any page.
 *
 *   <script type="module" src="https://voice.example.cn/widget/widget.js"></script>
 *   <tingdong-voice visitor="resident" lang="zh-CN"></tingdong-voice>
 *
 * This file is the only one that a page names; it brings the others itself.
 */
import { TingdongVoice } from "./element.js";

// A page that loads the script twice keeps the first one.
if (!customElements.get("tingdong-voice")) customElements.define("tingdong-voice", TingdongVoice);

export { TingdongVoice };
