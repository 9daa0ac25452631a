/** Plays the recording: a button, the time, the speed. The place to seek is the waveform. */

import { h, icon, ICONS } from "./dom.js";
import { formatClock, t } from "./i18n.js";
import { recordingSource } from "./recording.js";

const SPEEDS = [0.75, 1, 1.25, 1.5, 2];

/** `moved(seconds, playing)` is called at every frame while it plays, and after every jump. */
export function player(operation, { moved, fail }) {
  const audio = new Audio();
  audio.preload = "metadata";
  const length = operation.audioSeconds ?? 0;
  const button = h("button", { type: "button", class: "main round", "aria-label": t("play"), onclick: () => (audio.paused ? play() : audio.pause()) }, icon(ICONS.play));
  const time = h("span", { class: "clock" }, `0:00 / ${formatClock(length)}`);
  const speed = h("select", { "aria-label": t("speed"), onchange: () => { audio.playbackRate = Number(speed.value); } },
    SPEEDS.map((each) => h("option", { value: String(each), selected: each === 1 }, `${each}×`)));
  const problem = h("p", { class: "hint", role: "status" });
  let source = null, frame = 0, wanted = 0, stopped = false, opening = null;

  audio.addEventListener("play", () => { drawButton(); tick(); });
  audio.addEventListener("pause", drawButton);
  audio.addEventListener("ended", drawButton);
  audio.addEventListener("seeked", tell);
  audio.addEventListener("error", () => { problem.textContent = t("unplayable"); });

  /** The recording is fetched when it is first wanted. */
  function open() {
    opening ??= recordingSource(operation.id).then((found) => {
      if (stopped) return found.release();
      source = found;
      audio.src = found.address;
      audio.defaultPlaybackRate = audio.playbackRate = Number(speed.value);
      if (wanted) audio.currentTime = wanted;
    });
    return opening;
  }

  async function play(seconds = null) {
    if (!operation.audio) return seconds === null ? undefined : seek(seconds);
    if (seconds !== null) seek(seconds);
    try {
      await open();
      await audio.play();
    } catch (error) {
      if (error.status) fail(error);
      else if (!["AbortError", "NotAllowedError"].includes(error.name)) problem.textContent = t("unplayable");
    }
  }

  function seek(seconds) {
    wanted = Math.min(Math.max(0, seconds), length || seconds);
    if (source) audio.currentTime = wanted;
    moved(wanted, false);
    drawTime(wanted);
  }

  function tick() {
    cancelAnimationFrame(frame);
    tell();
    if (!audio.paused && !audio.ended) frame = requestAnimationFrame(tick);
  }

  function tell() {
    wanted = audio.currentTime;
    moved(wanted, !audio.paused);
    drawTime(wanted);
  }

  function drawTime(seconds) {
    const text = `${formatClock(seconds)} / ${formatClock(length || audio.duration || 0)}`;
    if (time.textContent !== text) time.textContent = text;
  }

  function drawButton() {
    const still = audio.paused || audio.ended;
    button.replaceChildren(icon(still ? ICONS.play : ICONS.pause));
    button.setAttribute("aria-label", t(still ? "play" : "pause"));
  }

  button.disabled = speed.disabled = !operation.audio;
  if (!operation.audio) problem.textContent = t("noRecording");
  return {
    element: h("div", { class: "player" }, button, time, speed, problem),
    play, seek,
    stop: () => { stopped = true; cancelAnimationFrame(frame); audio.pause(); audio.removeAttribute("src"); audio.load(); source?.release(); },
  };
}
