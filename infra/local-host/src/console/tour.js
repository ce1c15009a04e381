// A tour of six steps through the page. Each step says what to do and marks where.

import { byId, element, show } from "./dom.js";
import { currentRoute } from "./route.js";

/** @typedef {{title: string, text: string, target: string, view: string}} Step */

/** @type {Step[]} */
const STEPS = [
  { title: "Place an order", target: "order-panel", view: "", text: "Press “Place the order”. The answer comes at once, before stock and payment are checked; watch the events run through the map." },
  { title: "Look at an environment", target: "map", view: "", text: "The dots below a function are its environments. The first order starts them cold; place a second order and they are reused warm." },
  { title: "Read the story", target: "orders", view: "", text: "Open your order in the list. Every step is a row: open one to see its event, answer, log lines, billed time and cost. Move the slider to travel in time." },
  { title: "Let a payment be declined", target: "order-panel", view: "", text: "Choose “is declined” and order again. In the story, the tab “State graph” shows how the saga compensates: what was done is undone." },
  { title: "Break it", target: "break-panel", view: "", text: "Deliver every event twice, or crash the process, and order again. If a function dies, its event is delivered again, and an idempotency key keeps the effect single: still one order, one charge, one e-mail." },
  { title: "Read the bill", target: "bill-link", view: "bill", text: "This is what all of it would have cost on AWS. Now wait: while nothing happens, the sum stands still." },
];

let step = -1;

/** Shows a step; the page without the tour for -1. @param {number} next */
function go(next) {
  step = next;
  document.querySelectorAll(".marked").forEach((marked) => marked.classList.remove("marked"));
  const current = STEPS[step];
  byId("tour").hidden = !current;
  if (!current) return;
  if (currentRoute().view !== (current.view || "stage")) location.hash = `#/${current.view}`;
  const target = document.getElementById(current.target);
  target?.classList.add("marked");
  if (matchMedia("(max-width: 1000px)").matches) target?.scrollIntoView({ block: "start" });
  show(byId("tour"),
    element("h2", {}, `${step + 1} of ${STEPS.length}: ${current.title}`),
    element("p", {}, current.text),
    element("div", { class: "line" },
      element("button", { type: "button", class: "quiet", onclick: () => end() }, "End the tour"),
      step > 0 && element("button", { type: "button", class: "quiet", "data-key": "back", onclick: () => go(step - 1) }, "Back"),
      element("button", { type: "button", class: "primary", id: "tour-next", onclick: () => (step + 1 < STEPS.length ? go(step + 1) : end()) },
        step + 1 < STEPS.length ? "Next" : "Done")));
}

function end() {
  go(-1);
  document.getElementById("tour-start")?.focus();
}

/** Begins with the first step. */
export function startTour() {
  go(0);
  byId("tour-next").focus();
}
