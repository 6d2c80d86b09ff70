// What stands open: orders and tickets with whom they are for. New ones show up by themselves.
import { get, post } from "./api.js";
import { spoken } from "./conversation.js";
import { ago, el, money, tell, when } from "./dom.js";

const AGAIN = 3000;
const SHOWN = 60000; // milliseconds until a number that was shown is hidden again
const KINDS = { orders: "order", tickets: "ticket" };

export function todoView(about, kind) {
  return list(kind in KINDS ? kind : "orders");
}

function list(kind) {
  const one = KINDS[kind];
  const every = el("input", { type: "checkbox", id: "every", onchange: afresh });
  const file = el("a", { class: "file", download: `${kind}.csv` }, "Save for a spreadsheet");
  const tabs = el("nav", { class: "tabs", "aria-label": "What stands open" }, Object.keys(KINDS).map((each) =>
    el("a", { href: `#/todo/${each}`, "aria-current": each === kind && "page", text: each[0].toUpperCase() + each.slice(1) })));
  const heading = el("h1", { tabindex: "-1", text: "To do" });
  const trouble = el("p", { class: "trouble", role: "alert", hidden: true });
  const empty = el("p", { class: "empty", hidden: true });
  const rows = el("ul", { class: "todo", "aria-label": kind });
  const more = el("button", { class: "quiet", type: "button", hidden: true, onclick: older }, `Older ${kind}`);
  const view = el("div", { class: "view single" }, el("section", { class: "panel" },
    el("div", { class: "head" }, heading, tabs, el("label", { class: "check", for: "every" }, every, "also what is done or cancelled"), file),
    trouble, empty, rows, more));
  const known = new Map(); // by their numbers, in the order of the list
  let stopped = false;
  let lost = false; // the trouble is that nothing can be read
  let first = true; // what is there from the beginning is no news
  let asked = 0;

  const say = (sentence) => { trouble.textContent = sentence; trouble.hidden = !sentence; };

  function afresh() {
    for (const row of known.values()) row.view.remove();
    known.clear();
    more.hidden = true;
    first = true;
    file.href = `/api/left.csv?kind=${kind}${every.checked ? "&every=1" : ""}`;
    look();
  }

  async function look() {
    const mine = ++asked;
    try {
      const { left, next } = await get("/api/left", { kind, every: every.checked ? "1" : "" });
      if (stopped || mine !== asked) return;
      if (lost) say("");
      lost = false;
      show(left, next);
    } catch (error) {
      if (stopped || mine !== asked) return;
      lost = true;
      say(error.message);
    }
    setTimeout(() => { if (mine === asked && !stopped) look(); }, AGAIN);
  }

  /** The newest ones, as they are now: what is behind them stays as it was fetched. */
  function show(left, next) {
    const last = left[left.length - 1];
    const there = new Set(left.map((each) => each.number));
    for (const [number, row] of known) {
      if (!there.has(number) && (!next || isNewer(row.each, last))) drop(number);
    }
    const longer = known.size > left.length;
    const fresh = left.filter((each) => !known.has(each.number));
    left.forEach((each, place) => {
      const row = of(each);
      if (rows.children[place] !== row.view) rows.insertBefore(row.view, rows.children[place] || null);
    });
    if (!longer) more.hidden = !next;
    if (!first && fresh.length) tell(`New ${one} ${fresh[0].number}: ${fresh[0].what}.`);
    first = false;
    tally();
  }

  async function older() {
    const { at, number } = [...known.values()].reduce((a, b) => (isNewer(a.each, b.each) ? b : a)).each;
    try {
      const found = await get("/api/left", { kind, every: every.checked ? "1" : "", behind: `${at}~${number}` });
      if (stopped) return;
      for (const each of found.left) rows.append(of(each).view);
      more.hidden = !found.next;
    } catch (error) {
      say(error.message);
    }
  }

  function of(each) {
    const row = known.get(each.number) || entry(each, one, { say, isDone });
    known.set(each.number, row);
    row.update(each);
    return row;
  }

  function isDone(number) {
    const next = known.get(number)?.view.nextElementSibling || known.get(number)?.view.previousElementSibling;
    if (every.checked) known.get(number)?.update({ ...known.get(number).each, status: "done" });
    else drop(number);
    tally();
    (next?.querySelector(".done") || heading).focus();
    tell(`${number} is done.`);
  }

  function drop(number) {
    known.get(number)?.view.remove();
    known.delete(number);
  }

  function tally() {
    empty.hidden = known.size > 0;
    empty.textContent = every.checked
      ? `There was no ${one} yet. The first one shows up here by itself.`
      : `No ${one} stands open. A new one shows up here by itself.`;
  }

  afresh();
  return { view, leave: () => { stopped = true; } };
}

