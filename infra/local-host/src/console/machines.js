// The state machines as their ASL files define them.

import { ask } from "./api.js";
import { element } from "./dom.js";
import { linkTo } from "./route.js";
import { sourceAnchor } from "./source.js";
import { stateGraph } from "./states.js";
import { shopMap } from "./map.js";

/** @param {string} detail the chosen state machine @returns {Promise<Node[]>} */
export async function machinesView(detail) {
  const [{ machines }, map] = await Promise.all([ask("/dev/state-machines"), shopMap()]);
  const names = Object.keys(machines);
  const chosen = names.includes(detail) ? detail : names.find((name) => name === "OrderSaga") ?? names[0];
  if (!chosen) return [element("p", { class: "empty" }, "The template has no state machine.")];
  const node = map.nodes.find((one) => one.id === `state-machine:${chosen}`);
  return [
    element("h2", {}, "State machines"),
    element("nav", { class: "tabs wrap", "aria-label": "State machines" }, ...names.map((name) =>
      element("a", { class: "tab", href: linkTo("machines", name), "aria-current": name === chosen ? "page" : undefined, "data-key": name }, name))),
    element("p", {}, machines[chosen].Comment ?? "", " Dashed lines are caught errors: they lead to the states that undo. Open a story to see which states it passed. ",
      sourceAnchor(node?.source, "ASL file") ?? null, " ", sourceAnchor(node?.page, "pattern page") ?? null),
    element("figure", { "data-key": chosen }, stateGraph(chosen, machines[chosen], [])),
  ];
}
