// Lays graphs out with dagre (vendor/dagre.js) and draws them as SVG.

import * as dagre from "./vendor/dagre.js";
import { shape } from "./dom.js";

/** @typedef {{id: string, label: string, width: number, height: number, kind?: string}} GraphNode */
/** @typedef {{from: string, to: string, kind?: string, label?: string}} GraphEdge */
/** @typedef {{x: number, y: number}} Point */
/** @typedef {{width: number, height: number, nodes: Map<string, GraphNode & Point>, edges: (GraphEdge & {points: Point[]})[]}} Laid */

/** The name of an edge without a kind: dagre loses edges whose name is empty. */
const NEXT = "next";

/**
 * @param {GraphNode[]} nodes @param {GraphEdge[]} edges @param {{rankdir: "LR" | "TB", ranksep: number, nodesep: number}} options
 * @returns {Laid}
 */
export function lay(nodes, edges, options) {
  const graph = new dagre.Graph({ multigraph: true });
  graph.setGraph({ ...options, marginx: 8, marginy: 8 });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const node of nodes) graph.setNode(node.id, { ...node });
  for (const edge of edges) graph.setEdge(edge.from, edge.to, {}, edge.kind ?? NEXT);
  dagre.layout(graph);
  const size = graph.graph();
  return {
    width: size.width ?? 0,
    height: size.height ?? 0,
    nodes: new Map(nodes.map((node) => [node.id, graph.node(node.id)])),
    edges: edges.map((edge) => ({ ...edge, points: graph.edge(edge.from, edge.to, edge.kind ?? NEXT).points })),
  };
}

/** A smooth line through the points of an edge. @param {Point[]} points */
export function pathOf(points) {
  const [first, ...rest] = points;
  if (!first) return "";
  let path = `M${first.x.toFixed(1)} ${first.y.toFixed(1)}`;
  for (let index = 0; index < rest.length - 1; index += 1) {
    const control = /** @type {Point} */ (rest[index]);
    const next = /** @type {Point} */ (rest[index + 1]);
    const isLast = index === rest.length - 2;
    const end = isLast ? next : { x: (control.x + next.x) / 2, y: (control.y + next.y) / 2 };
    path += `Q${control.x.toFixed(1)} ${control.y.toFixed(1)} ${end.x.toFixed(1)} ${end.y.toFixed(1)}`;
  }
  const only = rest.length === 1 ? rest[0] : undefined;
  return only ? `${path}L${only.x.toFixed(1)} ${only.y.toFixed(1)}` : path;
}

/** A curve between two nodes, from the side of one to the near side of the other. @param {any} from @param {any} to */
export function curve(from, to) {
  const direction = to.x >= from.x ? 1 : -1;
  const start = { x: from.x + (direction * from.width) / 2, y: from.y };
  const end = { x: to.x - (direction * to.width) / 2, y: to.y };
  const bend = Math.max(30, Math.abs(end.x - start.x) / 3);
  if (Math.abs(to.x - from.x) < from.width) {
    const side = from.x + from.width / 2;
    return `M${side} ${from.y}C${side + 40} ${from.y} ${side + 40} ${to.y} ${to.x + to.width / 2} ${to.y}`;
  }
  return `M${start.x} ${start.y}C${start.x + direction * bend} ${start.y} ${end.x - direction * bend} ${end.y} ${end.x} ${end.y}`;
}

/** The heads of arrows. @param {string} id */
export function arrowHead(id) {
  return shape("defs", {}, shape("marker",
    { id, viewBox: "0 0 8 8", refX: 7, refY: 4, markerWidth: 7, markerHeight: 7, orient: "auto-start-reverse" },
    shape("path", { d: "M0 0L8 4L0 8z", class: "arrow-head" })));
}
