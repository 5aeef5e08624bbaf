/**
 * The service's doors for administrators. The token lives in this tab only:
 * sessionStorage, so that reloading the page does not sign out.
 */
const KEY = "tingdong.token";

/** An answer that is a problem document: code, message, and findings. */
export class Problem extends Error {
  constructor(status, body) {
    super(body?.detail || `HTTP ${status}`);
    this.status = status;
    this.code = body?.code || (status ? "internal" : "offline");
    this.findings = Array.isArray(body?.errors) ? body.errors : [];
  }
}

export const token = {
  get: () => sessionStorage.getItem(KEY) || "",
  set: (value) => (value ? sessionStorage.setItem(KEY, value) : sessionStorage.removeItem(KEY)),
};

const lost = { on: () => {} };

/** Calls f when the service no longer knows the token. */
export const onSignedOut = (f) => (lost.on = f);

async function request(path, { method = "GET", body, headers = {}, signal } = {}) {
  let res;
  try {
    res = await fetch(`/v1/admin/${path}`, {
      method, body, signal, credentials: "omit", cache: "no-store",
      headers: { Authorization: `Bearer ${token.get()}`, ...headers },
    });
  } catch (err) {
    if (err.name === "AbortError") throw err;
    throw new Problem(0, { code: "offline", detail: "" });
  }
  if (res.ok) return res;
  const problem = new Problem(res.status, await res.json().catch(() => null));
  if (res.status === 401) lost.on();
  throw problem;
}

/** Fetches JSON. */
export const getJSON = async (path, options) => (await request(path, options)).json();

/** Fetches a text with its revision. */
export async function getText(path) {
  const res = await request(path);
  return { text: await res.text(), revision: Number((res.headers.get("ETag") || "").replace(/\D/g, "")) || 0 };
}

/** Posts JSON, resolves to the JSON answer. */
export const post = async (path, value, signal) =>
  (await request(path, { method: "POST", body: JSON.stringify(value), headers: { "Content-Type": "application/json" }, signal })).json();

/** Posts a piece of NDJSON; a piece without a good line is an answer, too. */
export async function postLines(text, signal) {
  const res = await fetch("/v1/admin/documents", { method: "POST", body: text, signal, credentials: "omit", headers: { Authorization: `Bearer ${token.get()}`, "Content-Type": "application/x-ndjson" } })
    .catch((err) => { throw err.name === "AbortError" ? err : new Problem(0); });
  const body = await res.json().catch(() => null);
  if (!res.ok && !(res.status === 422 && body?.refused)) throw new Problem(res.status, body);
  return body;
}

/** Saves a text made from a revision; resolves to the new revision. */
export async function put(path, text, revision, message) {
  const res = await request(`${path}?${new URLSearchParams(message ? { message } : {})}`, {
    method: "PUT", body: text, headers: { "If-Match": `"${revision}"`, "Content-Type": "text/plain; charset=utf-8" },
  });
  return (await res.json()).revision;
}
