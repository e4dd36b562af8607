import type { Tie } from "./model";

// What the script says, in the words of the page's language.
export interface Words {
  kinds: Record<string, string>;
  ties: Record<string, string>;
  certainty: Record<string, string>;
  months: string[]; // short names, from January on
  day: string;
  month: string;
  span: string;
  since: string;
  no_date: string;
  spread: string;
  undated: string;
  play: string;
  pause: string;
  summary: string;
  faded: string;
  outside: string;
  strength: string;
  people: string;
  hub: string;
  records: string;
  too_many: string;
  brought: string;
  brought_left: string;
  failed: string; // with a place for the code of the request
  signed_out: string;
  reading: string;
  stopped: string;
  no_ties: string;
  picture_foot: string;
  born: string;
  find_none: string;
  find_more: string;
  take_out: string; // of the focus, with a place for the name
  put_in: string;
  clause: string; // of a route
  shared: string;
  beside: string;
  include: string; // a hub, with a place for its name
  rows_route: string;
  rows_shared: string;
  no_rows_route: string;
  no_rows_shared: string;
  hidden: string;
  sought: string;
}

export type Way = "route" | "shared";

// How a tie ties: what its kind is called, or what the analyst wrote who drew it.
export function how(tie: Tie, words: Words): string {
  return tie.says ?? words.ties[tie.kind] ?? tie.kind;
}

// A number as the page's language writes it.
export function number(value: number, digits = 0): string {
  return value.toLocaleString(document.documentElement.lang, { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

// A name apart from the text's direction; nobody translates it.
export function isolate(text: string): HTMLElement {
  const name = document.createElement("bdi");
  name.translate = false;
  name.textContent = text;
  return name;
}

// A text whose places are filled with parts of the page.
export function filled(text: string, parts: Record<string, Node | string>): (Node | string)[] {
  return text.split(/(\{\w+\})/).map((piece) => parts[piece.slice(1, -1)] ?? piece);
}

// A text with its places filled.
export function fill(text: string, values: Record<string, string | number>): string {
  return text.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = values[name] ?? "";
    return typeof value === "number" ? number(value) : value;
  });
}
