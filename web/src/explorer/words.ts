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
  failed: string;
  picture_foot: string;
}

// A text with its places filled.
export function fill(text: string, values: Record<string, string | number>): string {
  return text.replace(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? ""));
}
