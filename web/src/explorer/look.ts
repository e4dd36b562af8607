// How kinds and ties look: kind is shape and mark and label, colour only says person, thing or event.
import type cytoscape from "cytoscape";

const SHAPES: Record<string, string> = {
  Identity: "ellipse",
  Vehicle: "round-rectangle",
  Carrier: "hexagon",
  Phone: "round-tag",
  Address: "pentagon",
  Port: "triangle",
  Event: "diamond",
};

export function styles(near: Element): cytoscape.StylesheetJson {
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
    { selector: "node.focus", style: { width: 44, height: 44, "border-color": token.text, "border-width": 4 } },
    { selector: "node.pinned", style: { "border-color": token.text, "border-style": "dotted" } },
    { selector: "node.near", style: { "min-zoomed-font-size": 0 } },
    { selector: "node:selected", style: { "border-color": token.focus, "border-width": 5, "font-weight": "bold", "min-zoomed-font-size": 0 } },
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
    {
      selector: "edge.drawn", // a pencil says that a person drew it
      style: { "line-style": "dotted", label: "✎", "font-size": 18, color: token.text, "text-background-color": token.page, "text-background-opacity": 1 },
    },
    { selector: "edge.declared", style: { "line-style": "solid", "line-outline-width": 1.5, "line-outline-color": token.thing, "line-color": token.page } },
    { selector: "edge.directed", style: { "target-arrow-shape": "triangle" } },
    { selector: "edge.outside", style: { opacity: 0.25 } },
    { selector: "edge.along", style: { "line-color": token.focus } },
    { selector: ".aside", style: { opacity: 0.25 } },
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
