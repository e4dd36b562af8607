// The page's one line for what changed without a new page.
export function tell(text: string): void {
  const line = document.querySelector("#told");
  if (line) line.textContent = text;
}
