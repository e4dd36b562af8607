// What the canvas is given to draw, and where it stands.
import cytoscape from "cytoscape";
import fcose from "cytoscape-fcose";
import type { Thing, Tie } from "./model";
import { word } from "../waiting";
import { width } from "./model";
import { styles } from "./look";
import { fill } from "./words";

cytoscape.use(fcose);

export const MARKS: Record<string, string> = {
  Identity: "Dr",
  Vehicle: "Tk",
  Carrier: "Ca",
  Phone: "Ph",
  Address: "Ad",
  Port: "Po",
  Event: "Ev",
};
const BARS: Record<string, string> = { routine: "▮▯▯", look: "▮▮▯", "look first": "▮▮▮" };
const LETTERS = 24;
const DRAFT_FROM = 300; // nodes above which the layout is drawn in draft quality

export function makeCanvas(container: HTMLElement): cytoscape.Core {
  const cy = cytoscape({
    container,
    elements: [],
    minZoom: 0.1,
    maxZoom: 4,
    boxSelectionEnabled: false,
    style: styles(container),
  });
  const restyle = (): void => void cy.style(styles(container));
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", restyle);
  new MutationObserver(restyle).observe(document.documentElement, { attributeFilter: ["data-theme"] });
  return cy;
}

export function nodeOf(thing: Thing): cytoscape.ElementDefinition {
  const whole = thing.label || thing.detail;
  const short = [...whole].length > LETTERS ? `${[...whole].slice(0, LETTERS).join("")}…` : whole;
  const more = thing.is_hub && thing.degree ? `\n${fill(word("more"), { count: thing.degree })}` : "";
  const band = thing.band ? ` ${BARS[thing.band] ?? ""}` : "";
  return {
    group: "nodes",
    data: {
      id: thing.id,
      kind: thing.kind,
      mark: MARKS[thing.kind] ?? "",
      label: `${MARKS[thing.kind] ?? ""} ${isolated(short)}${band}${more}`,
      size: thing.kind === "Identity" ? 36 : thing.kind === "Event" ? 24 : 28,
    },
    classes: `${groupOf(thing.kind)} ${thing.is_hub ? "hub" : ""}`,
  };
}

export function edgeOf(tie: Tie): cytoscape.ElementDefinition {
  return {
    group: "edges",
    data: { id: tie.id, source: tie.source, target: tie.target, width: width(tie.strength) },
    classes: `${tie.certainty} ${tie.kind === "SUCCEEDS" ? "directed" : ""}`,
  };
}

// A whole new layout; only for the first picture, since what a person knows the place of must not move.
export function layOut(cy: cytoscape.Core): void {
  const quality = cy.nodes().length > DRAFT_FROM ? "draft" : "default";
  cy.layout({
    name: "fcose",
    quality,
    animate: false,
    randomize: true,
    nodeDimensionsIncludeLabels: true,
    idealEdgeLength: 80,
    nodeSeparation: 75,
    padding: 30,
  } as unknown as cytoscape.LayoutOptions).run();
}

// New things stand in rings around a place, such as that of the one they came from; nothing else moves.
export function spotsAround(cy: cytoscape.Core, centre: cytoscape.Position, added: string[]): Map<string, cytoscape.Position> {
  const spots = new Map<string, cytoscape.Position>();
  const taken = cy.nodes().toArray().filter((node) => !added.includes(node.id())).map((node) => node.position());
  let ring = 0;
  let left = [...added];
  while (left.length) {
    const radius = 110 + ring * 70;
    const room = Math.max(6, Math.floor((2 * Math.PI * radius) / 70));
    for (let place = 0; place < room && left.length; place++) {
      const angle = (2 * Math.PI * place) / room + ring * 0.35;
      const spot = { x: centre.x + radius * Math.cos(angle), y: centre.y + radius * Math.sin(angle) };
      if (ring < 12 && taken.some((other) => Math.hypot(other.x - spot.x, other.y - spot.y) < 48)) continue;
      const id = left.shift();
      if (id) spots.set(id, spot);
      taken.push(spot);
    }
    ring += 1;
  }
  return spots;
}

// A name written from right to left would turn the marks around it; others need no isolates, which not every font has.
function isolated(name: string): string {
  return /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/.test(name) ? `\u2068${name}\u2069` : name;
}

function groupOf(kind: string): string {
  return kind === "Identity" ? "person" : kind === "Event" ? "event" : "thing";
}
