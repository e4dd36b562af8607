// Keys of the canvas; they act only while it has the focus.
import type cytoscape from "cytoscape";
import { tell } from "../told";
import { act } from "./actions";
import type { Session } from "./session";

const TURN: Record<string, [number, number]> = {
  ArrowRight: [1, 0],
  ArrowLeft: [-1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

const LETTERS: Record<string, string> = {
  e: "expand",
  c: "collapse",
  h: "hide",
  p: "pin",
  f: "fit",
  u: "undo",
  "+": "zoom in",
  "=": "zoom in",
  "-": "zoom out",
};

export function onKey(session: Session, event: KeyboardEvent): void {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const { key } = event;
  if (key === "[" || key === "]") {
    walk(session, key === "]" ? 1 : -1);
    return event.preventDefault();
  }
  const letter = LETTERS[key];
  if (letter) act(session, letter);
  else if (key.startsWith("Arrow")) turn(session, key);
  else if (key === "Enter") enter(session);
  else if (key === "t" && session.selected) session.toTable();
  else if (key === "Escape") session.select(session.picture.focus);
  else return;
  event.preventDefault();
  if (session.selected) tell(session.nameOf(session.selected));
}

function turn(session: Session, key: string): void {
  const next = nearest(session.cy, session.selected, key);
  if (next) session.select(next);
}

function walk(session: Session, step: 1 | -1): void {
  const { cy, picture, selected } = session;
  const around = selected ? picture.neighbours(selected).filter((id) => cy.getElementById(id).nonempty()) : [];
  around.sort((a, b) => session.nameOf(a).localeCompare(session.nameOf(b), document.documentElement.lang));
  session.alongTie = along(around, session.alongTie, step);
  if (session.alongTie) tell(session.nameOf(session.alongTie));
}

function enter(session: Session): void {
  if (session.alongTie) session.select(session.alongTie);
  const panel = session.page.find("[data-detail]");
  panel.tabIndex = -1;
  panel.focus();
}

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
