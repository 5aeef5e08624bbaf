/** The service's HTTP doors that the widget uses. */
import { fromStatus, Problem } from "./problem.js";

const TIMEOUT_MS = 10_000;

async function fetchJSON(url, options) {
  let response;
  try {
    response = await fetch(url, { credentials: "omit", signal: AbortSignal.timeout(TIMEOUT_MS), ...options });
  } catch (err) {
    throw new Problem(err.name === "TimeoutError" ? "timeout" : "offline", err);
  }
  if (!response.ok) throw fromStatus(response.status);
  return response.json();
}

/** Asks in text; resolves to a Reply, rejects with a Problem. */
export function ask(server, question) {
  return fetchJSON(new URL("v1/ask", server), {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(question),
  });
}

/** What the visitor may be about to type: [{text, kind, url?}]; [] on any trouble. */
export async function suggest(server, q, lang, signal) {
  const url = new URL("v1/suggest", server);
  url.search = new URLSearchParams({ q, lang });
  try {
    return (await fetchJSON(url, { signal })).suggestions || [];
  } catch {
    return []; // a convenience: typing goes on without it
  }
}

/** Tells the service which result was opened (or, with another type, what else was done), so that its answers can be judged. */
export function clicked(server, event) {
  fetch(new URL("v1/events", server), {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ type: "click", ...event }),
    credentials: "omit",
    keepalive: true, // survives the navigation that it reports
  }).catch(() => {}); // opening the page matters more than counting it
}

/** Searches; resolves to {query, total, hits, suggestion}, rejects with a Problem. */
export function search(server, q, lang) {
  const url = new URL("v1/search", server);
  url.search = new URLSearchParams({ q, lang });
  return fetchJSON(url);
}
