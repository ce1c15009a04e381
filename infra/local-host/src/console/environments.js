// The environments of every function: starting, at work, frozen or ended, and what that cost.

import { ask } from "./api.js";
import { element, pill, table } from "./dom.js";
import { clock, counted, duration } from "./format.js";

/** @returns {Promise<Node[]>} */
export async function environmentsView() {
  const { functions, rooms } = await ask("/dev/environments");
  const used = functions.filter((/** @type {any} */ one) => one.cold_starts > 0);
  const unused = functions.filter((/** @type {any} */ one) => one.cold_starts === 0);
  return [
    element("h2", {}, "Environments"),
    element("p", {}, "An execution environment serves one event at a time. The first event of a new one waits for its INIT: that is a cold start. ",
      "Afterwards it is frozen, costs nothing, and serves the next event warm. When all are busy, another one starts; after minutes without work it ends. ",
      "The local host shortens that time to five minutes, and an INIT here takes microseconds instead of milliseconds."),
    ...used.map(functionCard),
    used.length === 0 && element("p", { class: "empty" }, "No function has an environment yet. Place an order and come back."),
    rooms && roomTable(rooms),
    unused.length > 0 && element("p", { class: "soft" }, `Without any environment, and so without any cost: ${unused.map(nameOf).join(", ")}.`),
  ].filter((node) => node instanceof Node);
}

/** @param {any} one */
const nameOf = (one) => one.function ?? one.name;

/** @param {any} one */
function functionCard(one) {
  return element("section", { class: "card", "data-key": nameOf(one) },
    element("h3", {}, nameOf(one), " ", element("small", {}, counted(one.cold_starts, "cold start"), one.throttles ? `, ${counted(one.throttles, "throttle")}` : "",
      one.reserved_concurrency ? `, at most ${one.reserved_concurrency} at once` : "")),
    one.environments.length === 0 ? element("p", { class: "soft" }, "All of its environments have ended.")
      : table(`Environments of ${nameOf(one)}`, ["Environment", "State", "Started", "INIT", "Events", "Last one took"], one.environments.map((/** @type {any} */ each) =>
        element("tr", { "data-key": each.id }, element("td", {}, each.id),
          element("td", {}, pill(each.state === "idle" ? "frozen" : each.state, each.state === "busy" ? "busy" : "")),
          element("td", {}, clock(each.started_at)), element("td", { class: "number" }, duration(each.init_ms)),
          element("td", { class: "number" }, each.invocations), element("td", { class: "number" }, duration(each.duration_ms))))));
}

/** @param {any[]} rooms */
function roomTable(rooms) {
  const heads = [...new Set(rooms.flatMap((room) => Object.keys(room)))].filter((head) => typeof rooms[0][head] !== "object");
  return element("section", { class: "card" }, element("h3", {}, "Concurrency by kind of work"),
    table("Concurrency", heads.map((head) => head.replaceAll("_", " ")), rooms.map((room) =>
      element("tr", { "data-key": room.kind }, ...heads.map((head) => element("td", {}, String(room[head] ?? "")))))));
}
