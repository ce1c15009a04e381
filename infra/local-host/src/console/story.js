// Draws the timeline of one request: all invocations that it caused, each as a bar.

const SVG = "http://www.w3.org/2000/svg";
const WIDTH = 1000;
const ROW = 24;
const BARS_BEGIN = 390;
const BARS_WIDTH = WIDTH - BARS_BEGIN - 10;
// Functions whose requests start work that goes on after the answer. The page's polling does not.
const STARTING_FUNCTIONS = ["orders-place", "orders-cancel", "uploads-create"];

/** The correlation id of the newest request that started such work. */
export function newestStory(invocations) {
  return invocations.find((one) => STARTING_FUNCTIONS.includes(one.function) && one.correlation_id)?.correlation_id ?? null;
}

/** The invocations of a request, the oldest first. `invocations` has the newest first. */
export function storyOf(invocations, correlationId) {
  return invocations.filter((one) => one.correlation_id === correlationId).reverse();
}

function shape(name, attributes, text) {
  const node = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  if (text !== undefined) node.textContent = text;
  return node;
}

/** The drawing: one row per invocation, with a bar from its start to its end. */
export function drawing(story) {
  const begin = (one) => Date.parse(one.started_at);
  const end = (one) => begin(one) + (one.duration_ms ?? 0);
  const from = Math.min(...story.map(begin));
  const total = Math.max(1, Math.max(...story.map(end)) - from);
  const x = (at) => BARS_BEGIN + ((at - from) / total) * BARS_WIDTH;
  const height = (story.length + 1) * ROW;
  const svg = shape("svg", { viewBox: `0 0 ${WIDTH} ${height}`, class: "story", role: "img" });
  svg.append(shape("title", {}, `${story.length} invocations in ${total} ms`));
  story.forEach((one, row) => {
    const y = row * ROW;
    const kind = one.outcome === "ok" ? "good" : one.outcome === "RUNNING" ? "busy" : "bad";
    const width = Math.max(3, x(end(one)) - x(begin(one)));
    svg.append(
      shape("text", { x: 0, y: y + 16 }, one.function),
      shape("text", { x: 190, y: y + 16, class: "soft" }, one.outcome === "ok" ? one.source : one.outcome),
      shape("text", { x: BARS_BEGIN - 12, y: y + 16, class: "soft end" }, `${one.duration_ms ?? "…"} ms`),
      shape("path", { d: `M${BARS_BEGIN} ${y + ROW - 1}H${WIDTH}`, class: "line" }),
      shape("rect", { x: x(begin(one)), y: y + 5, width, height: 13, rx: 3, class: kind }),
    );
  });
  const base = story.length * ROW + 16;
  svg.append(shape("text", { x: BARS_BEGIN, y: base, class: "soft" }, "0 ms"),
    shape("text", { x: WIDTH - 10, y: base, class: "soft end" }, `${total} ms`));
  return svg;
}
