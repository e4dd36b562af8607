// On the way to another page, and while a part of a page is fetched: the wait is told, and can be ended.
import { notice, waiting, word } from "./waiting";

const main = document.querySelector<HTMLElement>("main");
let ended: (() => void) | null = null;

function end(): void {
  ended?.();
  ended = null;
}

function leave(isChange: boolean): void {
  if (!main) return;
  end();
  const cancel = (): void => {
    window.stop();
    end();
    notice(main, word(isChange ? "stopped_change" : "stopped"));
  };
  ended = waiting(main, { said: word(isChange ? "working" : "reading"), cancel });
}

document.addEventListener("submit", (event) => {
  const form = event.target as HTMLFormElement;
  if (event.defaultPrevented || form.method === "dialog" || form.matches("[data-export], [data-file]")) return;
  if (event.submitter?.matches("[data-file]")) return;
  leave(form.method === "post");
});

document.addEventListener("click", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const link = (event.target as Element).closest<HTMLAnchorElement>("a[href]");
  if (!link || link.matches("[data-file], [target], .skip") || link.href.replace(/#.*/, "") === location.href.replace(/#.*/, "")) return;
  leave(false);
});

// Back from the next page, or the page went: there is nothing to wait for.
window.addEventListener("pageshow", end);
window.addEventListener("pagehide", end);

const parts = new WeakMap<EventTarget, () => void>();

document.addEventListener("htmx:before:request", (event) => {
  const source = event.target as HTMLElement;
  const region = document.querySelector<HTMLElement>(source.getAttribute("hx-target") ?? "main");
  if (!region) return;
  parts.get(source)?.();
  parts.set(source, waiting(region, { said: word("reading"), cancel: () => source.dispatchEvent(new Event("htmx:abort")) }));
});

document.addEventListener("htmx:finally:request", (event) => {
  if (event.target) parts.get(event.target)?.();
});

document.addEventListener("htmx:error", (event) => {
  const source = event.target as HTMLElement;
  const region = document.querySelector<HTMLElement>(source.getAttribute?.("hx-target") ?? "main");
  if (region) notice(region, word("no_answer"), "error");
});
