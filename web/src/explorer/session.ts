// What is shown and what is chosen: one picture, drawn on the canvas, in the table and in the panel at once.
import type cytoscape from "cytoscape";
import { showDetail } from "./detail";
import { edgeOf, nodeOf } from "./draw";
import { Picture } from "./model";
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
  readonly period: Period;
  readonly play: Play;
  private readonly twin: Twin;
  private readonly places = new Map<string, cytoscape.Position>();

  constructor(
    readonly page: Page,
    readonly cy: cytoscape.Core,
  ) {
    const { given, words } = page;
    this.picture = new Picture(given.focus);
    this.picture.add(given);
    for (const id of given.hidden ?? []) this.picture.hidden.add(id);
    for (const id of given.pinned ?? []) this.picture.pinned.add(id);
    this.period = new Period(page, () => this.draw());
    this.play = new Play(page, this.period);
    this.twin = new Twin(page.find<HTMLTableSectionElement>("tbody"), words, (id) => this.select(id));
  }

  // Where things stand, and will stand again once the filters let them through.
  place(spots: Iterable<[string, cytoscape.Position]>): void {
    for (const [id, spot] of spots) {
      this.places.set(id, { ...spot });
      this.cy.getElementById(id).position({ ...spot });
    }
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
          cy.add({ ...nodeOf(thing, picture.focus), position: { ...(this.places.get(thing.id) ?? { x: 0, y: 0 }) } });
      for (const tie of ties) if (cy.getElementById(tie.id).empty()) cy.add(edgeOf(tie));
      for (const tie of ties) cy.getElementById(tie.id).toggleClass("outside", faded.has(tie.id));
      for (const thing of things) cy.getElementById(thing.id).toggleClass("pinned", picture.pinned.has(thing.id));
    });
    this.period.show(picture.shown({ ...filters, from: "", to: "" }).ties);
    this.twin.show(things, ties, faded, (id) => this.nameOf(id));
    this.twin.select(this.selected);
    const incidents = new Set(things.filter((thing) => thing.kind === "Event").map((thing) => thing.key));
    this.sum(things.length, ties.length, incidents.size, faded.size);
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

  // What is kept with a saved view and sent with an export.
  state(): unknown {
    const shown = this.page.filters();
    return {
      focus: this.picture.focus,
      things: [...this.picture.things.keys()],
      positions: Object.fromEntries([...this.places, ...this.cy.nodes().map((node) => [node.id(), node.position()] as const)]),
      hidden: [...this.picture.hidden],
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
  }
}
