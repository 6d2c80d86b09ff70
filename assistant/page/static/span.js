// A span of days, chosen by its first and last one.
import { dayOf, el, midnight } from "./dom.js";

const SPANS = [["Today", 0, 0], ["Yesterday", 1, 1], ["7 days", 6, 0], ["30 days", 29, 0], ["90 days", 89, 0]];

/** Inputs for a span, calling `changed(since, until, days)` with moments in seconds. */
export function span(changed, chosen = 2) {
  const since = el("input", { id: "first", type: "date", value: dayOf(SPANS[chosen][1]), max: dayOf() });
  const until = el("input", { id: "last", type: "date", value: dayOf(SPANS[chosen][2]), max: dayOf() });
  const quick = SPANS.map(([name, first, last]) => el("button", {
    class: "quiet", type: "button",
    onclick: () => { since.value = dayOf(first); until.value = dayOf(last); tell(); },
  }, name));
  function tell() {
    if (!since.value || !until.value) return;
    const days = Math.round((midnight(until.value, 1) - midnight(since.value)) / 86400);
    changed(midnight(since.value), midnight(until.value, 1), days);
  }
  for (const each of [since, until]) each.addEventListener("change", tell);
  const box = el("div", { class: "filters span" },
    el("label", { for: "first" }, el("span", { text: "From" }), since),
    el("label", { for: "last" }, el("span", { text: "To" }), until),
    el("div", { class: "quick" }, quick));
  return { box, tell };
}
