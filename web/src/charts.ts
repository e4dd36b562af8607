// Control charts of ports: the picture beside the table, drawn from the table's own figures.
import uPlot from "uplot";

for (const place of document.querySelectorAll<HTMLElement>("[data-chart]")) draw(place);

function draw(place: HTMLElement): void {
  const source = document.getElementById(place.dataset.chart ?? "");
  if (!source?.textContent) return;
  const given = JSON.parse(source.textContent) as { months: number[]; series: { label: string; values: (number | null)[]; kind: string }[] };
  const style = getComputedStyle(document.documentElement);
  const colour = (name: string): string => resolved(place, style.getPropertyValue(name));
  const chart = new uPlot(
    {
      width: place.clientWidth || 600,
      height: 260,
      legend: { live: false },
      cursor: { show: false },
      axes: [
        { stroke: colour("--text"), grid: { stroke: colour("--line"), width: 1 } },
        { stroke: colour("--text"), grid: { stroke: colour("--line"), width: 1 } },
      ],
      series: [
        {},
        ...given.series.map((line) => ({
          label: line.label,
          stroke: line.kind === "limit" ? colour("--border") : colour("--link"),
          dash: line.kind === "limit" ? [6, 4] : undefined,
          width: line.kind === "limit" ? 1 : 2,
          points: { show: line.kind !== "limit", size: 7 },
        })),
      ],
    },
    [given.months, ...given.series.map((line) => line.values)] as uPlot.AlignedData,
    place,
  );
  new ResizeObserver(() => chart.setSize({ width: place.clientWidth, height: 260 })).observe(place);
}

// A colour that depends on the mode, as the canvas needs it: worked out by the browser.
function resolved(near: Element, value: string): string {
  const probe = document.createElement("span");
  probe.hidden = true;
  probe.className = "probe";
  near.append(probe);
  probe.style.color = value;
  const found = getComputedStyle(probe).color;
  probe.remove();
  return found;
}
