// The panel beside the picture: what is known of the chosen thing and of its ties.
import { day, when } from "./dates";
import type { Picture, Thing, Tie } from "./model";
import type { Page } from "./page";
import { fill, how, isolate, number, type Words } from "./words";

export function showDetail(page: Page, picture: Picture, thing: Thing | undefined, nameOf: (id: string) => string): void {
  page.find("[data-chosen]").hidden = !thing;
  const box = page.find("[data-detail]");
  box.replaceChildren();
  if (!thing) return;
  const { words } = page;
  box.append(heading(thing, words), ...about(thing, words).map(paragraph));
  const list = document.createElement("ul");
  for (const tie of picture.ties.values())
    if (tie.source === thing.id || tie.target === thing.id) list.append(tieItem(tie, thing, words, nameOf));
  box.append(list);
  const link = page.find<HTMLAnchorElement>("[data-open]");
  link.hidden = !thing.href;
  link.href = thing.href ?? "#";
  page.find("[data-do=focus]").hidden = thing.kind !== "Identity" || picture.foci.has(thing.id);
  page.find("[data-do=pin]").setAttribute("aria-pressed", String(picture.pinned.has(thing.id)));
}

function heading(thing: Thing, words: Words): Node {
  const head = document.createElement("h2");
  head.append(`${words.kinds[thing.kind] ?? thing.kind}: `, isolate(thing.label || thing.detail));
  return head;
}

function tieItem(tie: Tie, thing: Thing, words: Words, nameOf: (id: string) => string): Node {
  const item = document.createElement("li");
  const other = isolate(nameOf(tie.source === thing.id ? tie.target : tie.source));
  item.append(`${how(tie, words)}: `, other, ` (${facts(tie, words)})`);
  return item;
}

// A tie without its ends: how, when, how strong and how certain.
export function tellTie(tie: Tie, words: Words): string {
  return `${how(tie, words)} (${facts(tie, words)})`;
}

function facts(tie: Tie, words: Words): string {
  const strength = tie.strength === null ? [] : [`${words.strength} ${number(tie.strength, 2)}`];
  return [when(tie, words), ...strength, words.certainty[tie.certainty]].join(", ");
}

function about(thing: Thing, words: Words): string[] {
  const lines = [];
  if (thing.detail) lines.push(thing.detail);
  if (thing.event_date) lines.push(day(thing.event_date, words));
  if (thing.degree !== null && thing.degree !== undefined)
    lines.push(fill(thing.is_hub ? words.hub : words.people, { count: thing.degree }));
  if (thing.records) lines.push(fill(words.records, { count: thing.records }));
  return lines;
}

function paragraph(line: string): Node {
  const row = document.createElement("p");
  row.textContent = line;
  return row;
}
