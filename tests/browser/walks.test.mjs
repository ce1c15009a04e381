// Drives uploads, the burst, parked orders, the switches and the API page as a visitor does.

import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { openPage, order, startBrowser, startShop, ask } from "./shop.mjs";

/** A saga with all its retries, or the import of a small catalog, on a slow machine. */
const WORK_MS = 90_000;
/** Until the retries of a compensation are used up and the order is parked. */
const PARKED_MS = 240_000;
/** A repeated delivery would have sent its e-mail by then. */
const SECOND_MAIL_MS = 3000;
const SWITCHES = ["duplicate_events", "reorder_events", "lose_answers", "throttle_tables"];

let shop;
let browser;
let folder;

before(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "popshop-console-"));
  [shop, browser] = await Promise.all([startShop({ data: folder }), startBrowser()]);
});
after(async () => {
  await browser?.close();
  await shop?.stop();
  await rm(folder, { recursive: true, force: true });
});

async function walk(steps) {
  const { page, errors, close } = await openPage(browser, shop.url);
  try {
    await steps(page);
    assert.deepEqual(errors, []);
  } finally {
    await close();
  }
}

const go = (page, hash) => page.evaluate((target) => { location.hash = target; }, hash);

test("the sample photo becomes thumbnails beside the original, with bytes and milliseconds", () => walk(async (page) => {
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

test("the sample catalog is imported with progress, and its wrong rows are reported", () => walk(async (page) => {
  await page.click("#sample-catalog");
  await page.locator("#upload-status").getByText("DONE").first().waitFor({ timeout: WORK_MS });
  await page.locator("#upload-status").getByText("1,996 written, 4 rejected").waitFor();
  const download = page.waitForEvent("download");
  await page.locator("#upload-status").getByRole("link", { name: "rejected rows" }).click();
  assert.equal((await download).suggestedFilename(), "rejected.csv");
}));

test("of 200 buyers of the last lamp exactly one gets it", () => walk(async (page) => {
  await page.click("#burst");
  await page.locator("#notice").getByText("orders for one lamp were accepted").waitFor({ timeout: WORK_MS });
  await page.waitForFunction(async () => {
    const response = await fetch("/dev/tables/orders?limit=500");
    const text = JSON.stringify((await response.json()).items);
    return !text.includes('"PENDING"');
  }, undefined, { timeout: PARKED_MS, polling: 2000 });
  const { body } = await ask(shop.url, "/dev/tables/orders?limit=500");
  const lamps = body.items.filter((item) => JSON.stringify(item).includes("LAST-01"));
  assert.equal(lamps.filter((item) => JSON.stringify(item).includes('"CONFIRMED"')).length, 1);
}));

test("every route of the API page answers a request", () => walk(async (page) => {
  await order(page, "tok_ok");
  await go(page, "#/api");
  await page.locator(".api nav a").first().waitFor();
  const links = await page.locator(".api nav a").evaluateAll((all) => all.map((link) => link.getAttribute("href")));
  const { paths } = (await ask(shop.url, "/openapi.json")).body;
  const routes = Object.values(paths).flatMap((item) => Object.keys(item).filter((method) => ["get", "post", "put", "delete", "patch"].includes(method)));
  assert.equal(links.length, routes.length);
  for (const link of links) {
    await go(page, link);
    await page.locator(`form[data-key="form ${link.split("/")[2].split("?")[0]}"]`).waitFor();
    for (const input of await page.locator('form.card input[name="path:id"]').all()) await input.fill("01J00000000000000000000000");
    await page.click("form.card button.primary");
    const status = await page.locator("#answer .pill").textContent();
    // Ids of this form do not exist, and an unsigned webhook is refused. A failure of the shop would be 500.
    assert.match(status ?? "", /^(20\d|400|401|403|404|409|422)$/, link);
    await page.evaluate(() => document.querySelector("#answer")?.replaceChildren());
  }
}));

for (const name of SWITCHES) {
  test(`an order survives the switch ${name}`, () => walk(async (page) => {
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

test("an order is parked while the payment provider is down, and redriven from the page", () => walk(async (page) => {
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

test("an order completes although the process is killed meanwhile", () => walk(async (page) => {
  const row = await order(page, "tok_flaky");
  await page.click("#fault-crash");
  await page.locator("#connection.bad").waitFor({ timeout: WORK_MS });
  await page.locator("#connection.good").waitFor({ timeout: WORK_MS });
  await row.getByText("CONFIRMED").waitFor({ timeout: WORK_MS });
}));
