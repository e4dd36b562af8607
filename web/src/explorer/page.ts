// The explorer's part of the page: what the server gave, and the controls that filter the picture.
import type { Filters, Step } from "./model";
import type { Words } from "./words";

export interface Given extends Step {
  focus: string;
  foci?: string[];
  near: number;
  shown: number;
  positions?: Record<string, { x: number; y: number }>;
  hidden?: string[];
  pinned?: string[];
}

export class Page {
  readonly words: Words;
  readonly given: Given;
  readonly canvas: HTMLElement;

  constructor(readonly root: HTMLElement) {
    this.words = JSON.parse(this.find("#explorer-words").textContent ?? "") as Words;
    this.given = JSON.parse(this.find("#explorer-data").textContent ?? "") as Given;
    this.canvas = this.find(".canvas");
  }

  find<T extends Element = HTMLElement>(selector: string): T {
    const found = this.root.querySelector<T>(selector);
    if (!found) throw new Error(`the page lacks ${selector}`);
    return found;
  }

  all<T extends Element = HTMLElement>(selector: string): NodeListOf<T> {
    return this.root.querySelectorAll<T>(selector);
  }

  filters(): Filters {
    const checked = [...this.all<HTMLInputElement>("[data-filter=kind]:checked")].map((box) => box.value);
    return {
      kinds: new Set(checked),
      least: Number(this.find<HTMLSelectElement>("[data-filter=least]").value),
      possible: this.find<HTMLInputElement>("[data-filter=possible]").checked,
      from: this.find<HTMLInputElement>("[data-filter=from]").value,
      to: this.find<HTMLInputElement>("[data-filter=to]").value,
    };
  }
}
