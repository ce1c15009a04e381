// Breaks the shop with every switch of the page: orders survive, are parked and redriven, and complete after a crash.

import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { ask, order, shop, useShop, walk } from "./shop.mjs";

/** A saga with all its retries, or the import of a small catalog, on a slow machine. */
const WORK_MS = 90_000;
/** Until the retries of a compensation are used up and the order is parked. */
const PARKED_MS = 240_000;
/** A repeated delivery would have sent its e-mail by then. */
const SECOND_MAIL_MS = 3000;
const SWITCHES = ["duplicate_events", "reorder_events", "lose_answers", "throttle_tables"];

let folder;

useShop({
  prepare: async () => {
    folder = await mkdtemp(path.join(tmpdir(), "popshop-console-"));
    return { data: folder };
  },
});
after(() => rm(folder, { recursive: true, force: true }));

const go = (page, hash) => page.evaluate((target) => { location.hash = target; }, hash);

for (const name of SWITCHES) {
  test(`an order survives the switch ${name}`, () => walk({}, async (page) => {
    const before = (await ask(shop.url, "/dev/emails")).body.emails.length;
    await page.locator(`#fault-${name}`).check();
    await page.locator(".fault.on").first().waitFor();
    const row = await order(page, "tok_ok");
    await row.getByText("CONFIRMED").waitFor({ timeout: WORK_MS });
    await page.locator(`#fault-${name}`).uncheck();
    await page.waitForFunction(() => document.querySelector(".fault.on") === null);
    const sent = async () => (await ask(shop.url, "/dev/emails")).body.emails.length - before;
    // The mail is the saga's last step. A second one would come with a delivery that is repeated.
    for (const deadline = Date.now() + WORK_MS; await sent() === 0 && Date.now() < deadline;) await page.waitForTimeout(200);
    await page.waitForTimeout(SECOND_MAIL_MS);
    assert.equal(await sent(), 1, "one order, one e-mail");
  }));
}

test("an order is parked while the payment provider is down, and redriven from the page", () => walk({}, async (page) => {
  await page.selectOption("#fault-payments", "down");
  const row = await order(page, "tok_ok");
  await row.getByText("PARKED").waitFor({ timeout: PARKED_MS });
  await page.selectOption("#fault-payments", "up");
  await go(page, "#/operator");
  await page.locator("[data-parked]").getByRole("button", { name: "Redrive" }).first().click();
  await page.locator("#notice").getByText("Redriven").waitFor();
  await page.locator("#view").getByText("No order is parked.").waitFor({ timeout: WORK_MS });
  await go(page, "#/");
  await row.getByText(/CONFIRMED|REJECTED/).waitFor({ timeout: WORK_MS });
}));

test("an order completes although the process is killed meanwhile", () => walk({}, async (page) => {
  const row = await order(page, "tok_flaky");
  await page.click("#fault-crash");
  await page.locator("#connection.bad").waitFor({ timeout: WORK_MS });
  await page.locator("#connection.good").waitFor({ timeout: WORK_MS });
  await row.getByText("CONFIRMED").waitFor({ timeout: WORK_MS });
}));
