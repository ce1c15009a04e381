// Each photo beside its thumbnails, with bytes and milliseconds.

import { ask, sameOrigin } from "./api.js";
import { element } from "./dom.js";
import { bytes, duration } from "./format.js";
import { records } from "./stream.js";
import { uploads } from "./uploads.js";

const OBJECTS_READ = 200;
const PHOTOS_SHOWN = 10;

/** @param {string} sku the product whose photos are shown; all without one @returns {Promise<Node[]>} */
export async function picturesView(sku) {
  const [originals, thumbnails] = await Promise.all(["uploads", "thumbnails"].map(async (bucket) =>
    (await ask(`/dev/buckets/${bucket}?limit=${OBJECTS_READ}`)).objects));
  const photos = originals.filter((/** @type {any} */ one) => one.key.startsWith(sku ? `photos/${sku}/` : "photos/")).slice(0, PHOTOS_SHOWN);
  return [
    element("h2", {}, "Pictures"),
    element("p", {}, "The browser puts the original straight into a bucket. The bucket's event waits in a queue, and one invocation makes every size."),
    ...photos.map((/** @type {any} */ photo) => row(photo, thumbnails)),
    photos.length === 0 && element("p", { class: "empty" }, "No photo yet. Use “Sample photo” on the stage."),
  ].filter((node) => node instanceof Node);
}

/** @param {any} photo @param {any[]} thumbnails */
function row(photo, thumbnails) {
  const [, sku, upload] = photo.key.split("/");
  const sizes = thumbnails.filter((one) => one.key.startsWith(`${sku}/${upload}/`))
    .sort((a, b) => sizeOf(a) - sizeOf(b));
  const story = uploads.find((one) => one.id === upload)?.story;
  const made = records.find((record) => record.kind === "invocation_ended" && record.function === "thumbnailer" && record.story === story && story);
  return element("section", { class: "card", "data-key": photo.key },
    element("h3", {}, sku, " ", element("small", {}, made ? `all sizes in ${duration(made.duration_ms)}` : "")),
    element("div", { class: "pictures" }, figure(photo, "original"), ...sizes.map((one) => figure(one, `${sizeOf(one)} px`))),
    sizes.length === 0 && element("p", { class: "soft" }, "Its thumbnails do not exist yet, or the photo was rejected."));
}

/** @param {any} object */
const sizeOf = (object) => Number(/(\d+)\.\w+$/.exec(object.key)?.[1] ?? 0);

/** @param {any} object @param {string} label */
function figure(object, label) {
  return element("figure", {}, element("img", { src: object.url ? sameOrigin(object.url) : undefined, alt: `${label} of ${object.key}`, loading: "lazy" }),
    element("figcaption", {}, element("strong", {}, label), ` ${bytes(object.bytes)}`));
}
