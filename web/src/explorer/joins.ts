// What joins the drivers in focus: routes between two of them, or things that several share. The rest is out of sight.
import type cytoscape from "cytoscape";
import { word } from "../waiting";
import { ask, isFull } from "./asking";
import { tell } from "../told";
import type { Step, Thing, Tie } from "./model";
import type { Session } from "./session";
import { fill, filled, how, isolate, type Way } from "./words";

interface Joined extends Step {
  rows: string[][];
  hubs: Thing[];
}

type Spot = cytoscape.Position;

const APART: Spot = { x: 200, y: 90 }; // pixels
const LIMITS: Record<Way, [number, number]> = { route: [2, 2], shared: [2, 50] };

export class Joins {
  private asked = ""; // the way and the drivers that are shown as joined; empty while all links are
  private readonly letIn = new Set<string>(); // hubs
  private joining: string[] = []; // ids of what is listed
  private before: [string, Spot][] | null = null; // where things stood among all links

  constructor(private readonly session: Session) {
    for (const radio of this.radios()) radio.addEventListener("change", () => this.follow());
  }

  // Which ways there are for those who are in focus; where they changed they are joined anew.
  offer(): void {
    const { page, picture } = this.session;
    const count = picture.drivers().length;
    const isGone = this.joining.some((id) => !picture.things.has(id)); // a step was taken back
    for (const radio of this.radios()) {
      const [least, most] = LIMITS[radio.value as Way] ?? [0, Infinity];
      radio.disabled = count < least || count > most;
      if (radio.checked && (radio.disabled || isGone)) this.all().checked = true;
    }
    page.find("[data-ways-hint]").hidden = count >= LIMITS.shared[0];
    this.follow();
  }

  private follow(): void {
    const way = this.way();
    const wanted = way ? JSON.stringify([way, this.session.picture.drivers()]) : "";
    if (wanted === this.asked) return;
    this.asked = wanted;
    this.letIn.clear();
    if (way) void this.join(way);
    else this.show(null);
  }

  private async join(way: Way): Promise<void> {
    const { picture } = this.session;
    const { asked } = this;
    if (isFull(this.session)) return this.all().click();
    const body = { way, people: picture.drivers(), shown: [...picture.things.keys()], let_in: [...this.letIn] };
    const found = await ask<Joined>(this.session, "/explore/join", body, word("reading"));
    if (asked !== this.asked) return; // somebody changed the way meanwhile
    if (found) this.show(found, way);
    else this.all().click();
  }

  private show(found: Joined | null, way?: Way): void {
    const { session } = this;
    const { page, picture } = session;
    page.find("[data-joined]").hidden = !found;
    session.mark([]);
    this.joining = [];
    if (found && way) {
      picture.only = new Set(found.rows.flat());
      session.bring(found, `join ${way}`, this.middle());
      this.before ??= session.spots();
      session.place(way === "route" ? along(found.rows) : between(found.rows, [...picture.foci]));
      this.joining = found.rows.flat();
      this.list(found, way);
    } else {
      picture.only = null;
      session.draw();
      session.place(this.before ?? []);
      this.before = null;
    }
    session.cy.fit(undefined, 30);
  }

  private list(found: Joined, way: Way): void {
    const { page } = this.session;
    const { words } = page;
    const [some, none] = way === "route" ? [words.rows_route, words.no_rows_route] : [words.rows_shared, words.no_rows_shared];
    const told = found.rows.length ? fill(some, { count: found.rows.length }) : none;
    page.find("[data-joined-told]").textContent = told;
    const rows = found.rows.map((row) => this.row(row, way));
    page.find("[data-rows]").replaceChildren(...rows);
    page.find("[data-left-out]").hidden = !found.hubs.length;
    page.find("[data-left-out] ul").replaceChildren(...found.hubs.map((hub) => this.hub(hub)));
    tell([told, rows[0]?.textContent ?? ""].join(" "));
  }

  private row(ids: string[], way: Way): HTMLElement {
    const item = document.createElement("li");
    const button = document.createElement("button");
    button.type = "button";
    button.className = "plain";
    const told = document.createElement("span");
    told.append(...(way === "route" ? this.sentence(ids) : this.holders(ids)));
    button.append(told);
    button.addEventListener("click", () => {
      this.session.select(way === "route" ? (ids[1] ?? null) : (ids[0] ?? null));
      this.session.mark(way === "route" ? pairs(ids) : ids.slice(1).map((who) => [ids[0] ?? "", who]));
    });
    item.append(button);
    return item;
  }

