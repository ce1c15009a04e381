// Drives the console as a visitor does: orders with every outcome, stories, the state graph, and every view.

import assert from "node:assert/strict";
import { test } from "node:test";
import { AxeBuilder } from "@axe-core/playwright";
import { DESKTOP, PHONE, ask, browser, openPage, order, shop, useShop, walk } from "./shop.mjs";

const VIEWS = ["#/", "#/stories", "#/machines/OrderSaga", "#/environments", "#/pictures", "#/data/table%3Aorders", "#/mail", "#/operator", "#/bill", "#/api/placeOrder"];
/** An order waits at most this long for its saga, with all retries of a payment. */
const SAGA_MS = 60_000;
/** An order whose payment is never answered ends after the saga's own wait of 45 seconds. */
const LATER_MS = 90_000;

useShop();

for (const [outcome, status, verdict] of [
  ["tok_ok", "CONFIRMED", "succeeded"],
  ["tok_flaky", "CONFIRMED", "succeeded"],
  ["tok_declined", "REJECTED: payment_declined", "compensated"],
  ["tok_insufficient_funds", "REJECTED: insufficient_funds", "compensated"],
  ["tok_capture_fails", "REJECTED: capture_refused", "compensated"],
  ["tok_down", "REJECTED: payment_unavailable", "compensated"],
]) {
  test(`an order with ${outcome} is shown as ${status}, and its saga as ${verdict}`, () => walk({}, async (page) => {
    const row = await order(page, outcome);
    await row.getByText(status).waitFor({ timeout: SAGA_MS });
    await row.locator("a").click();
    await page.locator("#drawer .hop").first().waitFor();
    await page.locator("#drawer h2 .pill", { hasText: verdict }).waitFor();
    await page.click("#tab-states");
    await page.locator("svg.states").waitFor();
    const reserved = await page.locator('[data-state="ReserveStock"]').getAttribute("data-progress");
    assert.equal(reserved, verdict === "compensated" ? "compensated" : "done");
    const undone = await page.locator('[data-state="ReleaseStock"]').getAttribute("data-progress");
    assert.equal(undone, verdict === "compensated" ? "done" : "never");
    if (outcome === "tok_flaky") await page.locator('[data-state="AuthorizePayment"] .note', { hasText: "retried 2 ×" }).waitFor();
  }));
}

for (const [outcome, status] of [
  ["tok_later_ok", "CONFIRMED"],
  ["tok_later_declined", "REJECTED: payment_declined"],
  ["tok_later_twice", "CONFIRMED"],
  ["tok_later_reordered", "CONFIRMED"],
  ["tok_later_silent", "REJECTED: payment_unavailable"],
]) {
  test(`an order with ${outcome}, which a webhook answers, is shown as ${status}`, () => walk({}, async (page) => {
    const row = await order(page, outcome);
    await row.getByText(status).waitFor({ timeout: LATER_MS });
  }));
}

test("a row of a story opens to its event, answer, cost and source", () => walk({}, async (page) => {
  const row = await order(page, "tok_ok");
  await row.getByText("CONFIRMED").waitFor();
  await row.locator("a").click();
  await page.locator(".hop", { hasText: "orders-place" }).locator("button").first().click();
  const detail = page.locator(".detail");
  for (const text of ["billed", "memory", "cost", "environment", "Event", "Answer"]) await detail.getByText(text, { exact: false }).first().waitFor();
  const source = await detail.getByRole("link", { name: "source of orders-place" }).getAttribute("href");
  const response = await page.request.get(shop.url + source);
  assert.equal(response.status(), 200);
  assert.match(await response.text(), /orders/);
}));

test("the slider travels back in time", () => walk({}, async (page) => {
  const row = await order(page, "tok_ok");
  await row.getByText("CONFIRMED").waitFor();
  await row.locator("a").click();
  await page.locator(".hop").nth(5).waitFor();
  await page.locator("#scrubber").focus();
  await page.keyboard.press("Home");
  await page.waitForFunction(() => document.querySelectorAll(".hop").length === 1);
  assert.match(page.url(), /at=0/);
  await page.keyboard.press("End");
  await page.waitForFunction(() => document.querySelectorAll(".hop").length > 5);
}));

