// Writes a path with one digit after the point, and without points that nobody can tell from the last one.
export class Pen {
  parts = [];
  line = [];

  // grain: pixels under which two points are one (coarse), and a closed line is left out (small)
  constructor(grain) {
    this.grain = grain;
  }

  moveTo(x, y) {
    this.flush("");
    this.line = [[x, y]];
  }

  lineTo(x, y) {
    const [lastX, lastY] = this.line.at(-1);
    if (Math.hypot(x - lastX, y - lastY) >= this.grain.coarse) this.line.push([x, y]);
  }

  closePath() {
    this.flush("Z");
  }

  arc() {}

  flush(close) {
    const isThere = close ? this.line.length > 2 && extent(this.line) >= this.grain.small : this.line.length > 1;
    if (isThere) this.parts.push(written(this.line) + close);
    this.line = [];
  }

  end() {
    this.flush("");
    return this.parts.join("");
  }
}

// Each point from the one before, in tenths, so that rounding does not add up: "M12.3,4l-.5,1.2".
function written(line) {
  const tenths = line.map((spot) => spot.map((value) => Math.round(value * 10)));
  return tenths
    .map(([x, y], at) => (at ? `l${number(x - tenths[at - 1][0])},${number(y - tenths[at - 1][1])}` : `M${number(x)},${number(y)}`))
    .join("");
}

function number(tenths) {
  return String(tenths / 10).replace(/^(-?)0\./, "$1.");
}

function extent(line) {
  return Math.max(...[0, 1].map((axis) => Math.max(...line.map((spot) => spot[axis])) - Math.min(...line.map((spot) => spot[axis]))));
}
