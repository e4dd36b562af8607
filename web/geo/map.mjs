// The ports map as the server draws it: outlines and ports, cut and projected for each part of the two borders.
import { geoConicConformal, geoDistance, geoPath } from "d3-geo";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { feature, mesh } from "topojson-client";
import { placeNames } from "./names.mjs";
import { Pen } from "./pen.mjs";

const WIDTH = 380;
const HEIGHT = 270;
const MARGIN = { x: 46, y: 40 };
const FINE = { coarse: 1.2, small: 5 }; // pixels under which two points of an outline are one, and an island is left out
const ROUGH = { coarse: 1.8, small: 7 };
const EARTH_KM = 6371;
// Parts by customs district, the first two digits of a port's code, in the order in which the borders are read.
const PARTS = [
  { name: "washington", districts: ["30"] },
  { name: "mountains", districts: ["33"] },
  { name: "plains", districts: ["34"] },
  { name: "lakes", districts: ["36", "38"] },
  { name: "new_york", districts: ["07", "09", "02"] },
  { name: "maine", districts: ["01"] },
  { name: "california", districts: ["25", "26"] },
  { name: "texas", districts: ["24", "23"] },
  { name: "alaska", districts: ["31"] },
];

export async function drawMap(web) {
  const read = async (...path) => JSON.parse(await readFile(join(web, ...path), "utf8"));
  const world = await read("node_modules", "world-atlas", "countries-10m.json");
  const states = await read("node_modules", "us-atlas", "states-10m.json");
  const near = new Set(["United States of America", "Canada", "Mexico"]);
  const countries = world.objects.countries.geometries.filter((one) => near.has(one.properties.name));
  const drawn = {
    countries: countries.map((one) => feature(world, one)),
    neighbours: countries.filter((one) => one.properties.name !== "United States of America").map((one) => feature(world, one)),
    borders: mesh(world, { type: "GeometryCollection", geometries: countries }, (a, b) => a !== b),
    stateLines: mesh(states, states.objects.states, (a, b) => a !== b),
    states: feature(states, states.objects.states).features,
    lakes: (await read("geo", "lakes.json")).map((lake) => ({ type: "Feature", properties: {}, geometry: lake })),
  };
  const ports = await readPorts(join(web, "..", "eligibility", "ports", "places.csv"));
  const parts = PARTS.map((part) => drawPart(part, ports, drawn));
  return { overview: drawOverview(ports, drawn, parts), parts: parts.map(({ corners, ...part }) => part) };
}

async function readPorts(path) {
  const [, ...lines] = (await readFile(path, "utf8")).trim().split("\n");
  return lines.map((line) => {
    const [code, , , , latitude, longitude] = line.split(",");
    return { code, at: [Number(longitude), Number(latitude)] };
  });
}

function drawPart(part, ports, drawn) {
  const mine = ports.filter((port) => part.districts.includes(port.code.slice(0, 2)));
  const projection = fitted(mine, WIDTH, HEIGHT, MARGIN.x, MARGIN.y);
  const centre = projection.invert([WIDTH / 2, HEIGHT / 2]);
  const beside = projection.invert([WIDTH / 2 + 1, HEIGHT / 2]);
  const kmAcross = geoDistance(centre, beside) * EARTH_KM; // of one pixel
  const scaleKm = [25, 50, 100, 200, 500].findLast((km) => km / kmAcross <= 110) ?? 25;
  return {
    name: part.name,
    districts: part.districts,
    width: WIDTH,
    height: HEIGHT,
    ...outlines(projection, drawn, WIDTH, HEIGHT, FINE),
    states: placeNames(projection, drawn.states, WIDTH, HEIGHT),
    countries: placeNames(projection, drawn.neighbours, WIDTH, HEIGHT),
    scale_km: scaleKm,
    scale_px: round(scaleKm / kmAcross),
    ports: Object.fromEntries(mine.map((port) => [port.code, projection(port.at).map(round)])),
    corners: [[0, 0], [WIDTH, 0], [WIDTH, HEIGHT], [0, HEIGHT]].map((corner) => projection.invert(corner)),
  };
}

// Both borders at once, with a frame a part, so that nobody has to guess where a part lies.
function drawOverview(ports, drawn, parts) {
  const [width, height] = [640, 470];
  const projection = fitted(ports, width, height, 40, 24);
  const frames = parts.map(({ name, corners }) => {
    const spots = corners.map((corner) => projection(corner));
    const [xs, ys] = [spots.map(([x]) => x), spots.map(([, y]) => y)];
    const [x, y] = [Math.max(Math.min(...xs), 2), Math.max(Math.min(...ys), 2)];
    return { name, x: round(x), y: round(y), width: round(Math.min(Math.max(...xs), width - 2) - x), height: round(Math.min(Math.max(...ys), height - 2) - y) };
  });
  const spots = Object.fromEntries(ports.map((port) => [port.code, projection(port.at).map(round)]));
  return { width, height, ...outlines(projection, drawn, width, height, ROUGH), frames, ports: spots };
}

// Conformal, so that shapes along a border stay what they are; parallels a sixth in from the ports' latitudes.
function fitted(ports, width, height, x, y) {
  const [lons, lats] = [0, 1].map((axis) => ports.map((port) => port.at[axis]));
  const [south, north] = [Math.min(...lats), Math.max(...lats)];
  const inset = Math.max((north - south) / 6, 0.2);
  const middle = (Math.min(...lons) + Math.max(...lons)) / 2;
  const parallels = north - south > 1 ? [south + inset, north - inset] : [south - 0.3, north + 0.3];
  const points = { type: "MultiPoint", coordinates: ports.map((port) => port.at) };
  return geoConicConformal().rotate([-middle, 0]).parallels(parallels).fitExtent([[x, y], [width - x, height - y]], points);
}

function outlines(projection, drawn, width, height, grain) {
  const path = (shapes) => shapes.map((shape) => drawPath(projection, shape, width, height, grain)).join("");
  return {
    land: path(drawn.countries),
    water: path(drawn.lakes),
    border: path([drawn.borders]),
    state_lines: path([drawn.stateLines]),
  };
}

function drawPath(projection, shape, width, height, grain) {
  const pen = new Pen(grain);
  geoPath(projection.clipExtent([[-2, -2], [width + 2, height + 2]]), pen)(shape);
  projection.clipExtent(null);
  return pen.end();
}

function round(value) {
  return Math.round(value * 10) / 10;
}
