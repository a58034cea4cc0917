// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

// Tables that are sorted and filtered, and what is shown of films.

import { address, kept } from "./data.js";
import { clear, el, isNumber } from "./format.js";

/**
 * A table whose columns sort it and whose box filters it.
 *
 * Columns: {name, value(row), text(row), kind: "number" | "words" | "wrap", make(row)}.
 */
export class Table {
  constructor(label, columns, { filters = true, limit = 500 } = {}) {
    this.columns = columns;
    this.limit = limit;
    this.order = { column: null, isRising: true };
    this.rows = [];
    this.filter = el("input", { type: "search", "aria-label": `Filter: ${label}`, placeholder: "Filter", on: { input: () => this.draw() } });
    this.count = el("span", { class: "note", role: "status" });
    this.body = el("tbody");
    this.buttons = columns.map((column) => el("button", { type: "button", on: { click: () => this.sort(column) } }, column.name));
    this.heads = columns.map((column, i) => el("th", { scope: "col", class: column.kind === "number" ? null : "words" }, this.buttons[i]));
    this.scroll = el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": label },
      el("table", {}, el("thead", {}, el("tr", {}, this.heads)), this.body));
    this.element = el("div", {}, filters ? el("div", { class: "row" }, this.filter, this.count) : null, this.scroll);
  }

  set(rows) {
    this.rows = rows;
    this.draw();
  }

  sort(column) {
    const isSame = this.order.column === column;
    this.order = { column, isRising: isSame ? !this.order.isRising : column.kind !== "number" };
    this.draw();
  }

  draw() {
    const words = this.filter.value.trim().toLowerCase();
    const text = (row) => this.columns.map((column) => this.text(column, row)).join(" ").toLowerCase();
    let shown = words ? this.rows.filter((row) => text(row).includes(words)) : [...this.rows];
    const { column, isRising } = this.order;
    if (column) {
      const sign = isRising ? 1 : -1;
      shown.sort((a, b) => {
        const [one, other] = [column.value(a), column.value(b)];
        if (isNumber(one) && isNumber(other)) return sign * (one - other);
        if (isNumber(one) !== isNumber(other)) return isNumber(one) ? -1 : 1;
        return sign * String(one ?? "").localeCompare(String(other ?? ""), "en", { numeric: true });
      });
    }
    this.heads.forEach((head, i) => {
      const isOrder = this.columns[i] === column;
      head.setAttribute("aria-sort", isOrder ? (isRising ? "ascending" : "descending") : "none");
      this.buttons[i].textContent = this.columns[i].name + (isOrder ? (isRising ? " ↑" : " ↓") : "");
    });
    const all = shown.length;
    shown = shown.slice(0, this.limit);
    this.count.textContent = all === this.rows.length && all <= this.limit ? `${all}`
      : `${shown.length} of ${this.rows.length}`;
    // Whoever stands on a button keeps it.
    const focused = this.body.contains(document.activeElement) ? document.activeElement.dataset.key : null;
    this.body.replaceChildren(...shown.map((row) => el("tr", {}, this.columns.map((one) =>
      el("td", { class: one.kind === "number" ? null : one.kind ?? "words" }, one.make ? one.make(row) : this.text(one, row))))));
    if (focused) this.body.querySelector(`[data-key="${CSS.escape(focused)}"]`)?.focus();
  }

  text(column, row) {
    const text = column.text ? column.text(row) : column.value(row);
    return text === null || text === undefined ? "–" : String(text);
  }
}

/** A film that is there, or is made when asked for. */
export class FilmView {
  constructor(label) {
    this.state = el("p", { class: "note", role: "status" });
    this.place = el("div");
    this.element = el("div", { role: "group", "aria-label": label }, this.state, this.place);
    this.number = 0;
  }

  /** Shows a film, which may take a minute to make. */
  async show(run, kind, seed, name) {
    const mine = ++this.number;
    clear(this.place);
    this.state.textContent = `${name}: asking for it`;
    const path = `/films/${kind}/${seed}`;
    for (;;) {
      let film;
      try {
        film = await run.read(kept ? path : `${path}?make=1`);
      } catch (error) {
        film = { state: "failed", reason: error.message };
      }
      if (mine !== this.number) return;
      if (film.state === "ready") {
        this.state.textContent = name;
        this.place.append(picture(address(`${run.path}${path}/file`), film.type, name));
        return;
      }
      if (film.state === "failed") {
        this.state.textContent = `${name}: ${film.reason}`;
        return;
      }
      this.state.textContent = film.state === "making"
        ? `${name}: it is being made` : `${name}: it waits for another film`;
      await new Promise((done) => setTimeout(done, 1500));
      if (mine !== this.number) return;
    }
  }
}

/** Moves by itself only where its viewer likes that. */
function picture(source, type, name) {
  const isStill = matchMedia("(prefers-reduced-motion: reduce)").matches;
  if (type?.startsWith("video/")) {
    const film = el("video", { class: "film", controls: true, loop: true, src: source, "aria-label": name, preload: "auto" });
    film.muted = true;
    film.autoplay = !isStill;
    return film;
  }
  if (isStill) {
    const button = el("button", { type: "button" }, "Play");
    button.addEventListener("click", () => button.replaceWith(el("img", { class: "film", src: source, alt: name })));
    return button;
  }
  return el("img", { class: "film", src: source, alt: name });
}
