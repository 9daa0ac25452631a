/** Bars of a series. The figures are also in a table beside it, so to a screen reader it is one picture. */

import { h, svg } from "./dom.js";
import { formatNumber, t } from "./i18n.js";

const WIDTH = 720, HEIGHT = 180, LEFT = 44, BOTTOM = 22, TOP = 8;
const LABELS_MAX = 8; // on the axis of time

/** A figure with a title; `points` are {label, value}, `write(value)` says one. */
export function chart(title, points, write) {
  const most = ceiling(Math.max(...points.map((point) => point.value)));
  const plotWidth = WIDTH - LEFT, plotHeight = HEIGHT - BOTTOM - TOP, step = plotWidth / points.length;
  const y = (value) => TOP + plotHeight * (1 - value / most);
  const lines = [0, 0.5, 1].map((share) => svg("g", {},
    svg("line", { x1: LEFT, x2: WIDTH, y1: y(share * most), y2: y(share * most), class: "grid" }),
    svg("text", { x: LEFT - 8, y: y(share * most) + 4, class: "axis", "text-anchor": "end" }, formatNumber(share * most))));
  const bars = points.map(({ label, value }, index) => svg("rect", {
    x: LEFT + index * step + step * 0.15, width: step * 0.7, y: y(value), height: TOP + plotHeight - y(value), rx: Math.min(2, step * 0.2), class: "bar",
  }, svg("title", {}, `${label}: ${write(value)}`)));
  const every = Math.ceil(points.length / LABELS_MAX);
  const labels = points.flatMap(({ label }, index) => (index % every ? [] : [svg("text", {
    x: LEFT + (index + 0.5) * step, y: HEIGHT - 6, class: "axis", "text-anchor": "middle" }, label)]));
  const total = points.reduce((sum, point) => sum + point.value, 0);
  const drawing = svg("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": t("chartTold", { title, total: write(total) }) }, lines, bars, labels);
  return h("figure", { class: "card chart" }, h("figcaption", {}, title), drawing);
}

/** The next round number: 1, 2 or 5 and zeros. */
function ceiling(value) {
  if (value <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 5, 10].map((each) => each * power).find((each) => each >= value);
}
