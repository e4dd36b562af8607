// Play: the period goes on month by month. It never begins by itself, and not where less motion is asked for.
import type { Page } from "./page";
import type { Period } from "./period";

const EVERY = 900; // milliseconds a month

export class Play {
  private timer: number | undefined;

  constructor(
    private readonly page: Page,
    private readonly period: Period,
  ) {
    const still = matchMedia("(prefers-reduced-motion: reduce)");
    const offer = (): void => {
      if (still.matches) this.stop();
      this.button.hidden = still.matches;
      page.find("[data-still]").hidden = !still.matches;
    };
    still.addEventListener("change", offer);
    offer();
  }

  toggle(): void {
    if (this.timer !== undefined) return this.stop();
    if (this.period.isAtEnd()) this.period.begin();
    this.summary.setAttribute("aria-live", "off"); // a reader would be told every month
    this.timer = window.setInterval(() => this.step(), EVERY);
    this.name(this.page.words.pause);
  }

  stop(): void {
    if (this.timer === undefined) return;
    clearInterval(this.timer);
    this.timer = undefined;
    this.name(this.page.words.play);
    this.summary.setAttribute("aria-live", "polite");
  }

  private step(): void {
    if (!this.period.shift(1) || this.period.isAtEnd()) this.stop();
  }

  private name(text: string): void {
    this.button.textContent = text;
  }

  private get button(): HTMLElement {
    return this.page.find("[data-do=play]");
  }

  private get summary(): HTMLElement {
    return this.page.find("[data-summary]");
  }
}
