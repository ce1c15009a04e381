// Starts a local host and a browser that opens its console, and walks through the page.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createServer } from "node:net";
import { after, before } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import path from "node:path";
import { chromium } from "playwright-core";

const START_MS = 30_000;
export const DESKTOP = { width: 1440, height: 900 };
export const PHONE = { width: 390, height: 844 };
export const repository = process.env.REPOSITORY ?? path.resolve(import.meta.dirname, "../..");

/** @returns {Promise<number>} */
function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

/** A local host with its address; `stop` ends it. */
export async function startShop({ port, data } = {}) {
  const chosen = port ?? await freePort();
  const program = process.env.LOCAL_HOST ?? path.join(repository, "target/debug/local-host");
  const place = data ? ["--data-dir", data] : ["--memory"];
  const child = spawn(program, [...place, "--quiet", "--port", String(chosen)], { stdio: "ignore" });
  const url = `http://127.0.0.1:${chosen}`;
  const deadline = Date.now() + START_MS;
  while (!(await isUp(url))) {
    if (Date.now() > deadline || child.exitCode !== null) throw new Error(`${program} did not listen on port ${chosen} within ${START_MS} ms`);
    await sleep(50);
  }
  return {
    url, port: chosen,
    stop: () => new Promise((resolve) => {
      if (child.exitCode !== null || child.signalCode !== null) return resolve(undefined);
      child.once("exit", resolve);
      child.kill("SIGTERM");
    }),
  };
}

/** @param {string} url */
export async function isUp(url) {
  try {
    return (await fetch(`${url}/healthz`)).ok;
  } catch {
    return false;
  }
}

/** A headless browser: the program named by CHROMIUM, else Debian's. */
export function startBrowser() {
  return chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu"] });
}

/** A page of its own that collects the errors of its scripts and of its content security policy. */
export async function openPage(browser, url, { viewport = DESKTOP, theme = "light", hash = "#/" } = {}) {
  const context = await browser.newContext({ viewport, colorScheme: theme, acceptDownloads: true });
  const page = await context.newPage();
  const errors = [];
  page.on("pageerror", (error) => errors.push(error.message));
  page.on("console", (message) => {
    if (message.type() === "error" && /Content Security Policy|TypeError|ReferenceError/.test(message.text())) errors.push(message.text());
  });
  await page.goto(`${url}/${hash}`);
  await page.locator("#map svg").waitFor({ state: "attached" });
  await page.locator("#connection.good").waitFor();
  return { page, errors, close: () => context.close() };
}

/** Sends a request to the shop. */
export async function ask(url, route, { method = "GET", body } = {}) {
  const init = { method, headers: { "content-type": "application/json" } };
  const response = await fetch(url + route, body === undefined ? init : { ...init, body: JSON.stringify(body) });
  return { status: response.status, body: await response.json().catch(() => null) };
}

/** Places an order by the form and returns the row of the order. */
export async function order(page, outcome) {
  const before = await page.locator("#orders [data-order]").evaluateAll((rows) => rows.map((row) => row.dataset.order));
  await page.selectOption("#outcome", outcome);
  await page.click("#place-order");
  await page.waitForFunction((ids) => {
    const first = document.querySelector("#orders [data-order]");
    return first !== null && !ids.includes(first.dataset.order);
  }, before);
  const id = await page.locator("#orders [data-order]").first().getAttribute("data-order");
  return page.locator(`#orders [data-order="${id}"]`);
}

/** The local host and the browser of a test file, from the start of its first test on. */
export let shop;
export let browser;

/**
 * Starts both before the tests of a file and stops them afterwards. `prepare` returns the options of the host; `started`
 * runs when both are up. A further `before` of the file would not wait for this one.
 */
export function useShop({ prepare, started } = {}) {
  before(async () => {
    const options = await prepare?.();
    [shop, browser] = await Promise.all([startShop(options), startBrowser()]);
    await started?.();
  });
  after(async () => {
    await browser?.close();
    await shop?.stop();
  });
}

/** Opens the console, runs the steps, and expects no error of a script or of the content security policy. */
export async function walk(options, steps) {
  const { page, errors, close } = await openPage(browser, shop.url, options);
  try {
    await steps(page);
    assert.deepEqual(errors, []);
  } finally {
    await close();
  }
}
