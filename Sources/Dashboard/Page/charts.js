// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

// Lines, bands and marks over an axis, as SVG; by mouse and by keyboard, with a table of the same.

import { clear, el, isNumber, precise, short, svg } from "./format.js";

const margin = { left: 54, right: 14, top: 12, bottom: 40 };

/** Round numbers between two, about so many. */
export function ticks(low, high, wanted) {
  if (!(high > low)) return [low];
  const raw = (high - low) / Math.max(1, wanted);
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= raw) ?? raw;
  const found = [];
  for (let value = Math.ceil(low / step) * step; value <= high + step * 1e-9; value += step) {
    found.push(Math.abs(value) < step * 1e-9 ? 0 : value);
  }
  return found;
}

/**
 * A chart that is drawn again whenever it is given data or another width.
 *
 * Data: series [{name, points: [[x, y]], color, dash, marks}], bands [{name, points: [[x, low, high]],
 * inner}], intervals [{x, low, high, color}], references [{name, y}], xLabel, yLabel, xText,
 * onPick(x), pickText.
 */
export class Chart {
  constructor(title, { height = 280 } = {}) {
    this.height = height;
    this.data = null;
    this.cursor = null;
    this.legend = el("ul", { class: "legend" });
    this.readout = el("div", { class: "readout", "aria-live": "polite" });
    this.plot = svg("svg", { class: "plot", tabindex: "0", role: "img", "aria-label": title });
    this.rows = el("div", { class: "scroll", tabindex: "0" });
    this.table = el("details", { class: "as-table", on: { toggle: () => this.fillTable() } },
      el("summary", {}, "Table"), this.rows);
    this.figure = el("figure", {}, el("figcaption", {}, title), this.legend, this.plot, this.readout, this.table);
    this.title = title;
    this.plot.addEventListener("pointermove", (event) => this.point(event));
    this.plot.addEventListener("click", (event) => { this.point(event); this.pick(); });
    this.plot.addEventListener("keydown", (event) => this.key(event));
    new ResizeObserver(() => {
      if (this.plot.clientWidth !== this.width) this.draw();
    }).observe(this.plot);
  }

  set(data) {
    this.data = data;
    this.draw();
    if (this.table.open) this.fillTable();
  }

  get places() {
    if (!this.allPlaces) {
      const all = new Set();
      for (const series of this.data?.series ?? []) for (const point of series.points) all.add(point[0]);
      this.allPlaces = [...all].sort((a, b) => a - b);
    }
    return this.allPlaces;
  }

