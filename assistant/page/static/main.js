// The page: which of its views is shown, and whether it is dark.
import { get } from "./api.js";
import { callView } from "./call.js";
import { callsView } from "./calls.js";
import { el } from "./dom.js";
import { figuresView } from "./figures.js";
import { peopleView } from "./people.js";
import { todoView } from "./todo.js";
import { trafficView } from "./traffic.js";
import { watchView } from "./watch.js";

const VIEWS = {
  call: callView, watch: watchView, people: peopleView, todo: todoView,
  calls: callsView, traffic: trafficView, figures: figuresView,
};
const main = document.getElementById("main");
const theme = document.getElementById("theme");
let about = null;
const kept = new Map(); // by their names: a call goes on while somebody looks at another view
let shown = null;
let name = "";

function route() {
  const [, asked = "call", rest = ""] = location.hash.split("/");
  const known = asked in VIEWS ? asked : "call";
  const first = !shown;
  if (shown && shown.isOn && shown.isOn()) kept.set(name, shown);
  else if (shown) shown.leave();
  const before = kept.get(known);
  kept.delete(known);
  shown = before && !(before.isGone && before.isGone()) ? before : VIEWS[known](about, decodeURIComponent(rest));
  name = known;
  main.replaceChildren(shown.view);
  if (!first) main.focus({ preventScroll: true });
  for (const link of document.querySelectorAll(".top nav a")) {
    if (link.hash === `#/${known}`) {
      link.setAttribute("aria-current", "page");
      document.title = `${link.textContent} · The shop's line`;
    } else link.removeAttribute("aria-current");
  }
}

function dark() {
  const chosen = document.documentElement.dataset.theme;
  return chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
}

function dress(chosen) {
  if (chosen) document.documentElement.dataset.theme = chosen;
  theme.textContent = dark() ? "Light" : "Dark";
}

theme.addEventListener("click", () => {
  const chosen = dark() ? "light" : "dark";
  localStorage.setItem("theme", chosen);
  dress(chosen);
});
dress(localStorage.getItem("theme"));
document.querySelector(".skip").addEventListener("click", (event) => {
  event.preventDefault(); // the address says which view is shown
  main.focus();
});
addEventListener("beforeunload", () => [shown, ...kept.values()].forEach((each) => each && each.leave()));

try {
  about = await get("/api/about");
  addEventListener("hashchange", route);
  route();
} catch (error) {
  main.replaceChildren(el("p", { class: "trouble", role: "alert", text: error.message }));
}
