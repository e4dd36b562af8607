// What every page has: keys, pages that stay where they are while a part of them changes, and timed masks.
import "htmx.org";
import "./leaving";
import "./shortcuts";
import { tell } from "./told";

// Where a page says so, an identifier that was shown for a reason is masked again after its time.
for (const shown of document.querySelectorAll<HTMLElement>("[data-shown-until]")) {
  const left = Date.parse(shown.dataset.shownUntil ?? "") - Date.now();
  setTimeout(() => location.reload(), Math.max(0, left));
}

// What stands on each printed sheet: a style sheet knows no names, so the page's head hands them over.
const head = document.querySelector<HTMLMetaElement>("meta[name=print-head]");
if (head) {
  const pattern = document.querySelector<HTMLMetaElement>("meta[name=print-page]")?.content ?? "";
  const [before, between, after] = pattern.split(/\{\w+\}/);
  const root = document.documentElement;
  const told = { head: head.content, before, between, after };
  for (const [name, text] of Object.entries(told)) root.style.setProperty(`--print-${name}`, quoted(text ?? ""));
  root.dataset.printHead = "";
}

// A string of a style sheet: whatever could end it is written as its code.
function quoted(text: string): string {
  const signs = [...text].map((sign) => (/[\p{L}\p{N} .,:·…–-]/u.test(sign) ? sign : `\\${sign.codePointAt(0)?.toString(16)} `));
  return `"${signs.join("")}"`;
}

// A column head sorts its table in place and says so.
document.addEventListener("click", (event) => {
  const button = (event.target as Element).closest<HTMLButtonElement>("th[data-sort] button");
  if (button) sort(button.closest("th") as HTMLTableCellElement);
});

function sort(head: HTMLTableCellElement): void {
  const table = head.closest("table");
  const body = table?.tBodies[0];
  if (!table || !body) return;
  const descends = head.getAttribute("aria-sort") === "ascending";
  const column = head.cellIndex;
  const valued = [...body.rows].map((row) => ({ row, value: valueOf(row.cells[column]) }));
  valued.sort((a, b) => (descends ? -1 : 1) * compare(a.value, b.value));
  body.append(...valued.map(({ row }) => row));
  for (const other of head.parentElement?.children ?? []) other.removeAttribute("aria-sort");
  head.setAttribute("aria-sort", descends ? "descending" : "ascending");
  tell(`${head.textContent?.trim()}: ${descends ? table.dataset.descending : table.dataset.ascending}`);
}

function valueOf(cell: HTMLTableCellElement | undefined): string | number {
  const given = cell?.dataset.value ?? cell?.textContent?.trim() ?? "";
  const number = Number(given);
  return given !== "" && Number.isFinite(number) ? number : given.toLocaleLowerCase();
}

function compare(a: string | number, b: string | number): number {
  if (typeof a === "number" && typeof b === "number") return a - b;
  return String(a).localeCompare(String(b), document.documentElement.lang);
}
