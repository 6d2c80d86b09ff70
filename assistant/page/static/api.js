// What the page asks its server for. What goes wrong is one sentence, with what to do.

export class Trouble extends Error {}

const GONE = "The page's server doesn't answer: is it still running?";

async function asked(path, options) {
  let answer;
  try {
    answer = await fetch(path, options);
  } catch {
    throw new Trouble(GONE);
  }
  if (answer.status === 401) location.replace("/login");
  let told = {};
  try {
    told = await answer.json();
  } catch {
    throw new Trouble(GONE);
  }
  if (!answer.ok) throw new Trouble(told.error || GONE);
  return told;
}

/** Ask for something; empty parameters are left out. */
export function get(path, parameters = {}, options = {}) {
  const given = Object.entries(parameters).filter(([, value]) => value !== "" && value != null);
  const query = new URLSearchParams(given.map(([name, value]) => [name, String(value)]));
  return asked(given.length ? `${path}?${query}` : path, options);
}

/** Send something. */
export function post(path, body = {}) {
  return asked(path, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
}
