// The picture with its legend, day and purpose, as it would be filed.
import type cytoscape from "cytoscape";
import { MARKS } from "./draw";
import type { Words } from "./words";

const FOOT = 70; // pixels below the picture for the two lines of text

export function savePicture(cy: cytoscape.Core, words: Words): void {
  const drawn = new Image();
  drawn.onload = () => sheetOf(drawn, words)?.toBlob((blob) => blob && download(blob));
  drawn.src = cy.png({ full: true, scale: 2, bg: "#ffffff", maxWidth: 4000, maxHeight: 4000 });
}

function sheetOf(drawn: HTMLImageElement, words: Words): HTMLCanvasElement | null {
  const sheet = document.createElement("canvas");
  sheet.width = drawn.width;
  sheet.height = drawn.height + FOOT;
  const pen = sheet.getContext("2d");
  if (!pen) return null;
  pen.fillStyle = "#ffffff";
  pen.fillRect(0, 0, sheet.width, sheet.height);
  pen.drawImage(drawn, 0, 0);
  pen.fillStyle = "#1a2029";
  pen.font = "14px sans-serif";
  const legend = Object.entries(MARKS).map(([kind, mark]) => `${mark} ${words.kinds[kind] ?? kind}`).join("   ");
  pen.fillText(legend, 12, drawn.height + 24);
  pen.fillText(words.picture_foot, 12, drawn.height + 48);
  return sheet;
}

function download(blob: Blob): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = "crosslane-view.png"; // no name of a person in a file's name
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}
