// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

// A matrix as coloured cells; by mouse and by keyboard, with a table of the same.

import { clear, el, isNumber, precise } from "./format.js";

// Both scales are ordered by lightness, too: colour alone tells nothing.
const rising = [[13, 8, 60], [60, 20, 120], [135, 40, 110], [205, 75, 75], [245, 140, 50], [250, 225, 120]];
const around = [[20, 60, 140], [110, 160, 215], [235, 235, 235], [240, 170, 100], [150, 60, 10]];

function colour(scale, share) {
  const place = Math.max(0, Math.min(1, share)) * (scale.length - 1);
  const below = Math.min(scale.length - 2, Math.floor(place));
  return scale[below].map((value, channel) => Math.round(value + (scale[below + 1][channel] - value) * (place - below)));
}

/**
 * Data: rows (an array of arrays; null is no value), rowName(i), columnName(j), text(i, j) for the
 * readout, isDiverging, columnLabel, rowLabel.
 */
export class HeatMap {
  constructor(title, { cellHeight = 6 } = {}) {
    this.cellHeight = cellHeight;
    this.canvas = el("canvas", { tabindex: "0", role: "img", "aria-label": title, width: 0, height: 0 });
    this.scale = el("div", { class: "scale" });
    this.readout = el("div", { class: "readout", "aria-live": "polite" });
    this.rows = el("div", { class: "scroll", tabindex: "0" });
    this.table = el("details", { class: "as-table", on: { toggle: () => this.fillTable() } },
      el("summary", {}, "Table"), this.rows);
    this.box = el("div", {}, this.canvas);
    this.figure = el("figure", {}, el("figcaption", {}, title), this.scale, this.box, this.readout, this.table);
    this.at = null;
    this.canvas.addEventListener("pointermove", (event) => this.point(event));
    this.canvas.addEventListener("pointerdown", (event) => this.point(event));
    this.canvas.addEventListener("keydown", (event) => this.key(event));
    new ResizeObserver(() => { if (this.box.clientWidth !== this.width) this.draw(); }).observe(this.box);
  }

  set(data) {
    this.data = data;
    this.at = null;
    this.draw();
    if (this.table.open) this.fillTable();
  }

  draw() {
    this.width = this.box.clientWidth;
    const { data } = this;
    if (!data || !this.width) return;
    const columns = Math.max(0, ...data.rows.map((row) => row.length));
    if (!columns) {
      this.canvas.width = 0;
      this.readout.textContent = "nothing yet";
      return;
    }
    const values = data.rows.flat().filter(isNumber);
    let low = Math.min(...values), high = Math.max(...values);
    if (!values.length) [low, high] = [0, 1];
    if (data.isDiverging) { high = Math.max(Math.abs(low), Math.abs(high)) || 1; low = -high; }
    const scale = data.isDiverging ? around : rising;
    // One pixel a cell, or whole pixels where there is room.
    const ratio = window.devicePixelRatio || 1;
    const width = Math.floor((this.width - 2) * ratio);
    const height = Math.round(this.cellHeight * ratio) * data.rows.length;
    this.canvas.width = width;
    this.canvas.height = height;
    this.canvas.style.width = `${width / ratio}px`;
    this.canvas.style.height = `${height / ratio}px`;
    const context = this.canvas.getContext("2d", { willReadFrequently: true });
    const cell = { width: width / columns, height: height / data.rows.length };
    this.cell = { ...cell, ratio, columns };
    data.rows.forEach((row, i) => {
      for (let j = 0; j < columns; j += 1) {
        const value = row[j];
        const [x, y] = [Math.floor(j * cell.width), Math.round(i * cell.height)];
        const size = [Math.ceil((j + 1) * cell.width) - x, Math.ceil(cell.height)];
        context.fillStyle = isNumber(value)
          ? `rgb(${colour(scale, high > low ? (value - low) / (high - low) : 0.5).join(",")})` : "#8888";
        context.fillRect(x, y, ...size);
        if (!isNumber(value) && size[0] > 3) {
          context.strokeStyle = "#888";
          context.beginPath();
          context.moveTo(x, y);
          context.lineTo(x + size[0], y + size[1]);
          context.stroke();
        }
      }
    });
    this.picture = context.getImageData(0, 0, width, height);
    this.drawScale(scale, low, high);
    this.show();
  }

  drawScale(scale, low, high) {
    const bar = el("canvas", { width: 140, height: 10, "aria-hidden": "true" });
    const context = bar.getContext("2d");
    for (let x = 0; x < 140; x += 1) {
      context.fillStyle = `rgb(${colour(scale, x / 139).join(",")})`;
      context.fillRect(x, 0, 1, 10);
    }
    clear(this.scale).append(precise(low), bar, precise(high));
  }

  point(event) {
    if (!this.cell) return;
    const box = this.canvas.getBoundingClientRect();
    const j = Math.floor(((event.clientX - box.left) / box.width) * this.cell.columns);
    const i = Math.floor(((event.clientY - box.top) / box.height) * this.data.rows.length);
    this.go(i, j);
  }

  key(event) {
    if (!this.cell) return;
    const [i, j] = this.at ?? [0, 0];
    const next = {
      ArrowUp: [i - 1, j], ArrowDown: [i + 1, j], ArrowLeft: [i, j - 1], ArrowRight: [i, j + 1],
      Home: [i, 0], End: [i, this.cell.columns - 1],
    }[event.key];
    if (!next) return;
    event.preventDefault();
    this.go(...(this.at ? next : [0, 0]));
  }

  go(i, j) {
    const clamp = (value, count) => Math.max(0, Math.min(count - 1, value));
    this.at = [clamp(i, this.data.rows.length), clamp(j, this.cell.columns)];
    this.show();
  }

  show() {
    if (!this.at) {
      this.readout.textContent = this.data.hint ?? "";
      return;
    }
    const [i, j] = this.at;
    const context = this.canvas.getContext("2d", { willReadFrequently: true });
    context.putImageData(this.picture, 0, 0);
    const { width, height } = this.cell;
    for (const [style, grow] of [["#000", 1], ["#fff", 0]]) {
      context.strokeStyle = style;
      context.strokeRect(Math.floor(j * width) + 0.5 - grow, Math.round(i * height) + 0.5 - grow,
        Math.max(3, width - 1) + 2 * grow, Math.max(3, height - 1) + 2 * grow);
    }
    this.readout.textContent = this.data.text(i, j);
  }

  fillTable() {
    if (!this.table.open || !this.data) return;
    const columns = Math.max(0, ...this.data.rows.map((row) => row.length));
    const places = [...Array(columns).keys()];
    const head = el("tr", {}, el("th", { scope: "col" }, this.data.rowLabel ?? ""),
      places.map((j) => el("th", { scope: "col" }, this.data.columnName(j))));
    const body = this.data.rows.map((row, i) => el("tr", {}, el("th", { scope: "row" }, this.data.rowName(i)),
      places.map((j) => el("td", {}, precise(row[j])))));
    clear(this.rows).append(el("table", {}, el("thead", {}, head), el("tbody", {}, body)));
  }
}