const isNewer = (one, other) => one.at > other.at || (one.at === other.at && one.number > other.number);

/** One order or ticket. */
function entry(each, one, { say, isDone }) {
  const { number } = each;
  const age = el("span");
  const status = el("span", { class: "status-of", hidden: true });
  const name = el("strong", { class: "name" });
  const callback = el("span", { class: "callback" });
  const doing = el("div", { class: "doing" });
  const done = el("button", { class: "done", type: "button", "aria-label": `Mark ${number} done`, onclick: sure }, "Mark done");
  const view = el("li", { "data-number": number },
    el("div", { class: "which" }, el("h2", { text: number }), status,
      el("p", {}, el("time", { datetime: new Date(each.at * 1000).toISOString(), text: when(each.at) }), " · ", age)),
    el("div", { class: "what" }, el("strong", {}, spoken(each.what)), each.price_cents === null ? null : el("p", { text: money(each.price_cents) })),
    el("div", { class: "whom" }, name, callback),
    el("a", { class: "trace", href: `#/calls/${encodeURIComponent(each.call)}`, "aria-label": `The call of ${number}, step by step` }, "Its call"),
    doing);
  const row = { view, each: null, update };
  let hiding = 0;

  function update(now) {
    const before = row.each;
    row.each = now;
    age.textContent = ago(Date.now() / 1000 - now.at);
    if (!before || before.name !== now.name) name.textContent = now.name || "no name given";
    name.classList.toggle("none", !now.name);
    if (!before || before.callback !== now.callback) masked();
    if (before && before.status === now.status) return;
    view.dataset.status = now.status;
    status.textContent = now.status;
    status.hidden = now.status === "open";
    doing.replaceChildren(...(now.status === "open" ? [done] : []));
  }

  function masked() {
    clearTimeout(hiding);
    const had = callback.contains(document.activeElement);
    if (!row.each.callback) {
      callback.replaceChildren(el("span", { class: "none", text: "no number" }));
      return;
    }
    const show = el("button", { class: "quiet", type: "button", "aria-label": `Show the number to call back about ${number}`, onclick: unmask }, "Show");
    callback.replaceChildren(el("span", { text: row.each.callback }), show);
    if (had) show.focus();
  }

  /** The whole number, on purpose and for a minute: nobody reads it off a screen that was left. */
  async function unmask() {
    try {
      const told = await post("/api/left/number", { number });
      const ring = el("a", { href: `tel:${told.callback}`, text: told.written || "no number" });
      callback.replaceChildren(ring, el("button", { class: "quiet", type: "button", "aria-label": `Hide the number of ${number}`, onclick: masked }, "Hide"));
      ring.focus();
      hiding = setTimeout(masked, SHOWN);
      say("");
    } catch (error) {
      say(error.message);
    }
  }

  function sure() {
    const yes = el("button", { class: "primary", type: "button", onclick: mark }, "Yes, done");
    const no = el("button", { class: "quiet", type: "button", onclick: rather }, "No");
    doing.replaceChildren(el("div", {
      class: "sure", role: "group", "aria-label": `Mark ${number} done?`,
      onkeydown: (event) => { if (event.key === "Escape") rather(); },
    }, yes, no));
    yes.focus();
  }

  function rather() {
    doing.replaceChildren(done);
    done.focus();
  }

  async function mark() {
    for (const button of doing.querySelectorAll("button")) button.disabled = true;
    try {
      await post("/api/left/done", { number });
      say("");
      isDone(number);
    } catch (error) {
      say(error.message);
      rather();
    }
  }

  return row;
}