  draw() {
    this.allPlaces = null;
    const width = this.plot.clientWidth;
    if (!this.data || width < 40) return;
    this.width = width;
    const { height } = this;
    this.plot.setAttribute("viewBox", `0 0 ${width} ${height}`);
    this.plot.setAttribute("height", height);
    const bounds = this.bounds();
    this.bounds_ = bounds;
    const x = (value) => margin.left + ((value - bounds.left) / (bounds.right - bounds.left)) * (width - margin.left - margin.right);
    const y = (value) => height - margin.bottom - ((value - bounds.low) / (bounds.high - bounds.low)) * (height - margin.top - margin.bottom);
    this.x = x;
    const parts = [];
    for (const value of ticks(bounds.low, bounds.high, 5)) {
      parts.push(svg("line", { class: "grid-line", x1: margin.left, x2: width - margin.right, y1: y(value), y2: y(value) }));
      parts.push(svg("text", { x: margin.left - 6, y: y(value) + 4, "text-anchor": "end" }, short(value)));
    }
    // Between two generations there is none.
    const isWhole = this.places.every(Number.isInteger);
    for (const value of ticks(bounds.left, bounds.right, Math.max(2, Math.floor(width / 90)))) {
      if (isWhole && !Number.isInteger(value)) continue;
      parts.push(svg("line", { class: "axis", x1: x(value), x2: x(value), y1: height - margin.bottom, y2: height - margin.bottom + 4 }));
      parts.push(svg("text", { x: x(value), y: height - margin.bottom + 17, "text-anchor": "middle" }, short(value)));
    }
    parts.push(svg("line", { class: "axis", x1: margin.left, x2: width - margin.right, y1: height - margin.bottom, y2: height - margin.bottom }));
    parts.push(svg("text", { x: (margin.left + width - margin.right) / 2, y: height - 6, "text-anchor": "middle" }, this.data.xLabel ?? ""));
    for (const band of this.data.bands ?? []) {
      const points = band.points.filter(([, low, high]) => isNumber(low) && isNumber(high));
      if (!points.length) continue;
      const there = points.map(([at, , high]) => `${x(at)},${y(high)}`);
      const back = points.map(([at, low]) => `${x(at)},${y(low)}`).reverse();
      parts.push(svg("polygon", { class: band.inner ? "band inner" : "band", points: [...there, ...back].join(" ") }));
    }
    for (const reference of this.data.references ?? []) {
      parts.push(svg("line", { class: "reference", x1: margin.left, x2: width - margin.right, y1: y(reference.y), y2: y(reference.y) }));
    }
    for (const interval of this.data.intervals ?? []) {
      if (!isNumber(interval.low) || !isNumber(interval.high)) continue;
      const at = x(interval.x);
      parts.push(svg("path", { class: `c${interval.color ?? 0}`, d: `M${at - 3},${y(interval.low)}h6m-3,0V${y(interval.high)}m-3,0h6`, fill: "none" }));
    }
    for (const series of this.data.series) parts.push(...this.seriesParts(series, x, y));
    this.cursorLine = svg("line", { class: "cursor", y1: margin.top, y2: height - margin.bottom, visibility: "hidden" });
    parts.push(this.cursorLine);
    this.plot.replaceChildren(...parts);
    this.drawLegend();
    this.showCursor();
  }

  seriesParts(series, x, y) {
    const color = `c${series.color ?? 0}`;
    if (series.marks) {
      const points = series.points.filter(([, value]) => isNumber(value));
      // Many marks would hide one another, and what is behind them.
      const size = points.length * 14 > this.width ? 0.45 : 1;
      return points.map(([at, value]) => svg("path", { class: `mark ${color}`, d: mark(series.marks, x(at), y(value), size) }));
    }
    let path = "";
    let isDown = false;
    for (const [at, value] of series.points) {
      if (!isNumber(value)) { isDown = false; continue; }
      path += `${isDown ? "L" : "M"}${x(at).toFixed(1)},${y(value).toFixed(1)}`;
      isDown = true;
    }
    return path ? [svg("path", { class: `line ${color} d${series.dash ?? 0}`, d: path })] : [];
  }

  bounds() {
    let [left, right, low, high] = [Infinity, -Infinity, Infinity, -Infinity];
    const take = (at, value) => {
      if (isNumber(at)) { left = Math.min(left, at); right = Math.max(right, at); }
      if (isNumber(value)) { low = Math.min(low, value); high = Math.max(high, value); }
    };
    for (const series of this.data.series) for (const [at, value] of series.points) take(at, value);
    for (const band of this.data.bands ?? []) for (const [at, lower, upper] of band.points) { take(at, lower); take(at, upper); }
    for (const one of this.data.intervals ?? []) { take(one.x, one.low); take(one.x, one.high); }
    for (const reference of this.data.references ?? []) take(NaN, reference.y);
    if (!(right >= left)) [left, right] = [0, 1];
    if (!(high >= low)) [low, high] = [0, 1];
    if (this.data.fromZero) low = Math.min(low, 0);
    if (right === left) right = left + 1;
    const room = (high - low || Math.abs(high) || 1) * 0.05;
    return { left, right, low: this.data.fromZero && low === 0 ? 0 : low - room, high: high + room };
  }

