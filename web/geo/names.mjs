// Where the name of a state or a country stands: well inside what is to be seen of it, or nowhere.
import { geoPath } from "d3-geo";

const STEP = 10; // pixels between the spots that are tried
const LETTER = 7; // pixels, of a name at 12 px
const FLAT = 3; // a name is so much wider than it is high, so room to the sides counts for less

export function placeNames(projection, areas, width, height) {
  const grid = spots(width, height);
  const found = areas.flatMap((area) => {
    const rings = ringsOf(projection, area, width, height);
    const inside = rings.length ? grid.filter((spot) => isInside(spot, rings, width, height)) : [];
    const outside = inside.length ? grid.filter((spot) => !isInside(spot, rings, width, height)) : [];
    const [best] = inside.map((spot) => ({ spot, room: room(spot, outside) })).sort((a, b) => b.room - a.room);
    const { name } = area.properties;
    if (!best || best.room * FLAT < (name.length * LETTER) / 2) return [];
    return [{ name, x: best.spot[0], y: best.spot[1] }];
  });
  return found.sort((a, b) => (a.name < b.name ? -1 : 1));
}

// A little beyond the edges too: what lies there is outside of everything.
function spots(width, height) {
  const found = [];
  for (let x = -STEP; x <= width + STEP; x += STEP) for (let y = -STEP; y <= height + STEP; y += STEP) found.push([x, y]);
  return found;
}

function room([x, y], outside) {
  return Math.min(...outside.map(([otherX, otherY]) => Math.hypot((otherX - x) / FLAT, otherY - y)));
}

function ringsOf(projection, area, width, height) {
  const rings = [];
  geoPath(projection.clipExtent([[0, 0], [width, height]]), {
    moveTo: (x, y) => rings.push([[x, y]]),
    lineTo: (x, y) => rings.at(-1).push([x, y]),
    closePath() {},
    arc() {},
  })(area);
  projection.clipExtent(null);
  return rings;
}

// By the number of sides that a ray to the right crosses.
function isInside([x, y], rings, width, height) {
  if (x <= 0 || y <= 0 || x >= width || y >= height) return false;
  let crossed = false;
  for (const ring of rings)
    ring.forEach(([x1, y1], at) => {
      const [x2, y2] = ring[(at + 1) % ring.length];
      if (y1 > y !== y2 > y && x < x1 + ((y - y1) / (y2 - y1)) * (x2 - x1)) crossed = !crossed;
    });
  return crossed;
}
