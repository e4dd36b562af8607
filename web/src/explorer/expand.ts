// One step further from a thing: the server says what is there, strongest first.
import { tell } from "../told";
import { word } from "../waiting";
import { ask, isFull, say } from "./asking";
import type { Step, Thing } from "./model";
import type { Session } from "./session";
import { fill } from "./words";

interface Answer extends Step {
  brought: number;
  left: Record<string, number>;
  hidden: number;
}

export async function expand(session: Session, id: string, form?: FormData): Promise<void> {
  const { page, picture } = session;
  const thing = picture.things.get(id);
  if (!thing || isFull(session)) return;
  if (thing.is_hub && !form) return narrow(session, thing);
  const said = thing.degree ? fill(page.words.reading, { count: thing.degree }) : word("reading");
  const answer = await ask<Answer>(session, "/explore/expand", asked(thing, picture.things.keys(), form), said);
  if (answer) bring(session, id, answer);
}

// Nobody is helped by 20,000 things: a hub first asks which.
function narrow({ page }: Session, hub: Thing): void {
  page.find<HTMLDetailsElement>("[data-narrow]").open = true;
  page.find<HTMLInputElement>("form[data-expand] [name=text]").focus();
  tell(fill(page.words.hub, { count: hub.degree ?? "" }));
}

function asked(thing: Thing, shown: Iterable<string>, form?: FormData): unknown {
  return {
    kind: thing.kind,
    key: thing.key,
    shown: [...shown],
    kinds: form ? form.getAll("kinds") : [],
    since: form?.get("since") ? `${form.get("since")}-01` : null,
    until: form?.get("until") ? lastDay(String(form.get("until"))) : null,
    least: Number(form?.get("least") ?? 0),
    text: String(form?.get("text") ?? ""),
  };
}

function bring(session: Session, id: string, answer: Answer): void {
  session.bring(answer, id, session.cy.getElementById(id).position());
  const left = Object.values(answer.left).reduce((sum, count) => sum + count, 0);
  const { words } = session.page;
  const text = fill(left ? words.brought_left : words.brought, { count: answer.brought, left });
  say(session, text);
  session.select(id);
}

// The last day of a month given as YYYY-MM.
function lastDay(month: string): string {
  const [year, number] = month.split("-").map(Number) as [number, number];
  return new Date(Date.UTC(year, number, 0)).toISOString().slice(0, 10);
}