  drawLegend() {
    clear(this.legend);
    const entry = (picture, name) => this.legend.append(el("li", {}, svg("svg", { viewBox: "0 0 30 12", "aria-hidden": "true" }, picture), name));
    for (const series of this.data.series) {
      const color = `c${series.color ?? 0}`;
      entry(series.marks
        ? svg("path", { class: color, fill: "none", "stroke-width": "1.8", d: mark(series.marks, 15, 6) })
        : svg("path", { class: `${color} d${series.dash ?? 0}`, "stroke-width": "2", d: "M1,6H29" }), series.name);
    }
    for (const band of this.data.bands ?? []) {
      entry(svg("rect", { x: 1, y: 1, width: 28, height: 10, fill: band.inner ? "var(--band2)" : "var(--band)" }), band.name);
    }
    for (const reference of this.data.references ?? []) {
      entry(svg("path", { stroke: "var(--faint)", "stroke-dasharray": "8 4", d: "M1,6H29" }), reference.name);
    }
  }

  point(event) {
    if (!this.data || !this.places.length) return;
    const box = this.plot.getBoundingClientRect();
    const share = (event.clientX - box.left - margin.left) / (box.width - margin.left - margin.right);
    const wanted = this.bounds_.left + share * (this.bounds_.right - this.bounds_.left);
    this.cursor = nearest(this.places, wanted);
    this.showCursor();
  }

  key(event) {
    const places = this.places;
    if (!places.length) return;
    const now = this.cursor === null ? places.length : places.indexOf(nearest(places, this.cursor));
    const step = event.shiftKey ? 10 : 1;
    const next = { ArrowLeft: now - step, ArrowRight: now + step, Home: 0, End: places.length - 1 }[event.key];
    if (event.key === "Enter") this.pick();
    else if (next === undefined) return;
    else {
      this.cursor = places[Math.max(0, Math.min(places.length - 1, next))];
      this.showCursor();
    }
    event.preventDefault();
  }

  pick() {
    if (this.cursor !== null) this.data.onPick?.(this.cursor);
  }

  showCursor() {
    if (this.cursor === null || !this.cursorLine) {
      this.readout.textContent = this.data?.pickText ?? "";
      return;
    }
    const at = this.x(this.cursor);
    this.cursorLine.setAttribute("x1", at);
    this.cursorLine.setAttribute("x2", at);
    this.cursorLine.setAttribute("visibility", "visible");
    const values = this.data.series.map((series) => {
      const point = series.points.find(([place]) => place === this.cursor);
      return point && isNumber(point[1]) ? `${series.name} ${precise(point[1])}` : null;
    }).filter(Boolean);
    const name = (this.data.xText ?? ((value) => `${this.data.xLabel} ${precise(value)}`))(this.cursor);
    this.readout.textContent = `${name}: ${values.join(", ")}`;
  }

  fillTable() {
    if (!this.table.open || !this.data) return;
    const places = this.places.slice(-2000);
    const columns = this.data.series.map((series) => new Map(series.points.map(([at, value]) => [at, value])));
    const head = el("tr", {}, el("th", { scope: "col" }, this.data.xLabel ?? ""),
      this.data.series.map((series) => el("th", { scope: "col" }, series.name)));
    const body = places.map((at) => el("tr", {}, el("td", {}, precise(at)),
      columns.map((column) => el("td", {}, precise(column.get(at))))));
    clear(this.rows).append(el("table", {}, el("thead", {}, head), el("tbody", {}, body)));
  }
}

function nearest(places, wanted) {
  let [low, high] = [0, places.length - 1];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (places[middle] <= wanted) low = middle; else high = middle;
  }
  return Math.abs(places[low] - wanted) <= Math.abs(places[high] - wanted) ? places[low] : places[high];
}

/** A shape's outline: "diamond", "square", "circle" or "cross". */
function mark(shape, x, y, size = 1) {
  const [a, b] = [4 * size, 5 * size];
  switch (shape) {
    case "square": return `M${x - a},${y - a}h${2 * a}v${2 * a}h${-2 * a}z`;
    case "circle": return `M${x - a},${y}a${a},${a} 0 1,0 ${2 * a},0a${a},${a} 0 1,0 ${-2 * a},0z`;
    case "cross": return `M${x - a},${y - a}l${2 * a},${2 * a}m0,${-2 * a}l${-2 * a},${2 * a}`;
    default: return `M${x},${y - b}l${b},${b}l${-b},${b}l${-b},${-b}z`;
  }
}
