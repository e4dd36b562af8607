// Asking the server for more of the picture: says that it waits, lets it be stopped, and says what became of it.
import { Refused, send } from "../sending";
import { tell } from "../told";
import { waiting } from "../waiting";
import type { Session } from "./session";
import { fill, type Words } from "./words";

const STOP = 1500;

export async function ask<T>(session: Session, path: string, body: unknown, said: string): Promise<T | null> {
  const stop = new AbortController();
  const end = waiting(session.page.root, { said, cancel: () => stop.abort() });
  try {
    return await send<T>(path, body, stop.signal);
  } catch (error) {
    say(session, stop.signal.aborted ? session.page.words.stopped : failure(error, session.page.words));
    return null;
  } finally {
    end();
  }
}

// Whether there is so much that no more can be brought; then it is said.
export function isFull({ page, picture }: Session): boolean {
  if (picture.things.size < STOP) return false;
  tell(page.words.too_many);
  return true;
}

export function say({ page }: Session, text: string): void {
  tell(text);
  page.find("[data-told]").textContent = text;
}

function failure(error: unknown, words: Words): string {
  const refused = error instanceof Refused ? error : null;
  return refused?.status === 401 ? words.signed_out : fill(words.failed, { code: refused?.code || "-" });
}
