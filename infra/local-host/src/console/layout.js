// Lays graphs out with dagre (vendor/dagre.js) and draws them as SVG.

import * as dagre from "./vendor/dagre.js";
import { shape } from "./dom.js";

/** @typedef {{id: string, label: string, width: number, height: number, kind?: string}} GraphNode */
/** @typedef {{from: string, to: string, kind?: string, label?: string}} GraphEdge */
/** @typedef {{x: number, y: number}} Point */
/** @typedef {{width: number, height: number, nodes: Map<string, GraphNode & Point>, edges: (GraphEdge & {points: Point[]})[]}} Laid */

/**
 * @param {GraphNode[]} nodes @param {GraphEdge[]} edges @param {{rankdir: "LR" | "TB", ranksep: number, nodesep: number}} options
 * @returns {Laid}
 */
export function lay(nodes, edges, options) {
  const graph = new dagre.Graph({ multigraph: true });
  graph.setGraph({ ...options, marginx: 8, marginy: 8 });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const node of nodes) graph.setNode(node.id, { ...node });
  for (const edge of edges) graph.setEdge(edge.from, edge.to, {}, edge.kind ?? "");
  dagre.layout(graph);
  const size = graph.graph();
  return {
    width: size.width ?? 0,
    height: size.height ?? 0,
    nodes: new Map(nodes.map((node) => [node.id, graph.node(node.id)])),
    edges: edges.map((edge) => ({ ...edge, points: graph.edge(edge.from, edge.to, edge.kind ?? "").points })),
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

/** The heads of arrows. @param {string} id */
export function arrowHead(id) {
  return shape("defs", {}, shape("marker",
    { id, viewBox: "0 0 8 8", refX: 7, refY: 4, markerWidth: 7, markerHeight: 7, orient: "auto-start-reverse" },
    shape("path", { d: "M0 0L8 4L0 8z", class: "arrow-head" })));
}