/** Expects an available view without serious faults for screen readers, and without sideways scroll. */
async function check(page, name, theme) {
  assert.equal(await page.getByText(/(is|are) not available/).count(), 0, name);
  const [scroll, client] = await page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]);
  assert.ok(scroll <= client, `${name}: ${scroll} px are wider than ${client} px`);
  const rules = new AxeBuilder({ page });
  // Of all rules only this one depends on the theme.
  const { violations } = await (theme === "dark" ? rules.withRules(["color-contrast"]) : rules).analyze();
  const serious = violations.filter((one) => ["serious", "critical"].includes(one.impact ?? ""));
  assert.deepEqual(serious.map((one) => `${one.id}: ${one.nodes.map((node) => node.html.slice(0, 160)).join(" | ")}`), [], name);
}

test("every view says something, and none scrolls sideways, on a desktop and on a phone, in both themes", async () => {
  for (const viewport of [DESKTOP, PHONE]) {
    for (const theme of ["light", "dark"]) {
      await walk({ viewport, theme }, async (page) => {
        for (const view of VIEWS) {
          await page.evaluate((hash) => { location.hash = hash; }, view);
          await page.waitForFunction((name) => name === "" || document.querySelector("#view")?.dataset.view === name, view.slice(2).split("/")[0]);
          await page.waitForFunction(() => !document.querySelector("#view")?.textContent?.startsWith("Loading"));
          const name = `${view} at ${viewport.width} px, ${theme}`;
          await check(page, name, theme);
        }
        await page.evaluate(() => { location.hash = "#/"; });
        const row = await order(page, "tok_declined");
        await row.getByText("REJECTED").waitFor({ timeout: SAGA_MS });
        await row.locator("a").click();
        await page.locator(".hop", { hasText: "saga-authorize-payment" }).first().locator("button").first().click();
        for (const tab of ["hops", "states", "map", "bill"]) {
          await page.click(`#tab-${tab}`);
          await check(page, `the story's ${tab} at ${viewport.width} px, ${theme}`, theme);
        }
        await page.keyboard.press("Escape");
        await page.click("#tour-start");
        for (let step = 1; step <= 6; step += 1) {
          await page.locator("#tour").getByText(`${step} of 6`).waitFor();
          if (step === 1) await check(page, `the tour at ${viewport.width} px, ${theme}`, theme);
          await page.click("#tour-next");
        }
      });
    }
  }
});

test("an order can be placed with the keyboard alone", () => walk({}, async (page) => {
  await page.locator("body").press("Tab");
  for (let presses = 0; presses < 60; presses += 1) {
    if (await page.evaluate(() => document.activeElement?.id === "place-order")) break;
    await page.keyboard.press("Tab");
  }
  assert.equal(await page.evaluate(() => document.activeElement?.id), "place-order");
  await page.keyboard.press("Enter");
  await page.locator("#orders [data-order]").first().waitFor();
}));

test("the page works by the name localhost, too: links are those of the page", async () => {
  const { page, errors, close } = await openPage(browser, `http://localhost:${shop.port}`);
  await page.click("#sample-photo");
  await page.locator("#upload-status").getByText("DONE").waitFor({ timeout: SAGA_MS });
  await page.locator("#upload-status").getByRole("link", { name: "pictures" }).click();
  await page.locator(".pictures img").first().evaluate((image) => image.decode());
  assert.deepEqual(errors, []);
  await close();
});

test("an idle page causes no invocation", () => walk({}, async (page) => {
  // The schedule's own functions run whether or not a page is open.
  const count = async () => (await ask(shop.url, "/dev/invocations")).body.invocations.filter((one) => one.source === "http").length;
  await page.waitForTimeout(2000);
  const before = await count();
  await page.waitForTimeout(Number(process.env.IDLE_SECONDS ?? 20) * 1000);
  assert.equal(await count(), before);
}));

test("an e-mail is shown as HTML in a sandboxed frame", () => walk({}, async (page) => {
  const row = await order(page, "tok_ok");
  await row.getByText("CONFIRMED").waitFor();
  await page.evaluate(() => { location.hash = "#/mail"; });
  const frame = page.locator("iframe");
  await frame.waitFor();
  assert.equal(await frame.getAttribute("sandbox"), "");
  await page.frameLocator("iframe").getByText("Your Popshop").waitFor();
}));
