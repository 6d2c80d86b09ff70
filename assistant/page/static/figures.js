// The figures of a day or of several, each with a small plot.
import { get } from "./api.js";
import { clock, drawn, el, money } from "./dom.js";
import { span } from "./span.js";

const sum = (slots, of) => slots.reduce((all, slot) => all + of(slot), 0);
const mean = (all, number) => (number ? all / number : 0);
const whole = (number) => Math.round(number).toLocaleString("en-US");

const FIGURES = [
  ["Calls", (slot) => slot.calls, (slots) => whole(sum(slots, (slot) => slot.calls)), whole],
  ["Orders", (slot) => slot.orders, (slots) => whole(sum(slots, (slot) => slot.orders)), whole],
  ["Revenue", (slot) => slot.cents, (slots) => money(sum(slots, (slot) => slot.cents)), money],
  ["Tickets", (slot) => slot.tickets, (slots) => whole(sum(slots, (slot) => slot.tickets)), whole],
  ["Length of a call", (slot) => mean(slot.lasted, slot.ended),
    (slots) => `${clock(mean(sum(slots, (slot) => slot.lasted), sum(slots, (slot) => slot.ended)))} min`, (value) => `${clock(value)} min`],
  ["Answered in", (slot) => mean(slot.usage.waited, slot.usage.answers),
    (slots) => `${mean(sum(slots, (slot) => slot.usage.waited), sum(slots, (slot) => slot.usage.answers)).toFixed(1)} s`,
    (value) => `${value.toFixed(1)} s`,
    (slots) => `longest ${Math.max(0, ...slots.map((slot) => slot.usage.longest_wait)).toFixed(1)} s`],
  ["Model requests", (slot) => slot.usage.requests, (slots) => whole(sum(slots, (slot) => slot.usage.requests)), whole],
  ["Tokens", (slot) => slot.usage.prompt_tokens + slot.usage.completion_tokens,
    (slots) => whole(sum(slots, (slot) => slot.usage.prompt_tokens + slot.usage.completion_tokens)), whole],
];

export function figuresView() {
  const grid = el("div", { class: "figures" });
  const trouble = el("p", { class: "trouble", role: "alert", hidden: true });
  let asked = 0;
  const days = span(async (since, until, days) => {
    const mine = ++asked;
    const slots = days <= 1 ? 24 : Math.min(days, 120);
    try {
      const found = await get("/api/figures", { since, until, slots });
      if (mine !== asked) return;
      trouble.hidden = true;
      const name = (place) => named(since + ((until - since) / slots) * place, days);
      grid.replaceChildren(...FIGURES.map((figure) => plotted(figure, found.slots, name)));
    } catch (error) {
      trouble.textContent = error.message;
      trouble.hidden = false;
    }
  }, 0);
  const view = el("div", { class: "view single" }, el("section", { class: "panel" },
    el("h1", { text: "Figures" }), days.box, trouble, grid));
  days.tell();
  return { view, leave() {} };
}

function named(at, days) {
  const moment = new Date(at * 1000);
  if (days <= 1) return moment.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
  return moment.toLocaleDateString("en-GB", { day: "numeric", month: "short" });
}

function plotted([title, of, all, told, more], slots, name) {
  const values = slots.map(of);
  const most = Math.max(...values, 0);
  const width = 240;
  const height = 56;
  const each = width / values.length;
  const bars = values.map((value, place) => {
    const tall = most ? Math.max((value / most) * (height - 2), value ? 1.5 : 0) : 0;
    const bar = drawn("rect", {
      x: (place * each + each * 0.12).toFixed(2), y: (height - tall).toFixed(2),
      width: (each * 0.76).toFixed(2), height: tall.toFixed(2), rx: Math.min(2, each / 4),
    });
    const title = drawn("title");
    title.textContent = `${name(place)}: ${told(value)}`;
    bar.append(title);
    return bar;
  });
  const best = values.indexOf(most);
  const svg = drawn("svg", {
    viewBox: `0 0 ${width} ${height}`, preserveAspectRatio: "none", role: "img",
    "aria-label": most ? `${title}: most at ${name(best)}, ${told(most)}.` : `${title}: none.`,
  }, ...bars);
  return el("article", { class: "figure" }, el("h2", { text: title }), el("strong", { text: all(slots) }),
    el("small", { text: more ? more(slots) : most ? `most ${name(best)}: ${told(most)}` : "" }), svg,
    el("div", { class: "axis", "aria-hidden": "true" }, el("span", { text: name(0) }), el("span", { text: name(values.length - 1) })));
}
