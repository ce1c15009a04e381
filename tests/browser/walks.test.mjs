// Drives uploads, the burst and the API page as a visitor does.

import assert from "node:assert/strict";
import { test } from "node:test";
import { ask, order, shop, useShop, walk } from "./shop.mjs";

/** A saga with all its retries, or the import of a small catalog, on a slow machine. */
const WORK_MS = 90_000;
/** Until 200 orders have ended. */
const BURST_MS = 240_000;

useShop();

const go = (page, hash) => page.evaluate((target) => { location.hash = target; }, hash);

test("the sample photo becomes thumbnails beside the original, with bytes and milliseconds", () => walk({}, async (page) => {
  await page.click("#sample-photo");
  await page.locator("#upload-status").getByText("DONE").waitFor({ timeout: WORK_MS });
  await page.locator("#upload-status").getByRole("link", { name: "pictures" }).click();
  await page.locator(".pictures figure").nth(4).waitFor();
  assert.equal(await page.locator(".pictures figure").count(), 5);
  await page.locator("#view").getByText(/all sizes in \d/).waitFor();
  const widths = await page.locator(".pictures img").evaluateAll((images) => Promise.all(images.map(async (image) => {
    await image.decode();
    return image.naturalWidth;
  })));
  assert.deepEqual(widths, [1600, 128, 256, 512, 1024]);
}));

test("the sample catalog is imported with progress, and its wrong rows are reported", () => walk({}, async (page) => {
  await page.click("#sample-catalog");
  await page.locator("#upload-status").getByText("DONE").first().waitFor({ timeout: WORK_MS });
  await page.locator("#upload-status").getByText("1,996 written, 4 rejected").waitFor();
  const download = page.waitForEvent("download");
  await page.locator("#upload-status").getByRole("link", { name: "rejected rows" }).click();
  assert.equal((await download).suggestedFilename(), "rejected.csv");
}));

test("of 200 buyers of the last lamp exactly one gets it", () => walk({}, async (page) => {
  await page.click("#burst");
  await page.locator("#notice").getByText("orders for one lamp were accepted").waitFor({ timeout: WORK_MS });
  await page.waitForFunction(async () => {
    const response = await fetch("/dev/tables/orders?limit=500");
    const text = JSON.stringify((await response.json()).items);
    return !text.includes('"PENDING"');
  }, undefined, { timeout: BURST_MS, polling: 2000 });
  const { body } = await ask(shop.url, "/dev/tables/orders?limit=500");
  const lamps = body.items.filter((item) => JSON.stringify(item).includes("LAST-01"));
  assert.equal(lamps.filter((item) => JSON.stringify(item).includes('"CONFIRMED"')).length, 1);
}));

test("every route of the API page answers a request", () => walk({}, async (page) => {
  const row = await order(page, "tok_ok");
  await row.getByText("CONFIRMED").waitFor({ timeout: WORK_MS });
  await go(page, "#/api");
  await page.locator(".api nav a").first().waitFor();
  const links = await page.locator(".api nav a").evaluateAll((all) => all.map((link) => link.getAttribute("href")));
  const { paths } = (await ask(shop.url, "/openapi.json")).body;
  const routes = Object.values(paths).flatMap((item) => Object.keys(item).filter((method) => ["get", "post", "put", "delete", "patch"].includes(method)));
  assert.equal(links.length, routes.length);
  for (const link of links) {
    await go(page, link);
    await page.locator(`form[data-key="form ${link.split("/")[2].split("?")[0]}"]`).waitFor();
    for (const input of await page.locator('form.card input[name="path:id"]').all()) {
      // The page fills in the newest order; there is an upload only if another walk made one on this page.
      if (await input.inputValue() === "") await input.fill("01J00000000000000000000000");
    }
    await page.click("form.card button.primary");
    const status = await page.locator("#answer .pill").textContent();
    // The example upload is one for staff, its id does not exist, and an unsigned webhook is refused.
    const operation = link.split("/")[2].split("?")[0];
    const expected = { createUpload: /^403$/, getUpload: /^40[34]$/, receivePaymentEvent: /^40[01]$/ }[operation] ?? /^20\d$/;
    assert.match(status ?? "", expected, link);
    await page.evaluate(() => document.querySelector("#answer")?.replaceChildren());
  }
}));
