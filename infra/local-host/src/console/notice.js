// Reports failures of the visitor's actions, and the page's connection to the local host.

import { byId } from "./dom.js";

/** @param {string} text */
export function notice(text) {
  const place = byId("notice");
  place.textContent = text;
  place.hidden = !text;
}

/**
 * A handler that shows a failure as a notice, and ignores further clicks meanwhile.
 * @template {Event} E @param {(event: E) => Promise<unknown> | unknown} work @returns {(event: E) => Promise<void>}
 */
export function guarded(work) {
  return async (event) => {
    event.preventDefault();
    const target = event.currentTarget;
    const button = target instanceof HTMLFormElement ? target.querySelector("button.primary") : target instanceof HTMLButtonElement ? target : null;
    // A second click must not do the same again.
    if (button?.hasAttribute("aria-busy")) return;
    notice("");
    button?.setAttribute("aria-busy", "true");
    try {
      await work(event);
    } catch (fault) {
      notice(fault instanceof Error ? fault.message : String(fault));
    } finally {
      button?.removeAttribute("aria-busy");
    }
  };
}
