// The time line below the picture: how many ties there are in each month, with two ends that can be moved.
// The month fields hold the period; the ends, the steps and Play only write into them.
import { monthName } from "./dates";
import { countByMonth, fieldOf, monthOf, reach, type Span } from "./months";
import type { Tie } from "./model";
import type { Page } from "./page";
import { fill } from "./words";

type End = "from" | "to";
const ENDS: End[] = ["from", "to"];
const PARTS = 8; // the period that Play begins with is this part of all months

export class Period {
  private all: Span | null = null;

  constructor(
    private readonly page: Page,
    private readonly onChange: () => void,
  ) {
    for (const end of ENDS) this.slide(end).addEventListener("input", () => this.pull(end));
  }

  // The ties that no period has been held against yet.
  show(ties: Tie[]): void {
    this.all = reach(ties);
    this.page.find("[data-period]").hidden = !this.all || this.all[0] === this.all[1];
    if (!this.all) return;
    const [first, last] = this.all;
    const [from, to] = this.shown();
    this.place("from", from, [first, last]);
    this.place("to", to, [first, last]);
    const counts = countByMonth(ties, this.all);
    this.drawBars(counts, [from - first, to - first]);
    this.tell(counts, ties.filter((tie) => !tie.first && !tie.last).length);
  }

  // One month on or back, where there are months left; from all months it goes to the first or last part of them.
  shift(step: 1 | -1): boolean {
    if (!this.all) return false;
    const [first, last] = this.all;
    const months = ENDS.map((end) => this.field(end).value).map((value) => (value ? monthOf(value) + step : null));
    const [from, to] = months as [number | null, number | null];
    if (from === null && to === null) return this.begin(step);
    if ((step < 0 && (from ?? first) < first) || (step > 0 && (to ?? last) > last)) return false;
    this.write(from, to);
    return true;
  }

  // The first part of all months, or the last one; a period that is set keeps its length.
  begin(step: 1 | -1 = 1): boolean {
    if (!this.all) return false;
    const [first, last] = this.all;
    const [from, to] = this.shown();
    const isWhole = from <= first && to >= last;
    const length = isWhole ? Math.max(1, Math.ceil((last - first + 1) / PARTS)) : to - from + 1;
    if (step > 0) this.write(first, Math.min(first + length - 1, last));
    else this.write(Math.max(last - length + 1, first), last);
    return true;
  }

  isAtEnd(): boolean {
    return !this.all || this.shown()[1] >= this.all[1];
  }

  private shown(): Span {
    const [first, last] = this.all ?? [0, 0];
    const [from, to] = ENDS.map((end) => this.field(end).value);
    return [from ? monthOf(from) : first, to ? monthOf(to) : last];
  }

  // An end that is pulled pushes the other one; at its own end of the line it sets no limit.
  private pull(end: End): void {
    if (!this.all) return;
    const [first, last] = this.all;
    const month = first + Number(this.slide(end).value);
    const [from, to] = this.shown();
    const pulled: Span = end === "from" ? [month, Math.max(to, month)] : [Math.min(from, month), month];
    this.write(pulled[0] <= first ? null : pulled[0], pulled[1] >= last ? null : pulled[1]);
  }

  private write(from: number | null, to: number | null): void {
    this.field("from").value = from === null ? "" : fieldOf(from);
    this.field("to").value = to === null ? "" : fieldOf(to);
    this.onChange();
  }

  private place(end: End, month: number, [first, last]: Span): void {
    const slide = this.slide(end);
    slide.max = String(last - first);
    slide.value = String(Math.min(Math.max(month, first), last) - first);
    slide.setAttribute("aria-valuetext", monthName(month, this.page.words));
  }

  private drawBars(counts: number[], [from, to]: Span): void {
    const most = Math.max(...counts, 1);
    const picture = this.page.find<SVGSVGElement>("[data-histogram]");
    const width = Math.min(0.84, counts.length / 40); // few months have no bars that reach far beyond the ends
    picture.setAttribute("viewBox", `0 0 ${counts.length - 1} ${most}`);
    picture.replaceChildren(
      ...counts.map((count, at) => {
        const bar = document.createElementNS("http://www.w3.org/2000/svg", "rect");
        const box = { x: at - width / 2, y: most - count, width, height: count };
        for (const [name, value] of Object.entries(box)) bar.setAttribute(name, String(value));
        bar.setAttribute("class", at >= from && at <= to ? "within" : "without");
        return bar;
      }),
    );
  }

  private tell(counts: number[], undated: number): void {
    const { words } = this.page;
    const [first, last] = this.all ?? [0, 0];
    const most = Math.max(...counts);
    const month = monthName(first + counts.indexOf(most), words);
    const line = fill(words.spread, { first: monthName(first, words), last: monthName(last, words), month, count: most });
    this.page.find("[data-spread]").textContent = undated ? `${line} ${fill(words.undated, { count: undated })}` : line;
  }

  private field(end: End): HTMLInputElement {
    return this.page.find<HTMLInputElement>(`[data-filter=${end}]`);
  }

  private slide(end: End): HTMLInputElement {
    return this.page.find<HTMLInputElement>(`[data-slide=${end}]`);
  }
}
