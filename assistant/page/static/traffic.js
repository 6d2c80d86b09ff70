// Traffic over a span of days: how many calls took each way, where callers leave, what was refused.
import { get } from "./api.js";
import { el, svgOf, words } from "./dom.js";
import { fit } from "./flowchart.js";
import { span } from "./span.js";

export function trafficView(about) {
  const chart = el("div", { class: "chart traffic", tabindex: "0", role: "region", "aria-label": "Traffic on the flowchart" });
  const trouble = el("p", { class: "trouble", role: "alert", hidden: true });
  const left = el("tbody");
  const refused = el("tbody");
  const title = el("p", { class: "meta", "aria-live": "polite" });
  const tables = el("div", { class: "tables" },
    table("Where callers leave", ["From", "How", "Calls"], left),
    table("What was refused", ["At", "What", "Times"], refused));
  let asked = 0;
  const desk = (state) => (about.states.find((each) => each.name === state) || {}).desk || state;
  const told = (trigger) => (about.endings.find((each) => each.name === trigger) || {}).told || words(trigger);

  const days = span(async (since, until) => {
    const mine = ++asked;
    title.textContent = "Counting …";
    try {
      const found = await get("/api/traffic", { since, until });
      if (mine !== asked) return;
      trouble.hidden = true;
      const count = found.calls === 1 ? "1 call" : `${found.calls.toLocaleString("en-US")} calls`;
      title.textContent = found.calls ? `${count} that have ended` : "No call ended in these days: choose others.";
      tables.hidden = !found.calls;
      if (found.svg) {
        const svg = svgOf(found.svg);
        svg.removeAttribute("width");
        svg.removeAttribute("height");
        svg.setAttribute("role", "img");
        svg.setAttribute("aria-label", `${count} on the flowchart; the tables beside it say the same.`);
        for (const each of svg.querySelectorAll("title")) each.remove();
        chart.replaceChildren(svg);
        fit(svg);
      } else chart.replaceChildren();
      left.replaceChildren(...found.left.map((way) => line(desk(way.source), told(way.trigger).split(", at ")[0], way.calls, found.calls)));
      refused.replaceChildren(...found.refused.map((each) => line(desk(each.state), words(each.trigger), each.times, 0)));
    } catch (error) {
      title.textContent = "";
      trouble.textContent = error.message;
      trouble.hidden = false;
    }
  });
  const view = el("div", { class: "view single" }, el("section", { class: "panel" },
    el("h1", { text: "Traffic" }), days.box, title, trouble, chart, tables));
  days.tell();
  return { view, leave() {} };
}

function table(title, head, body) {
  return el("table", { class: "counts" }, el("caption", { text: title }),
    el("thead", {}, el("tr", {}, head.map((text) => el("th", { scope: "col", text })))), body);
}

function line(where, what, number, of) {
  const share = of ? ` (${Math.round((100 * number) / of)} %)` : "";
  return el("tr", {}, el("td", { text: where }), el("td", { text: what }), el("td", { class: "number", text: `${number.toLocaleString("en-US")}${share}` }));
}
