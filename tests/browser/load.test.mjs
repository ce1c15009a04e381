// Sends 10,000 events to the console: its memory stays small, and no task blocks the page for long.

import assert from "node:assert/strict";
import { test } from "node:test";
import { DESKTOP, ask, browser, shop, useShop } from "./shop.mjs";

const EVENTS = 10_000;
const HEAP_BYTES_MAX = 100 * 1024 * 1024;
const TASK_MS_MAX = 100;
const SETTLE_MS = 60_000;
const STORIES = 100;
/** A record with an event and a log, about as large as those of the local host. */
const PADDING = "x".repeat(1500);

useShop();

/** Records along the edges of the shop's own map. */
function stream(edges) {
  const lines = [];
  const now = Date.now();
  for (let id = 1; id <= EVENTS; id += 1) {
    const { from, to } = edges[id % edges.length];
    const name = (to.startsWith("function:") ? to : "function:orders-place").slice("function:".length);
    const kind = id % 2 === 0 ? "invocation_started" : "invocation_ended";
    const record = {
      id, at: new Date(now + id).toISOString(), story: `story-${id % STORIES}`, kind, from, to, text: `Event ${id}`, function: name,
      invocation: Math.floor(id / 2), environment: id % 20, cold: id % 50 === 0, trigger: "http", outcome: "ok", duration_ms: 3, billed_ms: 3, cost: 0.2,
      event: { padding: PADDING }, log: [{ level: "INFO", message: PADDING, fields: {} }],
    };
    lines.push(`id: ${id}\ndata: ${JSON.stringify(record)}\n\n`);
  }
  return `${lines.join("")}retry: 3600000\n\n`;
}

test("10,000 events leave the heap below 100 MB, and no task takes longer than 100 ms", async () => {
  const { body: map } = await ask(shop.url, "/dev/map");
  const body = stream(map.edges);
  const page = await browser.newPage({ viewport: DESKTOP });
  await page.addInitScript(() => {
    window.longTasks = [];
    new PerformanceObserver((list) => window.longTasks.push(...list.getEntries().map((entry) => entry.duration))).observe({ type: "longtask", buffered: true });
  });
  let release;
  const ready = new Promise((resolve) => { release = resolve; });
  await page.route("**/dev/events*", async (route) => {
    await ready;
    await route.fulfill({ status: 200, contentType: "text/event-stream", body });
  });
  await page.goto(shop.url);
  await page.locator("#map svg").waitFor();
  await page.locator("#lines select").waitFor();
  await page.waitForTimeout(1000);
  await page.evaluate(() => { window.longTasks.length = 0; });
  release();
  await page.waitForFunction((count) => document.documentElement.dataset.records === String(count), EVENTS, { timeout: SETTLE_MS });
  await page.waitForTimeout(3000);
  const longest = await page.evaluate(() => Math.max(0, ...window.longTasks));
  const session = await page.context().newCDPSession(page);
  await session.send("HeapProfiler.collectGarbage");
  const { usedSize } = await session.send("Runtime.getHeapUsage");
  console.log(`heap ${(usedSize / 1024 / 1024).toFixed(1)} MiB, longest task ${longest.toFixed(0)} ms`);
  assert.ok(usedSize < HEAP_BYTES_MAX, `the heap has ${usedSize} bytes`);
  assert.ok(longest <= TASK_MS_MAX, `a task took ${longest} ms`);
});
