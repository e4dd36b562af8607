// The explorer: one picture as a canvas and as a table, with one selection, one set of filters and one way back.
import cytoscape from "cytoscape";
import { act } from "./explorer/actions";
import { tellTie } from "./explorer/detail";
import { layOut, makeCanvas } from "./explorer/draw";
import { expand } from "./explorer/expand";
import { Foci } from "./explorer/foci";
import { Joins } from "./explorer/joins";
import { onKey } from "./explorer/keys";
import { Page } from "./explorer/page";
import { Session } from "./explorer/session";

async function open(root: HTMLElement): Promise<void> {
  const page = new Page(root);
  // Labels are measured once: with the font that they will be drawn in.
  await Promise.all(["13px", "bold 13px"].map((font) => document.fonts.load(`${font} "Source Sans 3 Variable"`)));
  const cy = canDraw() ? makeCanvas(page.find(".drawing")) : cytoscape({ headless: true, styleEnabled: true });
  page.find("[data-no-picture]").hidden = !!cy.container();
  Object.assign(window, { crosslane: { cy } }); // tests compare canvas and table through it; axe cannot see a canvas
  const session = new Session(page, cy);
  const foci = new Foci(session);
  const joins = new Joins(session);
  session.onDrawn = () => {
    foci.show();
    joins.offer();
  };
  session.draw();
  arrange(session);
  session.select(page.given.focus);
  wire(session);
  root.dataset.ready = "yes";
}

// Where a saved view has places they are kept; otherwise the picture is laid out once.
function arrange(session: Session): void {
  const { cy, page } = session;
  const places = Object.entries(page.given.positions ?? {});
  if (places.length) {
    session.place(places);
    cy.fit(undefined, 30);
    return;
  }
  const started = performance.now();
  layOut(cy);
  page.root.dataset.laidOut = String(Math.round(performance.now() - started)); // milliseconds, for whoever measures
}

function wire(session: Session): void {
  const { cy, page } = session;
  cy.on("tap", "node", (event) => session.select((event.target as cytoscape.NodeSingular).id()));
  cy.on("dbltap", "node", (event) => void expand(session, (event.target as cytoscape.NodeSingular).id()));
  cy.on("mouseover", "edge", (event) => point(session, (event.target as cytoscape.EdgeSingular).id()));
  cy.on("mouseout", "edge", () => page.canvas.removeAttribute("title"));
  for (const control of page.all("[data-filter]")) control.addEventListener("change", () => session.draw());
  for (const button of page.all<HTMLButtonElement>("[data-do]"))
    button.addEventListener("click", () => act(session, button.dataset.do ?? ""));
  page.canvas.addEventListener("keydown", (event) => onKey(session, event));
  // From the details and from the table Escape leads back to the picture, with the same thing chosen.
  for (const beside of page.all("aside, table"))
    beside.addEventListener("keydown", (event) => {
      if (event.key === "Escape") page.canvas.focus();
    });
  page.find("form[data-expand]").addEventListener("submit", (event) => {
    event.preventDefault();
    if (session.selected) void expand(session, session.selected, new FormData(event.target as HTMLFormElement));
  });
  for (const form of page.all("form[data-save], form[data-export]"))
    form.addEventListener("submit", () => {
      const field = form.querySelector<HTMLInputElement>("[name=state]");
      if (field) field.value = JSON.stringify(session.state());
    });
}

// What the pointer is on; the panel and the table say it too.
function point({ page, picture }: Session, id: string): void {
  const tie = picture.ties.get(id);
  if (tie) page.canvas.title = tellTie(tie, page.words);
}

// Without a canvas the table is all there is, and enough.
function canDraw(): boolean {
  return !!document.createElement("canvas").getContext("2d");
}

const place = document.querySelector<HTMLElement>("[data-explorer]");
if (place) void open(place);
