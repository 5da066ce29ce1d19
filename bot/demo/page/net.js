/** The way to the server: calls and the stream of events. */

/** A call that failed, with the server's words. */
export class Failure extends Error {}

async function request(path, options) {
  const response = await fetch(path, options);
  const body = await response.json().catch(() => ({}));
  if (!response.ok) throw new Failure(body.error ?? response.statusText);
  return body;
}

export const get = (path) => request(path);

export function post(path, body = {}) {
  return request(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
}

/** Send a file as a person. */
export function upload(path, file, fields) {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) if (value !== undefined) form.append(name, String(value));
  form.append("file", file, file.name);
  return request(path, { method: "POST", body: form });
}

const KINDS = ["message", "edit", "delete", "typing", "answer", "pin", "menu", "chat", "migrated", "clock", "weather", "bot", "call", "reset"];

/** Follow what happens; `lost` is called when the stream had to be opened anew after a gap. */
export function follow(after, take, lost) {
  const source = new EventSource(`/demo/events?after=${after}`);
  for (const kind of KINDS) source.addEventListener(kind, (event) => take(kind, JSON.parse(event.data)));
  let broken = false;
  source.addEventListener("error", () => { broken = true; });
  source.addEventListener("open", () => {
    if (broken) lost();
    broken = false;
  });
  return source;
}
