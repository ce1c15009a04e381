// Starts the console: navigation, theme, the stage, and the view that the address names.

import { apiView } from "./api_page.js";
import { billView, startBill } from "./bill.js";
import { dataView } from "./data.js";
import { byId, element, show } from "./dom.js";
import { environmentsView } from "./environments.js";
import { explain, mostTelling } from "./explain.js";
import { startFaults } from "./faults.js";
import { machinesView } from "./machines.js";
import { mailView } from "./mail.js";
import { startMap } from "./map.js";
import { notice } from "./notice.js";
import { operatorView } from "./operator.js";
import { startOrders } from "./order.js";
import { picturesView } from "./pictures.js";
import { currentRoute, linkTo, storyLink } from "./route.js";
import { storiesView } from "./stories.js";
import { followRoute, startStory } from "./story.js";
import { connect, isFresh, limited, onConnection, onRecords, storiesOf } from "./stream.js";
import { startTour } from "./tour.js";
import { onUploads, startUploads } from "./uploads.js";

/** @typedef {{label: string, render: (detail: string) => Promise<Node[]>, isLive: boolean}} View */

/** The ticker changes at most so often, so that it can be read. */
const TICKER_MS = 900;
const REFRESH_MS = 600;

/** @type {Record<string, View>} */
const VIEWS = {
  stories: { label: "Stories", render: () => storiesView(drawView), isLive: true },
  machines: { label: "State machines", render: machinesView, isLive: false },
  environments: { label: "Environments", render: environmentsView, isLive: true },
  pictures: { label: "Pictures", render: picturesView, isLive: true },
  data: { label: "Data", render: dataView, isLive: true },
  mail: { label: "E-mails", render: mailView, isLive: true },
  operator: { label: "Parked", render: () => operatorView(drawView), isLive: true },
  bill: { label: "Bill", render: billView, isLive: true },
  api: { label: "API", render: apiView, isLive: false },
};

function drawNav() {
  const { view } = currentRoute();
  const links = Object.entries({ stage: { label: "Stage" }, ...VIEWS }).map(([name, { label }]) =>
    element("a", { href: linkTo(name), "aria-current": name === view ? "page" : undefined, "data-key": name }, label));
  show(byId("nav"), ...links, element("button", { type: "button", id: "tour-start", class: "quiet", onclick: startTour }, "Tour"));
}

/** The number of the newest drawing: an answer that arrives late must not replace a newer view. */
let drawing = 0;

async function drawView() {
  const { view, detail } = currentRoute();
  drawing += 1;
  const own = drawing;
  const wanted = VIEWS[view];
  byId("stage").hidden = wanted !== undefined;
  byId("view").hidden = wanted === undefined;
  if (!wanted) {
    if (view !== "stage") notice(`The page has no view "${view}". Choose one above.`);
    return;
  }
  const place = byId("view");
  if (place.dataset.view !== view) {
    place.dataset.view = view;
    place.replaceChildren(element("p", { class: "empty" }, "Loading"));
  }
  try {
    const nodes = await wanted.render(detail);
    if (own === drawing) show(place, ...nodes);
  } catch (fault) {
    if (own !== drawing) return;
    show(place, element("h2", {}, wanted.label), element("p", { class: "empty" }, `This view is not available: ${fault instanceof Error ? fault.message : fault}`));
  }
}

/** @param {import("./stream.js").EventRecord} record */
function drawTicker(record) {
  const [happened, lesson] = explain(record);
  const story = storiesOf(record)[0];
  show(byId("now"), element("p", {}, element("strong", {}, happened), " ", lesson, " ", story && element("a", { href: storyLink(story) }, "Story")));
}

function startTicker() {
  /** @type {import("./stream.js").EventRecord | undefined} */
  let next;
  const draw = limited(() => {
    if (next) drawTicker(next);
    next = undefined;
  }, TICKER_MS);
  onRecords((batch) => {
    const fresh = batch.filter(isFresh);
    next = mostTelling(next ? [next, ...fresh] : fresh);
    draw();
  });
  show(byId("now"), element("p", {}, element("strong", {}, "Nothing happens, and nothing is billed."), " Place an order and watch it travel."));
}

function startTheme() {
  const root = document.documentElement;
  const stored = localStorage.getItem("theme");
  if (stored) root.dataset.theme = stored;
  byId("theme").addEventListener("click", () => {
    const isDark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = isDark ? "light" : "dark";
    localStorage.setItem("theme", root.dataset.theme);
  });
}

function startConnection() {
  onConnection((isOpen) => {
    byId("connection").textContent = isOpen ? "live" : "not connected";
    byId("connection").className = isOpen ? "good" : "bad";
  });
}

function changedRoute() {
  drawNav();
  drawView();
  followRoute();
}

/** @param {Promise<unknown>} part @param {string} place @param {string} name */
function orExplain(part, place, name) {
  part.catch((fault) => show(byId(place), element("p", { class: "empty" }, `${name} is not available: ${fault.message}`)));
}

function start() {
  startTheme();
  startConnection();
  startTicker();
  startBill();
  startStory();
  startUploads();
  orExplain(startMap((node) => { location.hash = viewOfNode(node); }), "map", "The map");
  orExplain(startOrders(), "orders", "The list of orders");
  startFaults();
  const refresh = limited(() => {
    if (VIEWS[currentRoute().view]?.isLive) drawView();
  }, REFRESH_MS);
  onRecords(refresh);
  onUploads(refresh);
  addEventListener("hashchange", changedRoute);
  changedRoute();
  connect();
}

/** Where a visitor finds more about a part of the map. @param {string} node */
function viewOfNode(node) {
  const [kind = "", name = ""] = node.split(/:(.*)/);
  if (["table", "queue", "bucket"].includes(kind)) return linkTo("data", node);
  if (kind === "stream") return linkTo("data", `table:${name}`);
  if (kind === "state-machine") return linkTo("machines", name);
  if (kind === "function") return linkTo("environments");
  if (kind === "mail") return linkTo("mail");
  if (kind === "route") return linkTo("api");
  return linkTo("stories");
}

start();
