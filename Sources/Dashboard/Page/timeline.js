// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

// One generation's tasks by core: who drove when, and what everybody waited for at its end.

import { clear, duration, el, fixed, isNumber, svg } from "./format.js";

const row = 5;
const margin = { left: 8, right: 8, top: 6, bottom: 24 };
const styles = { lapCompleted: "c2", leftPlayfield: "c4", timeLimit: "c0", setAside: "c3" };

/** Gives each task of a core a lane of its own where they overlap: episodes are driven in lockstep. */
function lanes(tasks) {
  const ends = [];
  for (const task of [...tasks].sort((a, b) => a.start - b.start)) {
    let lane = ends.findIndex((end) => end <= task.start + 0.05);
    if (lane < 0) lane = ends.push(0) - 1;
    ends[lane] = task.end;
    task.lane = lane;
  }
  return ends.length;
}

export class Timeline {
  constructor(title) {
    this.plot = svg("svg", { class: "plot", role: "img", "aria-label": title, tabindex: "0" });
    this.note = el("p", { class: "note" });
    this.readout = el("div", { class: "readout", "aria-live": "polite" });
    this.scroll = el("div", { class: "scroll", tabindex: "0" }, this.plot);
    this.rows = el("div", { class: "scroll", tabindex: "0" });
    this.table = el("details", { class: "as-table", on: { toggle: () => this.fillTable() } },
      el("summary", {}, "Table"), this.rows);
    const key = Object.entries({ c2: "lap completed", c4: "left the playfield (dashed)", c0: "time limit", c5: "other ends", c1: "a copy that came second (dotted)" });
    this.figure = el("figure", {}, el("figcaption", {}, title),
      el("ul", { class: "legend" }, key.map(([style, name]) => el("li", {},
        svg("svg", { viewBox: "0 0 30 12", "aria-hidden": "true" },
          svg("path", { class: { c4: "c4 d1", c1: "c1 d2" }[style] ?? style, "stroke-width": "4", d: "M1,6H29" })), name))),
      this.scroll, this.readout, this.note, this.table);
    this.at = 0;
    this.plot.addEventListener("keydown", (event) => {
      const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
      if (!step || !this.cores?.length) return;
      event.preventDefault();
      this.at = (this.at + step + this.cores.length) % this.cores.length;
      this.tell(this.cores[this.at]);
    });
    new ResizeObserver(() => { if (this.scroll.clientWidth !== this.width) this.draw(); }).observe(this.scroll);
  }

  /** Takes a generation's rollouts, as the interface gives them. */
  set(detail) {
    const counted = detail.candidate.map((candidate, i) => ({
      candidate, repetition: detail.repetition[i], end: detail.arrived[i],
      start: isNumber(detail.arrived[i]) ? detail.arrived[i] - (detail.seconds[i] ?? 0) : null,
      how: detail.end[i], driver: detail.drivers[detail.driver[i]], core: detail.core[i],
    }));
    const copies = (detail.copies ?? []).map((copy) => ({
      candidate: copy.candidate, repetition: copy.repetition, end: copy.arrived,
      start: copy.arrived - (copy.seconds ?? 0), isCopy: true, driver: copy.driver, core: copy.core,
    }));
    const tasks = [...counted, ...copies].filter((task) => isNumber(task.start));
    const groups = new Map();
    for (const task of tasks) {
      const name = `${task.driver} core ${task.core}`;
      if (!groups.has(name)) groups.set(name, []);
      groups.get(name).push(task);
    }
    this.cores = [...groups].map(([name, list]) => ({ name, tasks: list, lanes: lanes(list) }))
      .sort((a, b) => a.name.localeCompare(b.name, "en", { numeric: true }));
    this.first = Math.min(...tasks.map((task) => task.start));
    this.last = Math.max(...tasks.map((task) => task.end));
    // A copy may end when the generation is long over.
    const ends = counted.map((task) => task.end).filter(isNumber);
    this.ended = ends.length ? Math.max(...ends) : this.last;
    if (!tasks.length) {
      this.note.textContent = detail.candidate.length
        ? "When these results arrived was not kept: an earlier program drove them." : "Nothing has arrived yet.";
    } else {
      const idle = this.cores.map((core) => this.idle(core));
      const mean = idle.reduce((sum, value) => sum + value, 0) / idle.length;
      this.note.textContent = `${tasks.length} tasks on ${this.cores.length} cores in ${duration(this.ended - this.first)}; `
        + `at the end a core waited ${fixed(mean)} s for the last one on average. `
        + (copies.length ? `${copies.length} of them came second: copies of tasks that were slow, or that another party was to confirm.` : "Nothing was driven twice.");
    }
    this.draw();
    this.fillTable();
  }

