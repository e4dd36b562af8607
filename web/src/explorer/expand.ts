// One step further from a thing: the server says what is there, strongest first.
import { Refused, send } from "../sending";
import { tell } from "../told";
import { waiting, word } from "../waiting";
import { spotsAround } from "./draw";
import type { Step, Thing } from "./model";
import type { Session } from "./session";
import { fill, type Words } from "./words";

interface Answer extends Step {
  brought: number;
  left: Record<string, number>;
  hidden: number;
}

const STOP = 1500;

export async function expand(session: Session, id: string, form?: FormData): Promise<void> {
  const { page, picture } = session;
  const thing = picture.things.get(id);
  if (!thing) return;
  if (picture.things.size >= STOP) return tell(page.words.too_many);
  if (thing.is_hub && !form) return ask(session, thing);
  const stop = new AbortController();
  const said = thing.degree ? fill(page.words.reading, { count: thing.degree }) : word("reading");
  const end = waiting(page.root, { said, cancel: () => stop.abort() });
  try {
    bring(session, id, await send<Answer>("/explore/expand", asked(thing, picture.things.keys(), form), stop.signal));
  } catch (error) {
    say(session, stop.signal.aborted ? page.words.stopped : failure(error, page.words));
  } finally {
    end();
  }
}

function say({ page }: Session, text: string): void {
  tell(text);
  page.find("[data-told]").textContent = text;
}

function failure(error: unknown, words: Words): string {
  const refused = error instanceof Refused ? error : null;
  return refused?.status === 401 ? words.signed_out : fill(words.failed, { code: refused?.code || "-" });
}

// Nobody is helped by 20,000 things: a hub first asks which.
function ask({ page }: Session, hub: Thing): void {
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
  const added = session.picture.add(answer, id).map((one) => one.id);
  const before = new Set(session.cy.nodes().map((node) => node.id()));
  session.draw();
  session.place(spotsAround(session.cy, id, added.filter((one) => !before.has(one))));
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
