// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

// What is shown is text: nothing here makes markup of what a peer has named itself.

/** Makes an element: attributes, then children, which are elements or text. */
export function el(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (key === "on") for (const [type, act] of Object.entries(value)) element.addEventListener(type, act);
    else if (key === "class") element.className = value;
    else element.setAttribute(key, value === true ? "" : value);
  }
  for (const child of children.flat()) {
    if (child !== null && child !== undefined) element.append(child);
  }
  return element;
}

const space = "http://www.w3.org/2000/svg";

/** Makes an element of SVG. */
export function svg(name, attributes = {}, ...children) {
  const element = document.createElementNS(space, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  for (const child of children) element.append(child);
  return element;
}

export const isNumber = (value) => typeof value === "number" && Number.isFinite(value);

/** A number with so many decimals, or a dash. */
export function fixed(value, decimals = 1) {
  return isNumber(value) ? value.toFixed(decimals) : "–";
}

/** A whole number, its thousands apart. */
export function count(value) {
  return isNumber(value) ? Math.round(value).toLocaleString("en-US") : "–";
}

/** Large numbers in short: 12.3k, 4.5M. */
export function short(value) {
  if (!isNumber(value)) return "–";
  const size = Math.abs(value);
  for (const [limit, unit] of [[1e9, "G"], [1e6, "M"], [1e4, "k"]]) {
    if (size >= limit) return (value / (unit === "k" ? 1e3 : limit)).toPrecision(3).replace(/\.?0+$/, "") + unit;
  }
  if (size >= 1000) return Math.round(value).toString();
  return Number(value.toPrecision(3)).toString();
}

/** Significant digits for values of any size. */
export function precise(value) {
  return isNumber(value) ? Number(value.toPrecision(4)).toString() : "–";
}

export function percent(value) {
  return isNumber(value) ? `${(100 * value).toFixed(1)} %` : "–";
}

/** Seconds as a person says them. */
export function duration(seconds) {
  if (!isNumber(seconds)) return "–";
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  if (whole < 172800) return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
  return `${Math.floor(whole / 86400)} d ${Math.floor((whole % 86400) / 3600)} h`;
}

/** An ISO time in this place's clock. */
export function time(iso) {
  const date = new Date(iso);
  return Number.isNaN(date.getTime()) ? String(iso) : date.toLocaleString("sv-SE");
}

const endNames = {
  lapCompleted: "lap completed", leftPlayfield: "left the playfield", timeLimit: "time limit", noNewTile: "no new tile",
  stepCap: "step cap", behindPace: "behind the pace", actionNotFinite: "no finite action", setAside: "set aside",
  dreamEnded: "the dream ended", answered: "answered", noValue: "no value",
};

/** Why an episode ended, in words. */
export function ending(name) {
  return endNames[name] ?? name;
}

export function clear(element) {
  element.replaceChildren();
  return element;
}
