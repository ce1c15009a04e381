// Uploads a photo or a catalog by presigned link, with samples at hand, and shows the progress of an import.

import { ask, sameOrigin, staffToken } from "./api.js";
import { byId, element, pill, show } from "./dom.js";
import { counted } from "./format.js";
import { guarded } from "./notice.js";
import { loadProducts, shownProducts, statusKind } from "./order.js";
import { linkTo, storyLink } from "./route.js";
import { onRecords } from "./stream.js";

/** @typedef {{id: string, name: string, kind: string, story: string, status: string, text: string, percent?: number, report?: string, sku?: string}} Upload */

const SAMPLE_ROWS = 2000;
/** Every so many rows, the sample has one that the import must reject. */
const WRONG_EVERY = 500;
const UPLOADS_SHOWN = 2;
/** @type {Upload[]} */
export const uploads = [];
/** @type {(() => void)[]} */
const watchers = [];
/** @param {() => void} watcher */
export const onUploads = (watcher) => watchers.push(watcher);

function changed() {
  show(byId("upload-status"), ...uploads.slice(0, UPLOADS_SHOWN).map((one) => element("div", { class: "line", "data-key": one.id },
    element("a", { href: storyLink(one.story), class: "grow" }, one.name),
    one.percent !== undefined && element("progress", { max: 100, value: one.percent, "aria-label": `Import of ${one.name}` }),
    element("small", {}, one.text),
    one.report && element("a", { href: one.report, download: "rejected.csv" }, "rejected rows"),
    one.kind === "product-photo" && one.status === "DONE" && element("a", { href: linkTo("pictures", one.sku) }, "pictures"),
    pill(one.status, statusKind(one.status)))));
  for (const progress of byId("upload-status").querySelectorAll("progress")) progress.value = Number(progress.getAttribute("value"));
  watchers.forEach((watcher) => watcher());
}

/** @param {File} file */
async function upload(file) {
  const isCatalog = file.name.endsWith(".csv") || file.type === "text/csv";
  const sku = /** @type {HTMLSelectElement} */ (byId("photo-sku")).value;
  const announcement = isCatalog ? { kind: "catalog", file_name: file.name } : { kind: "product-photo", sku, content_type: file.type };
  const story = crypto.randomUUID();
  const created = await ask("/uploads", {
    method: "POST", token: await staffToken(), headers: { "x-correlation-id": story }, body: { ...announcement, size_bytes: file.size },
  });
  /** @type {Upload} */
  const one = { id: created.id, name: file.name, kind: announcement.kind, story, status: "WAITING", text: "uploading", sku };
  uploads.unshift(one);
  changed();
  // The browser sets the content length itself and does not let a page set it.
  const headers = Object.fromEntries(Object.entries(created.headers).filter(([name]) => name.toLowerCase() !== "content-length"));
  const response = await fetch(sameOrigin(created.url), { method: created.method, headers, body: file });
  if (!response.ok) throw new Error(`The upload was refused with ${response.status}.`);
  one.status = "PROCESSING";
  one.text = "stored";
  changed();
}

/** Reads the status once: when an event says that the work has ended. @param {Upload} one */
async function readStatus(one) {
  const answer = await ask(`/uploads/${one.id}`, { token: await staffToken() });
  one.status = answer.status;
  one.text = answer.reason ?? "";
  if (answer.import) {
    const { rows_written, rows_rejected, rejected_rows_url, percent } = answer.import;
    one.percent = percent;
    one.text = `${rows_written.toLocaleString()} written, ${rows_rejected} rejected`;
    one.report = rejected_rows_url ? sameOrigin(rejected_rows_url) : undefined;
  }
  changed();
  if (one.status === "DONE") await loadProducts();
}

/** @param {import("./stream.js").EventRecord} record */
function follow(record) {
  const one = uploads.find((each) => each.id === record.upload || each.story === record.story);
  if (!one || ["DONE", "REJECTED"].includes(one.status)) return;
  if (record.kind === "import_progress") {
    one.percent = record.percent;
    one.text = `${counted(record.rows_read, "row")} read`;
    changed();
  }
  const workers = one.kind === "catalog" ? ["import-finish", "csv-ingester"] : ["thumbnailer"];
  const isOver = record.kind === "execution_ended" || (record.kind === "invocation_ended" && workers.includes(record.function));
  if (isOver) readStatus(one).catch((fault) => {
    one.text = fault.message;
    changed();
  });
}

/** A picture that is drawn here: no file is needed for the first try. @returns {Promise<File>} */
async function samplePhoto() {
  const canvas = document.createElement("canvas");
  canvas.width = 1600;
  canvas.height = 1200;
  const context = canvas.getContext("2d");
  if (!context) throw new Error("This browser cannot draw a sample. Choose a file instead.");
  const hue = Math.floor(Math.random() * 360);
  const sky = context.createLinearGradient(0, 0, 0, canvas.height);
  sky.addColorStop(0, `hsl(${hue} 70% 78%)`);
  sky.addColorStop(1, `hsl(${(hue + 60) % 360} 60% 45%)`);
  context.fillStyle = sky;
  context.fillRect(0, 0, canvas.width, canvas.height);
  for (let index = 0; index < 60; index += 1) {
    context.fillStyle = `hsl(${(hue + index * 11) % 360} 75% 60% / 0.5)`;
    context.beginPath();
    context.arc(Math.random() * canvas.width, Math.random() * canvas.height, 30 + Math.random() * 140, 0, 2 * Math.PI);
    context.fill();
  }
  const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", 0.9));
  return new File([blob], "sample.jpg", { type: "image/jpeg" });
}

/** A catalog of new products, some rows of which are wrong. */
function sampleCatalog() {
  const rows = ["sku,name,description,price,currency,stock"];
  for (let row = 1; row <= SAMPLE_ROWS; row += 1) {
    const price = row % WRONG_EVERY === 0 ? "not a price" : `${(row % 90) + 1}.50`;
    rows.push(`SAMPLE-${String(row).padStart(4, "0")},Sample ${row},"Made by the console, row ${row}",${price},EUR,${row % 50}`);
  }
  return new File([`${rows.join("\n")}\n`], "sample.csv", { type: "text/csv" });
}

/** Makes the drop zone and the samples work. */
export function startUploads() {
  const zone = byId("upload-panel");
  byId("sample-photo").addEventListener("click", guarded(async () => upload(await samplePhoto())));
  byId("sample-catalog").addEventListener("click", guarded(() => upload(sampleCatalog())));
  byId("file").addEventListener("change", guarded(async (event) => {
    const input = /** @type {HTMLInputElement} */ (event.target);
    const file = input.files?.[0];
    if (file) await upload(file);
    input.value = "";
  }));
  zone.addEventListener("dragover", (event) => {
    event.preventDefault();
    zone.classList.add("over");
  });
  zone.addEventListener("dragleave", () => zone.classList.remove("over"));
  zone.addEventListener("drop", guarded(async (event) => {
    zone.classList.remove("over");
    const file = event.dataTransfer?.files[0];
    if (file) await upload(file);
  }));
  onRecords((batch) => batch.forEach(follow));
}

/** The name of a product. @param {string} sku */
export const productName = (sku) => shownProducts().find((product) => product.sku === sku)?.name ?? sku;