  /** Seconds that a core had nothing to do before the generation's end. */
  idle(core) {
    return Math.max(0, this.ended - Math.max(...core.tasks.map((task) => task.end)));
  }

  draw() {
    this.width = this.scroll.clientWidth;
    if (!this.cores?.length || !this.width) {
      clear(this.plot).setAttribute("height", 0);
      return;
    }
    const lanesInAll = this.cores.reduce((sum, core) => sum + core.lanes + 1, 0);
    const height = margin.top + margin.bottom + lanesInAll * row;
    const width = this.width - 2;
    this.plot.setAttribute("viewBox", `0 0 ${width} ${height}`);
    this.plot.setAttribute("height", height);
    const x = (at) => margin.left + ((at - this.first) / (this.last - this.first || 1)) * (width - margin.left - margin.right);
    const parts = [];
    let y = margin.top;
    for (const core of this.cores) {
      const paths = new Map();
      for (const task of core.tasks) {
        const style = task.isCopy ? "c1 d2" : task.how === "leftPlayfield" ? "c4 d1" : styles[task.how] ?? "c5";
        const place = y + task.lane * row + row / 2;
        paths.set(style, (paths.get(style) ?? "")
          + `M${x(task.start).toFixed(1)},${place}H${Math.max(x(task.start) + 1, x(task.end) - 1).toFixed(1)}`);
      }
      const area = svg("rect", { x: 0, y, width, height: core.lanes * row, fill: "transparent" });
      area.addEventListener("pointerenter", () => this.tell(core));
      for (const [style, d] of paths) parts.push(svg("path", { class: style, d, "stroke-width": row - 1, fill: "none" }));
      parts.push(area);
      y += (core.lanes + 1) * row;
      parts.push(svg("line", { class: "grid-line", x1: 0, x2: width, y1: y - row / 2, y2: y - row / 2 }));
    }
    const seconds = this.last - this.first;
    for (const share of [0, 0.25, 0.5, 0.75, 1]) {
      parts.push(svg("text", {
        x: margin.left + share * (width - margin.left - margin.right), y: height - 6,
        "text-anchor": share === 0 ? "start" : share === 1 ? "end" : "middle",
      }, seconds < 20 ? `${fixed(share * seconds)} s` : duration(share * seconds)));
    }
    this.plot.replaceChildren(...parts);
  }

  tell(core) {
    const busy = core.tasks.reduce((sum, task) => sum + task.end - task.start, 0);
    this.readout.textContent = `${core.name}: ${core.tasks.length} tasks, ${duration(busy)} of driving, `
      + `${core.tasks.filter((task) => task.isCopy).length} copies that came second, the last one ended ${duration(this.idle(core))} before the generation`;
  }

  fillTable() {
    if (!this.table.open || !this.cores) return;
    const head = el("tr", {}, ["core", "tasks", "of them second", "driving", "idle at the end"].map((name) => el("th", { scope: "col" }, name)));
    const body = this.cores.map((core) => el("tr", {}, el("td", { class: "words" }, core.name),
      el("td", {}, String(core.tasks.length)),
      el("td", {}, String(core.tasks.filter((task) => task.isCopy).length)),
      el("td", {}, duration(core.tasks.reduce((sum, task) => sum + task.end - task.start, 0))),
      el("td", {}, duration(this.idle(core)))));
    clear(this.rows).append(el("table", {}, el("thead", {}, head), el("tbody", {}, body)));
  }
}
