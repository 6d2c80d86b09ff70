// Elements made by hand: what a caller says only ever becomes text, never markup.

/** An element with these attributes and event handlers (`onclick`), and children of text or nodes. */
export function el(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (name === "text") made.textContent = value;
    else made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return made;
}

const SVG = "http://www.w3.org/2000/svg";

/** The same in SVG. */
export function drawn(tag, attributes = {}, ...children) {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

/** SVG that our own server drew, as a node of this document. */
export function svgOf(text) {
  const read = new DOMParser().parseFromString(text, "image/svg+xml");
  return document.importNode(read.documentElement, true);
}

const news = document.getElementById("news");

/** Say something to who listens to the page rather than looks at it. */
export function tell(sentence) {
  if (news && news.textContent !== sentence) news.textContent = sentence;
}

export const calm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

export function money(cents) {
  return new Intl.NumberFormat("en-US", {
    style: "currency",
    currency: "USD",
    minimumFractionDigits: cents % 100 ? 2 : 0,
    maximumFractionDigits: cents % 100 ? 2 : 0,
  }).format(cents / 100);
}

/** Minutes and seconds: `1:07`. */
export function clock(seconds) {
  const whole = Math.max(Math.round(seconds), 0);
  const rest = String(whole % 60).padStart(2, "0");
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes}:${rest}`;
  return `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, "0")}:${rest}`;
}

export function when(at) {
  return new Date(at * 1000).toLocaleString("en-GB", {
    day: "numeric", month: "short", hour: "2-digit", minute: "2-digit",
  });
}

/** For how long, in one figure: `12 min`, `3 h`, `5 days`. */
export function ago(seconds) {
  const minutes = Math.max(Math.floor(seconds / 60), 0);
  if (minutes < 1) return "just now";
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return `${hours} h`;
  return `${Math.floor(hours / 24)} days`;
}

/** A trigger's or guard's name as words. */
export const words = (name) => name.replaceAll("_", " ");

/** Local midnight of a day `2026-11-28`, in seconds since 1970; `later` days after it. */
export function midnight(day, later = 0) {
  const [year, month, date] = day.split("-").map(Number);
  return new Date(year, month - 1, date + later).getTime() / 1000;
}

/** Today, or so many days before it, as `2026-11-28`. */
export function dayOf(before = 0) {
  const now = new Date();
  const day = new Date(now.getFullYear(), now.getMonth(), now.getDate() - before);
  const two = (number) => String(number).padStart(2, "0");
  return `${day.getFullYear()}-${two(day.getMonth() + 1)}-${two(day.getDate())}`;
}
