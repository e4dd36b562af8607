// The picture and the filters on it: plain data, so that canvas and table always show the same.
export interface Thing {
  id: string;
  kind: string;
  key: string;
  label: string;
  detail: string;
  degree: number | null;
  is_hub: boolean;
  band?: string;
  records?: number;
  event_date?: string | null;
  href?: string;
}

export interface Tie {
  id: string;
  source: string;
  target: string;
  kind: string;
  says?: string; // of a tie that an analyst drew
  certainty: "confirmed" | "possible" | "declared" | "drawn";
  strength: number | null;
  confidence: number;
  first: string | null;
  last: string | null;
  lasts: boolean;
  days: number;
  records: string[];
}

export interface Filters {
  kinds: Set<string>;
  least: number;
  possible: boolean;
  from: string; // YYYY-MM, or empty
  to: string;
}

export interface Step {
  nodes: Thing[];
  edges: Tie[];
}

export class Picture {
  readonly things = new Map<string, Thing>();
  readonly ties = new Map<string, Tie>();
  readonly hidden = new Set<string>();
  readonly pinned = new Set<string>();
  readonly foci: Set<string>; // the focus that the page began at, and others put beside it
  only: ReadonlySet<string> | null = null; // what a way of joining the foci shows
  private readonly steps: { things: string[]; ties: string[]; parent: string }[] = [];

  constructor(
    readonly focus: string,
    foci: string[] = [focus],
  ) {
    this.foci = new Set([focus, ...foci]);
  }

  // What was new of a step; the rest was there.
  add(step: Step, parent = ""): Thing[] {
    const things = step.nodes.filter((node) => !this.things.has(node.id));
    const ties = step.edges.filter((edge) => !this.ties.has(edge.id));
    for (const thing of things) this.things.set(thing.id, thing);
    for (const tie of ties) this.ties.set(tie.id, tie);
    if (parent && things.length + ties.length) this.steps.push({ things: things.map((t) => t.id), ties: ties.map((t) => t.id), parent });
    return things;
  }

  // Takes the last step back, or the last one of a parent; what is pinned stays.
  takeBack(parent?: string): string | null {
    const at = parent ? this.steps.findLastIndex((step) => step.parent === parent) : this.steps.length - 1;
    const [step] = at >= 0 ? this.steps.splice(at, 1) : [];
    if (!step) return null;
    const gone = new Set(step.things.filter((id) => !this.pinned.has(id)));
    for (const id of gone) {
      this.things.delete(id);
      this.foci.delete(id);
    }
    const kept = new Set(step.things.filter((id) => this.pinned.has(id)));
    for (const [id, tie] of this.ties) {
      const lacksEnd = gone.has(tie.source) || gone.has(tie.target);
      const holdsKept = kept.has(tie.source) || kept.has(tie.target);
      if (lacksEnd || (step.ties.includes(id) && !holdsKept)) this.ties.delete(id);
    }
    return step.parent;
  }

  isExpanded(id: string): boolean {
    return this.steps.some((step) => step.parent === id);
  }

  shown(filters: Filters): { things: Thing[]; ties: Tie[]; faded: Set<string> } {
    const faded = new Set<string>();
    const visible = (id: string): boolean => {
      const thing = this.things.get(id);
      return !!thing && !this.isOutOfSight(id) && (this.foci.has(id) || filters.kinds.has(thing.kind));
    };
    const ties = [...this.ties.values()].filter(
      (tie) =>
        visible(tie.source) &&
        visible(tie.target) &&
        (filters.possible || tie.certainty !== "possible") &&
        (tie.strength === null || tie.strength >= filters.least),
    );
    for (const tie of ties) if (!isWithin(tie, filters)) faded.add(tie.id);
    const held = new Set(ties.filter((tie) => !faded.has(tie.id)).flatMap((tie) => [tie.source, tie.target]));
    // Outside the period a thing without any tie goes; a person stays, and so does what is in focus.
    const things = [...this.things.values()].filter(
      (thing) => visible(thing.id) && (this.foci.has(thing.id) || held.has(thing.id) || !faded.size || !isBare(thing.id, ties)),
    );
    const there = new Set(things.map((thing) => thing.id));
    return { things, ties: ties.filter((tie) => there.has(tie.source) && there.has(tie.target)), faded };

    function isBare(id: string, all: Tie[]): boolean {
      const mine = all.filter((tie) => tie.source === id || tie.target === id);
      return mine.length > 0 && mine.every((tie) => faded.has(tie.id));
    }
  }

  // Drivers in focus, as the server knows them.
  drivers(): string[] {
    return [...this.foci].flatMap((id) => {
      const thing = this.things.get(id);
      return thing?.kind === "Identity" ? [thing.key] : [];
    });
  }

  // Not shown because somebody hid it, or because it joins nobody in focus.
  isOutOfSight(id: string): boolean {
    return this.hidden.has(id) || (!!this.only && !this.only.has(id) && !this.foci.has(id));
  }

  neighbours(id: string): string[] {
    return [...this.ties.values()].flatMap((tie) => (tie.source === id ? [tie.target] : tie.target === id ? [tie.source] : []));
  }
}

// A tie without a date is within every period.
export function isWithin(tie: Tie, filters: Filters): boolean {
  const last = tie.lasts ? null : (tie.last ?? tie.first);
  if (filters.from && last && last.slice(0, 7) < filters.from) return false;
  return !(filters.to && tie.first && tie.first.slice(0, 7) > filters.to);
}

export function width(strength: number | null): number {
  if (strength === null) return 1.5;
  return strength >= 0.2 ? 5 : strength >= 0.05 ? 3 : 1.5;
}
