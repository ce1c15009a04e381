// The part of dagre that the console uses.

export class Graph {
  constructor(options?: { multigraph?: boolean });
  setGraph(label: object): void;
  setDefaultEdgeLabel(label: () => object): void;
  setNode(id: string, label: object): void;
  setEdge(from: string, to: string, label: object, name?: string): void;
  graph(): { width?: number; height?: number };
  node(id: string): any;
  edge(from: string, to: string, name?: string): any;
}
export function layout(graph: Graph): void;
