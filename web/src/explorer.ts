// The explorer: one picture as a canvas and as a table, with one selection, one set of filters and one way back.
import cytoscape from "cytoscape";
import { along, nearest } from "./explorer/keys";
import { edgeOf, layOut, makeCanvas, MARKS, nodeOf, placeAround } from "./explorer/draw";
import type { Filters, Step, Thing } from "./explorer/model";
import { Picture } from "./explorer/model";
import { Twin, type Words } from "./explorer/twin";
import { Refused, send } from "./sending";
import { tell } from "./told";
import { waiting, word } from "./waiting";

interface Given extends Step {
  focus: string;
  near: number;
  shown: number;
  positions?: Record<string, { x: number; y: number }>;
  hidden?: string[];
  pinned?: string[];
}

interface Answer extends Step {
  brought: number;
  left: Record<string, number>;
  hidden: number;
}

const WARN = 500;
const STOP = 1500;

async function open(root: HTMLElement): Promise<void> {
  const find = <T extends Element = HTMLElement>(selector: string): T => {
    const found = root.querySelector<T>(selector);
    if (!found) throw new Error(`the page lacks ${selector}`);
    return found;
  };
  const words = JSON.parse(find("#explorer-words").textContent ?? "{}") as Words & Record<string, string>;
  const given = JSON.parse(find("#explorer-data").textContent ?? "{}") as Given;
  const picture = new Picture(given.focus);
  picture.add(given);
  for (const id of given.hidden ?? []) picture.hidden.add(id);
  for (const id of given.pinned ?? []) picture.pinned.add(id);
  const canvas = find(".canvas");
  // Labels are measured once: with the font that they will be drawn in.
  await Promise.all(["13px", "bold 13px"].map((font) => document.fonts.load(`${font} "Source Sans 3 Variable"`)));
  const cy = canDraw() ? makeCanvas(find(".drawing")) : cytoscape({ headless: true, styleEnabled: true });
  find("[data-no-picture]").hidden = !!cy.container();
  Object.assign(window, { crosslane: { cy } }); // tests compare canvas and table through it; axe cannot see a canvas
  let selected: string | null = null;
  let along_: string | null = null;
  const twin = new Twin(find<HTMLTableSectionElement>("tbody"), words, (id) => select(id));

  draw();
  if (given.positions && Object.keys(given.positions).length) {
    for (const [id, spot] of Object.entries(given.positions)) cy.getElementById(id).position(spot);
    cy.fit(undefined, 30);
  } else {
    const started = performance.now();
    layOut(cy);
    root.dataset.laidOut = String(Math.round(performance.now() - started)); // milliseconds, for whoever measures
  }
  select(given.focus);
  root.dataset.ready = "yes";

  cy.on("tap", "node", (event) => select((event.target as cytoscape.NodeSingular).id()));
  cy.on("dbltap", "node", (event) => void expand((event.target as cytoscape.NodeSingular).id()));
  for (const control of root.querySelectorAll("[data-filter]")) control.addEventListener("change", () => draw());
  for (const button of root.querySelectorAll<HTMLButtonElement>("[data-do]"))
    button.addEventListener("click", () => act(button.dataset.do ?? ""));
  canvas.addEventListener("keydown", onKey);
  // From the details and from the table Escape leads back to the picture, with the same thing chosen.
  for (const beside of root.querySelectorAll<HTMLElement>("aside, table"))
    beside.addEventListener("keydown", (event) => {
      if (event.key === "Escape") canvas.focus();
    });
  find("form[data-expand]").addEventListener("submit", (event) => {
    event.preventDefault();
    if (selected) void expand(selected, new FormData(event.target as HTMLFormElement));
  });
  find("form[data-save]").addEventListener("submit", () => {
    find<HTMLInputElement>("form[data-save] [name=state]").value = JSON.stringify(state());
  });
  for (const form of root.querySelectorAll("form[data-export]"))
    form.addEventListener("submit", () => {
      const field = form.querySelector<HTMLInputElement>("[name=state]");
      if (field) field.value = JSON.stringify(state());
    });

  function filters(): Filters {
    const checked = [...root.querySelectorAll<HTMLInputElement>("[data-filter=kind]:checked")].map((box) => box.value);
    return {
      kinds: new Set(checked),
      least: Number(find<HTMLSelectElement>("[data-filter=least]").value),
      possible: find<HTMLInputElement>("[data-filter=possible]").checked,
      from: find<HTMLInputElement>("[data-filter=from]").value,
      to: find<HTMLInputElement>("[data-filter=to]").value,
    };
  }

  function nameOf(id: string): string {
    const thing = picture.things.get(id);
    return thing ? thing.label || thing.detail || words.kinds[thing.kind] || "" : "";
  }

  // Canvas and table show what the filters let through; nothing that stays is moved.
  function draw(): void {
    const { things, ties, faded } = picture.shown(filters());
    const there = new Set([...things.map((thing) => thing.id), ...ties.map((tie) => tie.id)]);
    cy.batch(() => {
      cy.elements().filter((element) => !there.has(element.id())).remove();
      for (const thing of things) if (cy.getElementById(thing.id).empty()) cy.add(nodeOf(thing, given.focus));
      for (const tie of ties) if (cy.getElementById(tie.id).empty()) cy.add(edgeOf(tie));
      for (const tie of ties) cy.getElementById(tie.id).toggleClass("outside", faded.has(tie.id));
      for (const thing of things) cy.getElementById(thing.id).toggleClass("pinned", picture.pinned.has(thing.id));
    });
    twin.show(things, ties, faded, nameOf);
    twin.select(selected);
    const incidents = new Set(things.filter((thing) => thing.kind === "Event").map((thing) => thing.key));
    const line = fill(words.summary, { things: things.length, ties: ties.length, incidents: incidents.size });
    const outside = faded.size ? ` ${fill(words.faded, { count: faded.size })}` : "";
    const none = !ties.length && picture.ties.size ? ` ${words.no_ties}` : "";
    find("[data-summary]").textContent = line + outside + none;
    canvas.setAttribute("aria-label", line);
    find("[data-warning]").hidden = things.length < WARN;
  }

  function select(id: string | null): void {
    selected = id && picture.things.has(id) ? id : null;
    along_ = null;
    cy.elements().unselect();
    if (selected) cy.getElementById(selected).select();
    twin.select(selected);
    detail();
  }

  function detail(): void {
    const box = find("[data-detail]");
    const thing = selected ? picture.things.get(selected) : undefined;
    find("[data-chosen]").hidden = !thing;
    box.replaceChildren();
    if (!thing) return;
    const head = document.createElement("h2");
    const name = document.createElement("bdi");
    name.textContent = thing.label || thing.detail;
    head.append(`${words.kinds[thing.kind] ?? thing.kind}: `, name);
    box.append(head);
    for (const line of about(thing)) {
      const row = document.createElement("p");
      row.textContent = line;
      box.append(row);
    }
    const list = document.createElement("ul");
    for (const tie of picture.ties.values()) {
      if (tie.source !== thing.id && tie.target !== thing.id) continue;
      const item = document.createElement("li");
      const other = document.createElement("bdi");
      other.textContent = nameOf(tie.source === thing.id ? tie.target : tie.source);
      const when = tie.first ? `${tie.first} – ${tie.lasts ? words.until_now : tie.last}` : words.no_date;
      const strength = tie.strength === null ? "" : `, ${words.strength} ${tie.strength.toFixed(2)}`;
      item.append(`${words.ties[tie.kind] ?? tie.kind}: `, other, ` (${when}${strength}, ${words.certainty[tie.certainty]})`);
      list.append(item);
    }
    box.append(list);
    const link = find<HTMLAnchorElement>("[data-open]");
    link.hidden = !thing.href;
    link.href = thing.href ?? "#";
    find("[data-do=pin]").setAttribute("aria-pressed", String(picture.pinned.has(thing.id)));
  }

  function about(thing: Thing): string[] {
    const lines = [];
    if (thing.detail) lines.push(thing.detail);
    if (thing.event_date) lines.push(thing.event_date);
    if (thing.degree !== null && thing.degree !== undefined)
      lines.push(fill(thing.is_hub ? words.hub : words.people, { count: thing.degree.toLocaleString() }));
    if (thing.records) lines.push(fill(words.records, { count: thing.records }));
    return lines;
  }

  async function expand(id: string, form?: FormData): Promise<void> {
    const thing = picture.things.get(id);
    if (!thing) return;
    if (picture.things.size >= STOP) return void tell(words.too_many ?? "");
    if (thing.is_hub && !form) {
      // Nobody is helped by 20,000 things: a hub first asks which.
      find<HTMLDetailsElement>("[data-narrow]").open = true;
      find<HTMLInputElement>("form[data-expand] [name=text]").focus();
      return void tell(fill(words.hub, { count: thing.degree?.toLocaleString() ?? "" }));
    }
    const stop = new AbortController();
    const said = thing.degree ? fill(words.reading, { count: thing.degree.toLocaleString() }) : word("reading");
    const end = waiting(root, { said, cancel: () => stop.abort() });
    const asked = {
      kind: thing.kind,
      key: thing.key,
      shown: [...picture.things.keys()],
      kinds: form ? form.getAll("kinds") : [],
      since: form?.get("since") ? `${form.get("since")}-01` : null,
      until: form?.get("until") ? lastDay(String(form.get("until"))) : null,
      least: Number(form?.get("least") ?? 0),
      text: String(form?.get("text") ?? ""),
    };
    try {
      const answer = await send<Answer>("/explore/expand", asked, stop.signal);
      const added = picture.add(answer, id).map((one) => one.id);
      const before = new Set(cy.nodes().map((node) => node.id()));
      draw();
      placeAround(cy, id, added.filter((one) => !before.has(one)));
      const left = Object.values(answer.left).reduce((sum, count) => sum + count, 0);
      tell(fill(left ? words.brought_left : words.brought, { count: answer.brought, left: left.toLocaleString() }));
      find("[data-told]").textContent = fill(left ? words.brought_left : words.brought, { count: answer.brought, left: left.toLocaleString() });
      select(id);
    } catch (error) {
      const text = stop.signal.aborted ? words.stopped : failure(error);
      find("[data-told]").textContent = text ?? "";
      tell(text ?? "");
    } finally {
      end();
    }
  }

  function failure(error: unknown): string | undefined {
    const refused = error instanceof Refused ? error : null;
    return refused?.status === 401 ? words.signed_out : fill(words.failed, { code: refused?.code || "-" });
  }

  function act(what: string): void {
    const id = selected;
    if (what === "fit") cy.fit(undefined, 30);
    if (what === "layout") layOut(cy);
    if (what === "undo") {
      picture.takeBack();
      draw();
    }
    if (what === "earlier" || what === "later") shift(what === "later" ? 1 : -1);
    if (what === "png") savePicture();
    if (!id) return;
    if (what === "expand") void expand(id);
    if (what === "collapse" && picture.takeBack(id)) draw();
    if (what === "hide" && id !== given.focus) {
      picture.hidden.add(id);
      draw();
      select(given.focus);
    }
    if (what === "pin") {
      if (!picture.pinned.delete(id)) picture.pinned.add(id);
      draw();
      detail();
    }
    if (what === "zoom in" || what === "zoom out") cy.zoom({ level: cy.zoom() * (what === "zoom in" ? 1.25 : 0.8), renderedPosition: { x: cy.width() / 2, y: cy.height() / 2 } });
  }

  // One month on or back: the same as moving the months by hand.
  function shift(step: 1 | -1): void {
    for (const name of ["from", "to"]) {
      const field = find<HTMLInputElement>(`[data-filter=${name}]`);
      if (!field.value) continue;
      const [year, month] = field.value.split("-").map(Number) as [number, number];
      const moved = new Date(Date.UTC(year, month - 1 + step, 1));
      field.value = moved.toISOString().slice(0, 7);
    }
    draw();
  }

  function onKey(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const key = event.key;
    if (key.startsWith("Arrow")) {
      const next = nearest(cy, selected, key);
      if (next) select(next);
    } else if (key === "[" || key === "]") {
      const around = selected ? picture.neighbours(selected).filter((id) => cy.getElementById(id).nonempty()).sort((a, b) => nameOf(a).localeCompare(nameOf(b))) : [];
      along_ = along(around, along_, key === "]" ? 1 : -1);
      if (along_) tell(nameOf(along_));
      return event.preventDefault();
    } else if (key === "Enter") {
      if (along_) select(along_);
      const panel = find("[data-detail]");
      panel.tabIndex = -1;
      panel.focus();
    } else if (key === "e") act("expand");
    else if (key === "c") act("collapse");
    else if (key === "h") act("hide");
    else if (key === "p") act("pin");
    else if (key === "f") act("fit");
    else if (key === "u") act("undo");
    else if (key === "+" || key === "=") act("zoom in");
    else if (key === "-") act("zoom out");
    else if (key === "t" && selected) twin.focus(selected);
    else if (key === "Escape") select(given.focus);
    else return;
    event.preventDefault();
    if (selected) tell(nameOf(selected));
  }

  function state(): unknown {
    const shown = filters();
    return {
      focus: given.focus,
      things: [...picture.things.keys()],
      positions: Object.fromEntries(cy.nodes().map((node) => [node.id(), node.position()])),
      hidden: [...picture.hidden],
      pinned: [...picture.pinned],
      filters: { ...shown, kinds: [...shown.kinds] },
    };
  }

  // The picture with its legend, day and purpose, as it would be filed.
  function savePicture(): void {
    const drawn = new Image();
    drawn.onload = () => {
      const foot = 70;
      const sheet = document.createElement("canvas");
      sheet.width = drawn.width;
      sheet.height = drawn.height + foot;
      const pen = sheet.getContext("2d");
      if (!pen) return;
      pen.fillStyle = "#ffffff";
      pen.fillRect(0, 0, sheet.width, sheet.height);
      pen.drawImage(drawn, 0, 0);
      pen.fillStyle = "#1a2029";
      pen.font = "14px sans-serif";
      const legend = Object.entries(MARKS).map(([kind, mark]) => `${mark} ${words.kinds[kind] ?? kind}`).join("   ");
      pen.fillText(legend, 12, drawn.height + 24);
      pen.fillText(words.picture_foot ?? "", 12, drawn.height + 48);
      sheet.toBlob((blob) => {
        if (!blob) return;
        const link = document.createElement("a");
        link.href = URL.createObjectURL(blob);
        link.download = "crosslane-view.png"; // no name of a person in a file's name
        link.click();
        setTimeout(() => URL.revokeObjectURL(link.href), 1000);
      });
    };
    drawn.src = cy.png({ full: true, scale: 2, bg: "#ffffff", maxWidth: 4000, maxHeight: 4000 });
  }
}

// Without a canvas the table is all there is, and enough.
function canDraw(): boolean {
  return !!document.createElement("canvas").getContext("2d");
}

// The last day of a month given as YYYY-MM.
function lastDay(month: string): string {
  const [year, number] = month.split("-").map(Number) as [number, number];
  return new Date(Date.UTC(year, number, 0)).toISOString().slice(0, 10);
}

function fill(text: string | undefined, values: Record<string, string | number>): string {
  return (text ?? "").replace(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? ""));
}


const place = document.querySelector<HTMLElement>("[data-explorer]");
if (place) void open(place);
