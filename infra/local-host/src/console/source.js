// Links from the console to the repository that it was built from.

import { element } from "./dom.js";

/** The file as the local host serves it from the repository. @param {string} path */
export const sourceLink = (path) => `/dev/source/${path.split("#")[0]}`;

/** @param {string | undefined} path @param {string} text */
export const sourceAnchor = (path, text) => path && element("a", { href: sourceLink(path), target: "_blank" }, text);