  // Each tie of a route as a clause, from its own side: two who drove a truck both drove it.
  private sentence(ids: string[]): (Node | string)[] {
    const { words } = this.session.page;
    return pairs(ids).flatMap(([one, other], place) => {
      const tie = this.tieBetween(one, other);
      const clause = filled(words.clause, {
        who: this.called(tie?.source ?? one),
        tie: tie ? how(tie, words) : "–",
        what: this.called(tie?.target ?? other),
      });
      return place ? ["; ", ...clause] : clause;
    });
  }

  private holders([thing, ...who]: string[]): (Node | string)[] {
    const { page, picture } = this.session;
    const people = who.flatMap((id, place) => [...(place ? [", "] : []), isolate(this.session.nameOf(id))]);
    const holds = document.createElement("span");
    holds.append(...people);
    const all = picture.drivers().length;
    const others = (picture.things.get(thing ?? "")?.degree ?? who.length) - who.length;
    const parts = filled(page.words.shared, { thing: this.called(thing ?? ""), count: String(who.length), all: String(all), who: holds });
    return others > 0 ? [...parts, " ", fill(page.words.beside, { count: others })] : parts;
  }

  private hub(hub: Thing): HTMLElement {
    const { page } = this.session;
    const item = document.createElement("li");
    const button = document.createElement("button");
    button.type = "button";
    const name = hub.label || hub.detail;
    button.textContent = fill(page.words.include, { name });
    button.addEventListener("click", () => {
      this.letIn.add(hub.id);
      const way = this.way();
      if (way) void this.join(way);
    });
    item.append(`${page.words.kinds[hub.kind] ?? hub.kind} `, isolate(name), ` ${fill(page.words.people, { count: hub.degree ?? "" })} `, button);
    return item;
  }

  private called(id: string): Node {
    const thing = this.session.picture.things.get(id);
    const name = isolate(this.session.nameOf(id));
    if (!thing || thing.kind === "Identity") return name;
    const both = document.createElement("span");
    both.append(`${this.session.page.words.kinds[thing.kind] ?? ""} `, name);
    return both;
  }

  // The strongest, where there are several.
  private tieBetween(one: string, other: string): Tie | undefined {
    const ends = (tie: Tie): boolean =>
      (tie.source === one && tie.target === other) || (tie.source === other && tie.target === one);
    return [...this.session.picture.ties.values()].filter(ends).sort((a, b) => (b.strength ?? -1) - (a.strength ?? -1))[0];
  }

  // The middle of those in focus.
  private middle(): Spot {
    const { cy, picture } = this.session;
    const spots = [...picture.foci].map((id) => cy.getElementById(id)).filter((node) => node.nonempty()).map((node) => node.position());
    const mean = (of: (spot: Spot) => number): number =>
      spots.reduce((sum, spot) => sum + of(spot), 0) / Math.max(spots.length, 1);
    return { x: mean((spot) => spot.x), y: mean((spot) => spot.y) };
  }

  private way(): Way | null {
    const value = [...this.radios()].find((radio) => radio.checked)?.value;
    return value === "route" || value === "shared" ? value : null;
  }

  private radios(): NodeListOf<HTMLInputElement> {
    return this.session.page.all<HTMLInputElement>("[name=way]");
  }

  private all(): HTMLInputElement {
    return this.session.page.find<HTMLInputElement>("[name=way][value=links]");
  }
}

// Routes as lines from left to right, one below the other; what is on several stands where it comes first.
function along(rows: string[][]): [string, Spot][] {
  const longest = Math.max(...rows.map((row) => row.length), 2) - 1;
  const middle = ((rows.length - 1) * APART.y) / 2;
  const spots = new Map<string, Spot>();
  rows.forEach((row, line) =>
    row.forEach((id, place) => {
      const isEnd = place === 0 || place === row.length - 1;
      const x = (place / (row.length - 1)) * longest * APART.x;
      if (!spots.has(id)) spots.set(id, { x, y: isEnd ? middle : line * APART.y });
    }),
  );
  return [...spots];
}

// What is shared stands between those who share it, on either side of it.
function between(rows: string[][], foci: string[]): [string, Spot][] {
  const column = (ids: string[], x: number): [string, Spot][] =>
    ids.map((id, place) => [id, { x, y: (place - (ids.length - 1) / 2) * APART.y }]);
  const sides = [foci.filter((_, place) => place % 2 === 0), foci.filter((_, place) => place % 2 === 1)] as const;
  const things = rows.flatMap((row) => row.slice(0, 1));
  return [...column(sides[0], 0), ...column(things, 2 * APART.x), ...column(sides[1], 4 * APART.x)];
}

function pairs(ids: string[]): [string, string][] {
  return ids.slice(1).map((id, place) => [ids[place] ?? "", id]);
}
