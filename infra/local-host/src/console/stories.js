// All stories, newest first, with search and filter.

import { ask } from "./api.js";
import { element, pill, table } from "./dom.js";
import { clock, cost } from "./format.js";
import { statusKind } from "./order.js";
import { changedQuery, currentRoute, storyLink } from "./route.js";
import { openFileButton } from "./story.js";

const STORIES_READ = 200;
const STATUSES = ["running", "succeeded", "compensated", "parked", "failed"];

/** @param {() => void} redraw @returns {Promise<Node[]>} */
export async function storiesView(redraw) {
  const { stories } = await ask(`/dev/stories?limit=${STORIES_READ}`);
  const { query } = currentRoute();
  const text = (query.get("q") ?? "").toLowerCase();
  const status = query.get("status") ?? "";
  const found = stories.filter((/** @type {any} */ one) => (!status || one.status === status)
    && (!text || `${one.title} ${one.story} ${one.status}`.toLowerCase().includes(text)));
  const set = (/** @type {string} */ name) => (/** @type {any} */ event) => {
    history.replaceState(null, "", changedQuery({ [name]: event.target.value }));
    redraw();
  };
  return [
    element("h2", {}, "Stories"),
    element("p", {}, "A story is everything that one request caused, across functions, queues, streams and sagas. Its correlation id holds it together."),
    element("form", { class: "line", role: "search", onsubmit: (/** @type {Event} */ event) => event.preventDefault() },
      element("label", { class: "search" }, "Search ", element("input", { type: "search", id: "search", value: query.get("q") ?? "", oninput: set("q") })),
      element("label", {}, "Status ", element("select", { id: "status-filter", onchange: set("status") },
        element("option", { value: "" }, "any"), ...STATUSES.map((one) => element("option", { value: one, selected: one === status }, one)))),
      openFileButton()),
    found.length === 0 ? element("p", { class: "empty" }, stories.length === 0 ? "No story yet. Place an order." : "No story matches.")
      : table("Stories", ["Story", "Status", "Events", "Cost", "Started"], found.map((/** @type {any} */ one) => element("tr", { "data-key": one.story },
        element("td", {}, element("a", { href: storyLink(one.story) }, one.title || one.story)),
        element("td", {}, one.status && pill(one.status, statusKind(one.status))),
        element("td", { class: "number" }, one.events), element("td", { class: "number" }, cost(one.cost)), element("td", {}, clock(one.started_at))))),
  ];
}
