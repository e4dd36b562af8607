// What the buttons do, and the keys that stand for them.
import { expand } from "./expand";
import { addFocus } from "./foci";
import { layOut } from "./draw";
import { savePicture } from "./png";
import type { Session } from "./session";

const ZOOM: Record<string, number> = { "zoom in": 1.25, "zoom out": 0.8 };

export function act(session: Session, what: string): void {
  const { cy, page, picture, selected } = session;
  if (what === "fit") cy.fit(undefined, 30);
  if (what === "layout") layOut(cy);
  if (what === "png") savePicture(cy, page.words);
  if (what === "earlier" || what === "later") session.period.shift(what === "later" ? 1 : -1);
  if (what === "play") session.play.toggle();
  else if (what !== "png") session.play.stop();
  if (what === "undo") {
    picture.takeBack();
    session.draw();
  }
  if (what === "unhide") {
    picture.hidden.clear();
    session.draw();
  }
  const zoom = ZOOM[what];
  if (zoom) cy.zoom({ level: cy.zoom() * zoom, renderedPosition: { x: cy.width() / 2, y: cy.height() / 2 } });
  if (selected) actOn(session, selected, what);
}

function actOn(session: Session, id: string, what: string): void {
  const { picture } = session;
  if (what === "expand") void expand(session, id);
  if (what === "collapse" && picture.takeBack(id)) session.draw();
  if (what === "focus") void addFocus(session, id);
  if (what === "hide" && !picture.foci.has(id)) {
    picture.hidden.add(id);
    session.draw();
    session.select(picture.focus);
  }
  if (what === "pin") {
    if (!picture.pinned.delete(id)) picture.pinned.add(id);
    session.draw();
    session.detail();
  }
}
