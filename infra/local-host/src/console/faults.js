// The switches that break the shop: each one names the pattern that survives it.

import { ask } from "./api.js";
import { byId, element, show } from "./dom.js";
import { guarded, notice } from "./notice.js";
import { sourceLink } from "./source.js";
import { limited, onRecords } from "./stream.js";

/** @typedef {{name: string, value: any, values: any[], effect: string, pattern?: string, page?: string, available?: boolean}} Fault */

/** Short labels for switches; a new switch shows its own name. @type {Record<string, string>} */
const LABELS = {
  duplicate_events: "Deliver every event twice", reorder_events: "Reorder events", lose_answers: "Lose answers after the effect",
  throttle_tables: "Throttle the tables", payments: "Payment provider", crash: "Crash the process",
};

/** Counts the visitor's changes: an answer from before the newest one must not turn a switch back. */
let changes = 0;

/** @param {string} name @param {any} value */
async function change(name, value) {
  changes += 1;
  try {
    const { faults } = await ask("/dev/faults", { method: "PUT", body: { [name]: value } });
    showFaults(faults);
  } finally {
    changes += 1;
  }
}

async function load() {
  const before = changes;
  const { faults } = await ask("/dev/faults");
  if (before === changes) showFaults(faults);
}

/** Ends the process as `kill -9` does. It may end before it answers. @param {Fault} fault */
async function crash(fault) {
  notice(fault.effect);
  await change(fault.name, true).catch((refusal) => {
    if (refusal.status !== 0) throw refusal;
  });
}

/** @param {Fault} fault */
function control(fault) {
  const label = LABELS[fault.name] ?? fault.name.replaceAll("_", " ");
  const id = `fault-${fault.name}`;
  if (fault.name === "crash") {
    const isAvailable = fault.available !== false;
    return element("span", { class: "line" }, element("button", { type: "button", id, class: "danger", disabled: !isAvailable, onclick: guarded(() => crash(fault)) }, label),
      !isAvailable && element("small", {}, "not available"));
  }
  if (typeof fault.value === "boolean") {
    const box = element("input", { type: "checkbox", id, role: "switch", onchange: guarded((event) => change(fault.name, /** @type {any} */ (event.target).checked)) });
    box.checked = fault.value;
    return element("label", { class: "switch" }, box, label);
  }
  const select = element("select", { id, onchange: guarded((event) => change(fault.name, /** @type {any} */ (event.target).value)) },
    ...fault.values.map((value) => element("option", { value }, value)));
  select.value = fault.value;
  return element("label", { class: "switch" }, label, select);
}

/** @param {Fault[]} faults */
function showFaults(faults) {
  show(byId("faults"), ...faults.map((fault) => element("div", { class: `line fault ${isOn(fault) ? "on" : ""}`, "data-key": fault.name, title: fault.effect },
    control(fault),
    fault.page && element("a", { class: "pattern", href: sourceLink(fault.page), target: "_blank", "aria-label": `Pattern that survives it: ${fault.pattern}` },
      (fault.pattern ?? "pattern").replaceAll("-", " ")))));
  // The host's values win over what is set here: another page may have changed them.
  for (const fault of faults) {
    const input = /** @type {any} */ (document.getElementById(`fault-${fault.name}`));
    if (input && "checked" in input && typeof fault.value === "boolean") input.checked = fault.value;
    else if (input instanceof HTMLSelectElement) input.value = String(fault.value);
  }
}

/** @param {Fault} fault */
const isOn = (fault) => fault.value === true || (typeof fault.value === "string" && fault.value !== "up");

/** Loads the switches, and again when one was switched elsewhere. */
export async function startFaults() {
  const reload = limited(() => load().catch(() => {}), 200);
  onRecords((batch) => {
    if (batch.some((record) => ["fault_switched", "host_started"].includes(record.kind))) reload();
  });
  await load().catch((fault) => show(byId("faults"), element("p", { class: "empty" }, `The switches are not available: ${fault.message}`)));
}
