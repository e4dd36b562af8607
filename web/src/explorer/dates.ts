// Days and months in words, as the pages write them: 4 Mar 2026.
import { fieldOf } from "./months";
import type { Tie } from "./model";
import { fill, type Words } from "./words";

// A date as a source has it: whole, or a month, or a year alone.
export function day(iso: string, words: Words): string {
  const [year, month, number] = iso.split("-");
  const name = words.months[Number(month) - 1];
  if (!year || !name) return iso;
  if (!number) return fill(words.month, { month: name, year });
  return fill(words.day, { day: Number(number), month: name, year });
}

export function monthName(month: number, words: Words): string {
  return day(fieldOf(month), words);
}

// When a tie was seen: one day, or from the first to the last, or since when.
export function when(tie: Tie, words: Words): string {
  const first = tie.first && day(tie.first, words);
  const last = tie.last && day(tie.last, words);
  if (tie.lasts) return first ? fill(words.since, { first }) : words.no_date;
  if (!first || !last || first === last) return first || last || words.no_date;
  return fill(words.span, { first, last });
}
