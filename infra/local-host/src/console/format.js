// Formats numbers, times and costs the same way in every view.

/** @param {number | undefined | null} ms */
export function duration(ms) {
  if (ms === undefined || ms === null) return "";
  if (ms < 10) return `${ms.toFixed(1)} ms`;
  if (ms < 10_000) return `${Math.round(ms)} ms`;
  return `${(ms / 1000).toFixed(1)} s`;
}

/** @param {number} count */
export function bytes(count) {
  if (count < 1024) return `${count} B`;
  if (count < 1024 * 1024) return `${(count / 1024).toFixed(1)} KiB`;
  return `${(count / 1024 / 1024).toFixed(1)} MiB`;
}

/** Micro US dollars. @param {number | undefined | null} micro */
export function cost(micro) {
  const value = micro ?? 0;
  if (value === 0) return "µ$ 0";
  return value < 1000 ? `µ$ ${value.toPrecision(3)}` : `$ ${(value / 1_000_000).toPrecision(3)}`;
}

/** @param {string} time */
export const clock = (time) => new Date(time).toLocaleTimeString();

/** `3 invocations`, `1 invocation`. @param {number} count @param {string} noun */
export const counted = (count, noun) => `${count.toLocaleString()} ${noun}${count === 1 ? "" : "s"}`;

/** The name of a node without its kind. @param {string | null | undefined} node */
export const nodeName = (node) => (node ? node.replace(/^[a-z-]+:/, "") : "");
