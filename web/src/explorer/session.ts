// What is shown and what is chosen: one picture, drawn on the canvas, in the table and in the panel at once.
import type cytoscape from "cytoscape";
import { showDetail } from "./detail";
import { edgeOf, nodeOf, spotsAround } from "./draw";
import { Picture, type Step } from "./model";
import type { Page } from "./page";
import { Period } from "./period";
import { Play } from "./play";
import { Twin } from "./twin";
import { fill } from "./words";

const WARN = 500;

export class Session {
  readonly picture: Picture;
  selected: string | null = null;
  alongTie: string | null = null; // the neighbour that the keys along ties have come to
  onDrawn = (): void => undefined;
  readonly period: Period;
  readonly play: Play;
  private readonly twin: Twin;
  private readonly places = new Map<string, cytoscape.Position>();

  constructor(
    readonly page: Page,
    readonly cy: cytoscape.Core,
  ) {
    const { given, words } = page;
    this.picture = new Picture(given.focus, given.foci);
    this.picture.add(given);
    for (const id of given.hidden ?? []) this.picture.hidden.add(id);
    for (const id of given.pinned ?? []) this.picture.pinned.add(id);
    this.period = new Period(page, () => this.draw());
    this.play = new Play(page, this.period);
    this.twin = new Twin(page.find<HTMLTableSectionElement>("tbody"), words, (id) => this.select(id));
    page.find("[data-seek]").addEventListener("input", () => this.seek());
  }

  // Where things stand, and will stand again once the filters let them through.
  place(spots: Iterable<[string, cytoscape.Position]>): void {
    for (const [id, spot] of spots) {
      this.places.set(id, { ...spot });
      this.cy.getElementById(id).position({ ...spot });
    }
  }

  // What the server brought is drawn; what is new stands around a place.
  bring(step: Step, parent: string, centre: cytoscape.Position): void {
    const added = this.picture.add(step, parent).map((one) => one.id);
    const before = new Set(this.cy.nodes().map((node) => node.id()));
    const alone = added.includes(parent) && !before.has(parent); // such as a driver put beside the others
    this.draw();
    if (alone) this.place([[parent, centre]]);
    const around = added.filter((id) => !before.has(id) && !(alone && id === parent));
    this.place(spotsAround(this.cy, centre, around));
  }

  nameOf(id: string): string {
    const thing = this.picture.things.get(id);
    return thing ? thing.label || thing.detail || this.page.words.kinds[thing.kind] || "" : "";
  }

  // Canvas and table show what the filters let through; nothing that stays is moved, and what comes back is where it was.
  draw(): void {
    const filters = this.page.filters();
    const { things, ties, faded } = this.picture.shown(filters);
    const there = new Set([...things.map((thing) => thing.id), ...ties.map((tie) => tie.id)]);
    const { cy, picture } = this;
    cy.batch(() => {
      cy.nodes().forEach((node) => void this.places.set(node.id(), { ...node.position() }));
      cy.elements().filter((element) => !there.has(element.id())).remove();
      for (const thing of things)
        if (cy.getElementById(thing.id).empty())
          cy.add({ ...nodeOf(thing), position: { ...(this.places.get(thing.id) ?? { x: 0, y: 0 }) } });
      for (const tie of ties) if (cy.getElementById(tie.id).empty()) cy.add(edgeOf(tie));
      for (const tie of ties) cy.getElementById(tie.id).toggleClass("outside", faded.has(tie.id));
      for (const { id } of things)
        cy.getElementById(id).toggleClass("pinned", picture.pinned.has(id)).toggleClass("focus", picture.foci.has(id));
    });
    this.period.show(picture.shown({ ...filters, from: "", to: "" }).ties);
    this.twin.show(things, ties, faded, (id) => this.nameOf(id));
    this.twin.select(this.selected);
    const incidents = new Set(things.filter((thing) => thing.kind === "Event").map((thing) => thing.key));
    this.sum(things.length, ties.length, incidents.size, faded.size);
    this.seek();
    this.onDrawn();
  }

  // The table keeps the rows that hold what is looked for; on the canvas the others step aside.
  seek(): void {
    const { page, cy } = this;
    const text = page.find<HTMLInputElement>("[data-seek]").value.trim();
    const found = this.twin.seek(text);
    const all = this.cy.nodes().length;
    page.find("[data-sought]").textContent = text ? fill(page.words.sought, { shown: found.size, all }) : "";
    cy.nodes().forEach((node) => void node.toggleClass("aside", !found.has(node.id())));
  }

  // The ties between these pairs are marked as the ones that are read.
  mark(pairs: [string, string][]): void {
    this.cy.edges(".along").removeClass("along");
    for (const [one, other] of pairs) this.cy.getElementById(one).edgesWith(this.cy.getElementById(other)).addClass("along");
  }

  select(id: string | null): void {
    this.selected = id && this.picture.things.has(id) ? id : null;
    this.alongTie = null;
    this.cy.elements().unselect();
    this.cy.nodes(".near").removeClass("near");
    if (this.selected) this.cy.getElementById(this.selected).select().neighborhood("node").addClass("near");
    this.twin.select(this.selected);
    this.detail();
  }

  detail(): void {
    const thing = this.selected ? this.picture.things.get(this.selected) : undefined;
    showDetail(this.page, this.picture, thing, (id) => this.nameOf(id));
  }

  toTable(): void {
    if (this.selected) this.twin.focus(this.selected);
  }

  // Where things stand now, and where those stood that are not shown.
  spots(): [string, cytoscape.Position][] {
    const there = this.cy.nodes().map((node): [string, cytoscape.Position] => [node.id(), { ...node.position() }]);
    return [...new Map([...this.places, ...there])];
  }

  // What is kept with a saved view and sent with an export.
  state(): unknown {
    const shown = this.page.filters();
    return {
      focus: this.picture.focus,
      things: [...this.picture.things.keys()],
      positions: Object.fromEntries(this.spots()),
      foci: [...this.picture.foci],
      hidden: [...this.picture.things.keys()].filter((id) => this.picture.isOutOfSight(id)),
      pinned: [...this.picture.pinned],
      filters: { ...shown, kinds: [...shown.kinds] },
    };
  }

  private sum(things: number, ties: number, incidents: number, faded: number): void {
    const { words, canvas } = this.page;
    const line = fill(words.summary, { things, ties, incidents });
    const outside = faded ? ` ${fill(words.faded, { count: faded })}` : "";
    const none = !ties && this.picture.ties.size ? ` ${words.no_ties}` : "";
    this.page.find("[data-summary]").textContent = line + outside + none;
    canvas.setAttribute("aria-label", line);
    this.page.find("[data-warning]").hidden = things < WARN;
    const back = this.page.find("[data-do=unhide]");
    back.hidden = !this.picture.hidden.size;
    back.textContent = fill(words.hidden, { count: this.picture.hidden.size });
  }
}
