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
}

// A number as the page's language writes it.
export function number(value: number, digits = 0): string {
  return value.toLocaleString(document.documentElement.lang, { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

// A text with its places filled.
export function fill(text: string, values: Record<string, string | number>): string {
  return text.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = values[name] ?? "";
    return typeof value === "number" ? number(value) : value;
  });
}
