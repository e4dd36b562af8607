// What takes long says so: nothing for 300 ms, then a line, after 3 s with a way out. One rule for pages and their parts.
const SAID_AFTER = 300; // milliseconds
const STOPPED_AFTER = 3000;

export interface Wait {
  said: string;
  cancel: () => void;
}

const words = JSON.parse(document.querySelector("#page-words")?.textContent ?? "{}") as Record<string, string>;

export function word(name: string): string {
  return words[name] ?? "";
}

// Puts the line above a region, which is busy until the function that comes back is called.
export function waiting(region: HTMLElement, { said, cancel }: Wait): () => void {
  const line = document.createElement("p");
  line.className = "waiting";
  line.setAttribute("role", "status");
  region.before(line);
  const first = setTimeout(() => {
    region.setAttribute("aria-busy", "true");
    line.textContent = said;
  }, SAID_AFTER);
  const second = setTimeout(() => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = word("cancel");
    button.addEventListener("click", cancel);
    line.append(" ", button);
  }, STOPPED_AFTER);
  return () => {
    clearTimeout(first);
    clearTimeout(second);
    region.removeAttribute("aria-busy");
    line.remove();
  };
}

// A notice above a region, such as what became of a request that did not come back.
export function notice(region: HTMLElement, text: string, kind = ""): void {
  for (const old of document.querySelectorAll(".notice.of-script")) old.remove();
  const box = document.createElement("div");
  box.className = `notice of-script ${kind}`.trim();
  box.setAttribute("role", "status");
  const line = document.createElement("p");
  line.textContent = text;
  box.append(line);
  region.before(box);
}
