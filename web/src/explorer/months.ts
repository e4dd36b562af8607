// Months as numbers since year 0, so that a time line can be counted and stepped through.
import type { Tie } from "./model";

export type Span = [first: number, last: number];

export function monthOf(iso: string): number {
  return Number(iso.slice(0, 4)) * 12 + Number(iso.slice(5, 7) || 1) - 1;
}

// YYYY-MM, as a month field has it.
export function fieldOf(month: number): string {
  return `${String(Math.floor(month / 12)).padStart(4, "0")}-${String((month % 12) + 1).padStart(2, "0")}`;
}

// From a tie's first month to its last; null where it has no date. One that lasts has no last month of its own.
export function spanOf(tie: Tie): [number, number | null] | null {
  const first = tie.first ?? tie.last;
  if (!first) return null;
  return [monthOf(first), tie.lasts ? null : monthOf(tie.last ?? first)];
}

// All months that the ties have dates in; null where none has.
export function reach(ties: Tie[]): Span | null {
  const spans = ties.flatMap((tie) => spanOf(tie) ?? []).filter((month) => month !== null);
  return spans.length ? [Math.min(...spans), Math.max(...spans)] : null;
}

// How many ties there are in each month of a span.
export function countByMonth(ties: Tie[], [first, last]: Span): number[] {
  const counts = new Array<number>(last - first + 1).fill(0);
  for (const tie of ties) {
    const [from, to] = spanOf(tie) ?? [];
    if (from === undefined) continue;
    for (let month = Math.max(from, first); month <= Math.min(to ?? last, last); month++)
      counts[month - first] = (counts[month - first] ?? 0) + 1;
  }
  return counts;
}
