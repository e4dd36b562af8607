// How the picture is drawn: kind is shape and mark and label, colour only says person, thing or event.
import cytoscape from "cytoscape";
import fcose from "cytoscape-fcose";
import type { Thing, Tie } from "./model";
import { word } from "../waiting";
import { width } from "./model";

cytoscape.use(fcose);

const SHAPES: Record<string, string> = {
  Identity: "ellipse",
  Vehicle: "round-rectangle",
  Carrier: "hexagon",
  Phone: "round-tag",
  Address: "pentagon",
  Port: "triangle",
  Event: "diamond",
};
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

export function nodeOf(thing: Thing, focus: string): cytoscape.ElementDefinition {
  const whole = thing.label || thing.detail;
  const short = [...whole].length > LETTERS ? `${[...whole].slice(0, LETTERS).join("")}…` : whole;
  const more = thing.is_hub && thing.degree ? `\n${word("more").replace("{count}", thing.degree.toLocaleString(document.documentElement.lang))}` : "";
  const band = thing.band ? ` ${BARS[thing.band] ?? ""}` : "";
  return {
    group: "nodes",
    data: {
      id: thing.id,
      kind: thing.kind,
      mark: MARKS[thing.kind] ?? "",
      label: `${MARKS[thing.kind] ?? ""} ${isolated(short)}${band}${more}`,
      size: thing.id === focus ? 44 : thing.kind === "Identity" ? 36 : thing.kind === "Event" ? 24 : 28,
    },
    classes: [groupOf(thing.kind), thing.is_hub ? "hub" : "", thing.id === focus ? "focus" : ""].join(" "),
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

// New things stand in rings around the one they came from; nothing else moves.
export function placeAround(cy: cytoscape.Core, parent: string, added: string[]): void {
  const centre = cy.getElementById(parent).position();
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
      if (id) cy.getElementById(id).position(spot);
      taken.push(spot);
    }
    ring += 1;
  }
}

// A name written from right to left would turn the marks around it; others need no isolates, which not every font has.
function isolated(name: string): string {
  return /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/.test(name) ? `\u2068${name}\u2069` : name;
}

function groupOf(kind: string): string {
  return kind === "Identity" ? "person" : kind === "Event" ? "event" : "thing";
}

function styles(near: Element): cytoscape.StylesheetJson {
  const token = tokensOf(near);
  return [
    {
      selector: "node",
      style: {
        label: "data(label)",
        width: "data(size)",
        height: "data(size)",
        shape: ((node: cytoscape.NodeSingular) => SHAPES[node.data("kind") as string] ?? "ellipse") as never,
        "font-family": token.font,
        "font-size": 13,
        color: token.text,
        "text-wrap": "wrap",
        "text-max-width": "130px",
        "text-valign": "bottom",
        "text-margin-y": 5,
        "text-background-color": token.page,
        "text-background-opacity": 0.8,
        "text-background-padding": "1px",
        "min-zoomed-font-size": 9,
        "border-width": 2,
      },
    },
    { selector: "node.person", style: { "background-color": token.driver, "border-color": token.driver } },
    { selector: "node.event", style: { "background-color": token.event, "border-color": token.event } },
    { selector: "node.thing", style: { "background-color": token.page, "border-color": token.thing } },
    { selector: "node.hub", style: { "border-width": 5, "border-style": "double" } },
    { selector: "node.focus", style: { "border-color": token.text, "border-width": 4 } },
    { selector: "node.pinned", style: { "border-color": token.text, "border-style": "dotted" } },
    { selector: "node:selected", style: { "border-color": token.focus, "border-width": 5, "font-weight": "bold" } },
    {
      selector: "edge",
      style: {
        width: "data(width)",
        "line-color": token.thing,
        "curve-style": "bezier",
        "target-arrow-color": token.thing,
      },
    },
    { selector: "edge.possible", style: { "line-style": "dashed" } },
    { selector: "edge.drawn", style: { "line-style": "dotted" } },
    { selector: "edge.declared", style: { "line-style": "solid", "line-outline-width": 1.5, "line-outline-color": token.thing, "line-color": token.page } },
    { selector: "edge.directed", style: { "target-arrow-shape": "triangle" } },
    { selector: "edge.outside", style: { opacity: 0.25 } },
    { selector: "edge:selected", style: { "line-color": token.focus } },
  ] as cytoscape.StylesheetJson;
}

function tokensOf(near: Element): Record<"text" | "page" | "driver" | "thing" | "event" | "focus" | "font", string> {
  const root = getComputedStyle(document.documentElement);
  const probe = document.createElement("span");
  probe.hidden = true;
  near.append(probe);
  const colour = (name: string): string => {
    probe.style.color = `var(${name})`; // worked out for the mode in force
    return getComputedStyle(probe).color;
  };
  const found = {
    text: colour("--text"),
    page: colour("--page"),
    driver: colour("--graph-driver"),
    thing: colour("--graph-thing"),
    event: colour("--graph-event"),
    focus: colour("--focus"),
    font: root.getPropertyValue("--font").trim() || "sans-serif",
  };
  probe.remove();
  return found;
}
