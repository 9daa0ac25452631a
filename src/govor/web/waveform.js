/** The waveform: loudness of each channel, where there is speech, and the place that is played; a slider. */

import { h } from "./dom.js";
import { formatClock, t } from "./i18n.js";

const LANE_PX = 40;
const BAR_PX = 3; // a bar and its gap
const STEPS = { ArrowLeft: -5, ArrowRight: 5, ArrowDown: -5, ArrowUp: 5, PageUp: 60, PageDown: -60 }; // seconds

export function waveform({ seek }) {
  const canvas = h("canvas", { "aria-hidden": "true" });
  const slider = h("div", { class: "waveform", role: "slider", tabindex: "0", hidden: true, "aria-label": t("position"), "aria-valuemin": "0" }, canvas);
  let wave = null, now = 0, frame = 0;
  const sizes = new ResizeObserver(later);
  const themes = new MutationObserver(later);
  const dark = matchMedia("(prefers-color-scheme: dark)");
  sizes.observe(slider);
  themes.observe(document.documentElement, { attributeFilter: ["data-theme"] });
  dark.addEventListener("change", later);
  slider.addEventListener("pointerdown", (event) => { slider.setPointerCapture(event.pointerId); toPointer(event); });
  slider.addEventListener("pointermove", (event) => { if (slider.hasPointerCapture(event.pointerId)) toPointer(event); });
  slider.addEventListener("keydown", (event) => {
    const ends = { Home: 0, End: wave?.audioSeconds ?? 0 };
    if (!(event.key in STEPS) && !(event.key in ends)) return;
    event.preventDefault();
    seek(ends[event.key] ?? Math.min(wave.audioSeconds, Math.max(0, now + STEPS[event.key])));
  });

  function toPointer(event) {
    const box = slider.getBoundingClientRect();
    const share = (event.clientX - box.left) / box.width;
    seek(Math.min(1, Math.max(0, share)) * wave.audioSeconds);
  }

  function later() {
    frame ||= requestAnimationFrame(draw);
  }

  function draw() {
    frame = 0;
    if (!wave) return;
    const width = slider.clientWidth, height = LANE_PX * wave.channels.length, scale = devicePixelRatio;
    if (!width) return;
    if (canvas.width !== Math.round(width * scale) || canvas.height !== Math.round(height * scale)) {
      canvas.width = Math.round(width * scale);
      canvas.height = Math.round(height * scale);
      canvas.style.height = `${height}px`;
    }
    const pen = canvas.getContext("2d"), colours = getComputedStyle(slider);
    pen.setTransform(scale, 0, 0, scale, 0, 0);
    pen.clearRect(0, 0, width, height);
    wave.channels.forEach((channel, lane) => drawLane(pen, channel, { lane, width, wave, now, colours }));
    pen.fillStyle = colours.getPropertyValue("color");
    pen.fillRect((now / wave.audioSeconds) * width - 1, 0, 2, height);
  }

  return {
    element: slider,
    show(found) {
      wave = found.audioSeconds > 0 && found.channels.length ? found : null;
      slider.hidden = !wave;
      if (wave) slider.setAttribute("aria-valuemax", String(Math.round(wave.audioSeconds)));
      this.at(now);
    },
    at(seconds) {
      now = seconds;
      slider.setAttribute("aria-valuenow", String(Math.round(seconds)));
      slider.setAttribute("aria-valuetext", formatClock(seconds));
      later();
    },
    stop() {
      sizes.disconnect();
      themes.disconnect();
      dark.removeEventListener("change", later);
      cancelAnimationFrame(frame);
    },
  };
}

/** One channel: bands where there is speech, then bars, those already played in full colour. */
function drawLane(pen, { peaks, speech }, { lane, width, wave, now, colours }) {
  const colour = colours.getPropertyValue(lane % 2 ? "--second" : "--first");
  const middle = LANE_PX * lane + LANE_PX / 2, half = LANE_PX / 2 - 3;
  const x = (seconds) => (seconds / wave.audioSeconds) * width;
  pen.fillStyle = colour;
  pen.globalAlpha = 0.1;
  for (const [start, end] of speech) pen.fillRect(x(start), LANE_PX * lane + 1, Math.max(1, x(end) - x(start)), LANE_PX - 2);
  const bars = Math.floor(width / BAR_PX), played = (now / wave.audioSeconds) * bars;
  for (let index = 0; index < bars; index++) {
    const from = Math.floor((index / bars) * peaks.length), to = Math.max(from + 1, Math.floor(((index + 1) / bars) * peaks.length));
    let peak = 0;
    for (let at = from; at < to; at++) peak = Math.max(peak, peaks[at]);
    const tall = Math.max(0.75, (peak / 255) * half);
    pen.globalAlpha = index < played ? 1 : 0.45;
    pen.fillRect(index * BAR_PX, middle - tall, BAR_PX - 1, tall * 2);
  }
  pen.globalAlpha = 1;
}
