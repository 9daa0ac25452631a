/**
 * Elements. Everything that comes from outside (names, transcripts, errors) becomes a text node or an attribute
 * that is not code; nothing in this page ever parses a string as markup, and Trusted Types would refuse it.
 */

const SVG = "http://www.w3.org/2000/svg";

/** An element: attributes by name, `onclick` and its kind as functions, booleans as present or absent. */
export function h(tag, attributes = {}, ...children) {
  return filled(document.createElement(tag), attributes, children);
}

/** The same, for SVG. */
export function svg(tag, attributes = {}, ...children) {
  return filled(document.createElementNS(SVG, tag), attributes, children);
}

function filled(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name.slice(2), value);
    else if (name === "value") element.value = value;
    else if (typeof value === "boolean" && !name.startsWith("aria-")) element.toggleAttribute(name, value);
    else if (value !== null && value !== undefined) element.setAttribute(name, value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return element;
}

/** A drawing of 20 by 20 from one path, for buttons that also have words or a label. */
export function icon(path) {
  const shape = svg("path", { d: path, fill: "none", stroke: "currentColor", "stroke-width": "1.7",
    "stroke-linecap": "round", "stroke-linejoin": "round" });
  return svg("svg", { viewBox: "0 0 20 20", class: "icon", "aria-hidden": "true", focusable: "false" }, shape);
}

export const ICONS = {
  play: "M6 4l10 6-10 6z",
  pause: "M7 4v12M13 4v12",
  back: "M12 4l-6 6 6 6",
  down: "M10 3v10M5.500 9l4.500 4.500L14.500 9M4 17h12",
  remove: "M4 6h12M8 6V4h4v2M6 6l.8 11h6.400L14 6",
  stop: "M5 5l10 10M15 5L5 15",
  search: "M8.500 14a5.500 5.500 0 1 0 0-11 5.500 5.500 0 0 0 0 11zM17 17l-4.500-4.500",
  up: "M5 12l5-5 5 5",
  next: "M5 8l5 5 5-5",
  drop: "M10 13V3M5.500 7L10 2.500 14.500 7M3 13v4h14v-4",
  edit: "M4 16l.8-3.500L13 4.300l2.700 2.700-8.200 8.200L4 16z",
};

/** Say something to who does not see the page change. */
export function announce(text) {
  document.getElementById("polite").textContent = text;
}
