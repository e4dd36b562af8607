// Drivers in focus: the one that the page began at, and those put beside it, found by what is typed.
import type cytoscape from "cytoscape";
import { word } from "../waiting";
import { ask, isFull, say } from "./asking";
import { day } from "./dates";
import type { Step } from "./model";
import type { Session } from "./session";
import { fill, isolate } from "./words";

interface Hit {
  id: string;
  key: string;
  label: string;
  birth_date: string | null;
  countries: string[];
}

const APART = 260; // pixels between what is shown and a driver put beside it

// A driver comes into focus, with what is strongest around.
export async function addFocus(session: Session, id: string): Promise<void> {
  const { picture, page } = session;
  const key = picture.things.get(id)?.key ?? id.slice(id.indexOf(":") + 1);
  if (isFull(session)) return;
  const step = await ask<Step>(session, "/explore/add", { key, shown: [...picture.things.keys()] }, word("reading"));
  if (!step) return;
  picture.foci.add(id);
  session.bring(step, id, placeFor(session, id));
  say(session, fill(page.words.put_in, { name: session.nameOf(id) }));
  session.cy.fit(undefined, 30);
  session.select(id);
}

// Where it is, or right of all that is shown.
function placeFor({ cy }: Session, id: string): cytoscape.Position {
  const there = cy.getElementById(id);
  if (there.nonempty()) return { ...there.position() };
  const box = cy.nodes().boundingBox();
  return { x: box.x2 + APART, y: (box.y1 + box.y2) / 2 };
}

export class Foci {
  constructor(private readonly session: Session) {
    const form = session.page.find<HTMLFormElement>("form[data-find]");
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.find(String(new FormData(form).get("text") ?? ""));
    });
  }

  // One chip for each; the one that the page began at stays.
  show(): void {
    const { picture, page } = this.session;
    const chips = [...picture.foci].map((id) => {
      const chip = document.createElement("li");
      chip.dataset.focus = id;
      chip.append(isolate(this.session.nameOf(id)));
      if (id !== picture.focus) chip.append(" ", this.out(id));
      return chip;
    });
    page.find("[data-foci]").replaceChildren(...chips);
  }

  private out(id: string): HTMLElement {
    const { page, picture } = this.session;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "small";
    button.textContent = "×";
    button.setAttribute("aria-label", fill(page.words.take_out, { name: this.session.nameOf(id) }));
    button.addEventListener("click", () => {
      picture.foci.delete(id);
      this.session.draw();
      page.find("[data-add] summary").focus();
    });
    return button;
  }

  private async find(text: string): Promise<void> {
    const found = await ask<{ hits: Hit[]; total: number }>(this.session, "/explore/find", { text }, word("reading"));
    if (!found) return;
    const { page, picture } = this.session;
    const { words } = page;
    const others = found.hits.filter((hit) => !picture.foci.has(hit.id));
    page.find("[data-hits]").replaceChildren(...others.map((hit) => this.offer(hit)));
    const more = found.total > found.hits.length ? fill(words.find_more, { shown: found.hits.length, total: found.total }) : "";
    say(this.session, others.length ? more : words.find_none);
  }

  private offer(hit: Hit): HTMLElement {
    const { page } = this.session;
    const item = document.createElement("li");
    const button = document.createElement("button");
    button.type = "button";
    button.className = "plain";
    button.append(isolate(hit.label));
    const born = hit.birth_date ? [fill(page.words.born, { day: day(hit.birth_date, page.words) })] : [];
    const about = document.createElement("span");
    about.className = "second";
    about.textContent = ` ${[...born, ...hit.countries].join(", ")}`;
    item.append(button, about);
    button.addEventListener("click", () => {
      page.find<HTMLDetailsElement>("[data-add]").open = false;
      page.find("[data-hits]").replaceChildren();
      page.canvas.focus();
      void addFocus(this.session, hit.id);
    });
    return item;
  }
}
