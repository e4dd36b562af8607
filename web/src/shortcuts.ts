// Keys of every page: search, the list of keys, and the answers of link review. They are off while somebody writes or
// a list is open, and can be switched off altogether, since speech input and shaky hands press them unmeant.
const find = document.querySelector<HTMLInputElement>("#find");
const list = document.querySelector<HTMLDialogElement>("dialog#keys");
const NOT_WRITTEN = new Set(["checkbox", "radio", "button", "submit", "reset", "file", "image"]);

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || isWriting(event.target)) return;
  if (document.documentElement.dataset.keys === "off" || document.querySelector("dialog[open]")) return;
  if (act(event.key)) event.preventDefault();
});

for (const button of document.querySelectorAll("[data-keys-list]"))
  button.addEventListener("click", () => list?.showModal());

// Whether the key meant anything here.
function act(key: string): boolean {
  if (key === "/" && find) {
    find.focus();
    find.select();
    return true;
  }
  if (key === "?" && list) {
    list.showModal();
    return true;
  }
  for (const place of document.querySelectorAll<HTMLElement>("[data-key]")) {
    if (place.dataset.key !== key || (place as HTMLButtonElement).disabled) continue;
    if (place instanceof HTMLButtonElement) place.click();
    else place.focus();
    return true;
  }
  return false;
}

function isWriting(target: EventTarget | null): boolean {
  if (target instanceof HTMLInputElement) return !NOT_WRITTEN.has(target.type);
  return target instanceof HTMLElement && (target.isContentEditable || /^(SELECT|TEXTAREA)$/.test(target.tagName));
}
