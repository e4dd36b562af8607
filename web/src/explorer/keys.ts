// Keys of the canvas; they act only while it has the focus.
import type cytoscape from "cytoscape";

const TURN: Record<string, [number, number]> = {
  ArrowRight: [1, 0],
  ArrowLeft: [-1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

// The nearest node in a direction: far off the line counts as farther.
export function nearest(cy: cytoscape.Core, from: string | null, key: string): string | null {
  const turn = TURN[key];
  const start = cy.nodes(from ? undefined : ".focus").toArray().find((node) => !from || node.id() === from);
  if (!turn || !start) return null;
  const origin = start.position();
  let best: string | null = null;
  let least = Infinity;
  cy.nodes(":visible").forEach((node) => {
    if (node.id() === start.id()) return;
    const dx = node.position("x") - origin.x;
    const dy = node.position("y") - origin.y;
    const ahead = dx * turn[0] + dy * turn[1];
    if (ahead <= 0) return;
    const aside = Math.abs(dx * turn[1] - dy * turn[0]);
    const cost = ahead + 2 * aside;
    if (cost < least) {
      least = cost;
      best = node.id();
    }
  });
  return best;
}

// The next or previous neighbour along the ties of a node, in the order of their names.
export function along(neighbours: string[], current: string | null, step: 1 | -1): string | null {
  if (!neighbours.length) return null;
  const at = current ? neighbours.indexOf(current) : -1;
  return neighbours[(at + step + neighbours.length) % neighbours.length] ?? null;
}
