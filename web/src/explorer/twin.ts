// The same things as a table: sortable, with the same selection, for the keyboard, a reader and a printer.
import { when } from "./dates";
import type { Thing, Tie } from "./model";
import { how, isolate, number, type Words } from "./words";

export class Twin {
  constructor(
    private readonly body: HTMLTableSectionElement,
    private readonly words: Words,
    onSelect: (id: string) => void,
  ) {
    body.addEventListener("click", (event) => {
      const row = (event.target as Element).closest<HTMLTableRowElement>("tr[data-id]");
      if (row?.dataset.id && !(event.target as Element).closest("a")) onSelect(row.dataset.id);
    });
  }

  show(things: Thing[], ties: Tie[], faded: Set<string>, nameOf: (id: string) => string): void {
    const rows = things.map((thing) => {
      const mine = ties.filter((tie) => tie.source === thing.id || tie.target === thing.id);
      return this.row(thing, mine, faded, nameOf);
    });
    const at = [...this.body.rows].find((row) => row.contains(document.activeElement))?.dataset.id;
    this.body.replaceChildren(...this.inOrder(rows));
    if (at) this.focus(at);
  }

  // Who sorted the table finds it sorted still; what is new stands below, and then it is not sorted any more.
  private inOrder(rows: HTMLTableRowElement[]): HTMLTableRowElement[] {
    const head = this.body.parentElement?.querySelector("th[aria-sort]");
    if (!head) return rows;
    const places = new Map([...this.body.rows].map((row, place) => [row.dataset.id, place]));
    const place = (row: HTMLTableRowElement): number => places.get(row.dataset.id) ?? places.size;
    if (rows.some((row) => !places.has(row.dataset.id))) head.removeAttribute("aria-sort");
    return rows.sort((a, b) => place(a) - place(b));
  }

  // Rows that hold every word stay; the ids of all that stay.
  seek(text: string): Set<string> {
    const wanted = plain(text).split(/\s+/).filter((word) => word);
    const found = new Set<string>();
    for (const row of this.body.rows) {
      const held = wanted.length ? plain(row.textContent ?? "") : ""; // Play draws often, and mostly nothing is sought
      row.hidden = !wanted.every((word) => held.includes(word));
      if (!row.hidden && row.dataset.id) found.add(row.dataset.id);
    }
    return found;
  }

  select(id: string | null): void {
    for (const row of this.body.rows) row.setAttribute("aria-selected", String(row.dataset.id === id));
  }

  focus(id: string): void {
    for (const row of this.body.rows) if (row.dataset.id === id) row.querySelector("button")?.focus();
  }

  private row(thing: Thing, ties: Tie[], faded: Set<string>, nameOf: (id: string) => string): HTMLTableRowElement {
    const row = document.createElement("tr");
    row.dataset.id = thing.id;
    row.dataset.ties = String(ties.length);
    const dated = [...ties].sort((a, b) => ((seen(a) || "9") < (seen(b) || "9") ? -1 : 1));
    const spans = dated.map((tie) => when(tie, this.words)).filter(unique);
    const strongest = Math.max(...ties.map((tie) => tie.strength ?? -1));
    const cells: (string | Node)[] = [
      this.words.kinds[thing.kind] ?? thing.kind,
      this.name(thing),
      list(ties.map((tie) => nameOf(tie.source === thing.id ? tie.target : tie.source)).filter(unique)),
      list(ties.map((tie) => how(tie, this.words)).filter(unique)),
      spans.slice(0, 3).join("; ") + (spans.length > 3 ? " …" : ""),
      strongest >= 0 ? number(strongest, 2) : "",
      list(ties.map((tie) => this.words.certainty[tie.certainty] + (faded.has(tie.id) ? `, ${this.words.outside}` : "")).filter(unique)),
    ];
    cells.forEach((content, index) => {
      const cell = document.createElement(index === 1 ? "th" : "td");
      if (index === 1) (cell as HTMLTableCellElement).scope = "row";
      if (index === 4) cell.dataset.value = dated.map(seen).find((value) => value) ?? ""; // days in words have no order
      if (index === 5) {
        cell.className = "number";
        cell.dataset.value = String(strongest); // written with the decimal mark of the language
      }
      cell.append(content);
      row.append(cell);
    });
    return row;
  }

  private name(thing: Thing): Node {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "plain";
    button.append(isolate(thing.label || thing.detail || thing.kind));
    if (thing.kind === "Vehicle" && thing.detail) button.append(` ${thing.detail}`);
    return button;
  }
}

// Without case and accents, as people type who look for a name.
function plain(text: string): string {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
}

function seen(tie: Tie): string {
  return tie.first ?? tie.last ?? "";
}

function unique<T>(value: T, index: number, all: T[]): boolean {
  return all.indexOf(value) === index;
}

function list(values: string[]): Node {
  const shown = document.createElement("span");
  values.slice(0, 6).forEach((value, index) => {
    if (index) shown.append(", ");
    shown.append(isolate(value));
  });
  if (values.length > 6) shown.append(` +${values.length - 6}`);
  return shown;
}
