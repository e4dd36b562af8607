// Bundles the pages' scripts, styles and fonts into api/static/dist, under names that change with their content.
import { build } from "esbuild";
import { createHash } from "node:crypto";
import { mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { drawMap } from "./geo/map.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const out = join(here, "..", "api", "static", "dist");
const ATLASES = ["node_modules/us-atlas/", "node_modules/world-atlas/"]; // what the map is cut from

await rm(out, { recursive: true, force: true });
await mkdir(out, { recursive: true });

const result = await build({
  absWorkingDir: here,
  entryPoints: { app: "src/app.ts", explorer: "src/explorer.ts", styles: "src/styles.css" },
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  entryNames: "[name]-[hash]",
  assetNames: "[name]-[hash]",
  loader: { ".woff2": "file", ".json": "json" },
  legalComments: "none",
  metafile: true,
  outdir: out,
  charset: "utf8",
});

const manifest = {};
for (const [file, made] of Object.entries(result.metafile.outputs)) {
  const name = basename(file);
  if (made.entryPoint) manifest[basename(made.entryPoint)] = name;
}
for (const name of (await readdir(join(here, "public"))).sort()) {
  const content = await readFile(join(here, "public", name));
  const hash = createHash("sha256").update(content).digest("hex").slice(0, 8).toUpperCase();
  manifest[name] = name.replace(".", `-${hash}.`);
  await writeFile(join(out, manifest[name]), content);
}
await writeFile(join(out, "ports-map.json"), JSON.stringify(await drawMap(here), null, 1) + "\n"); // read by the server, not sent
await writeFile(join(out, "manifest.json"), JSON.stringify(sorted(manifest), null, 1) + "\n");
await writeFile(join(out, "LICENCES.txt"), await licences([...Object.keys(result.metafile.inputs), ...ATLASES]));

function sorted(object) {
  return Object.fromEntries(Object.entries(object).sort(([a], [b]) => (a < b ? -1 : 1)));
}

async function licences(inputs) {
  const packages = new Set();
  for (const input of inputs) {
    const found = /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(input);
    if (found) packages.add(found[1]);
  }
  const told = [];
  for (const name of [...packages].sort()) {
    const folder = join(here, "node_modules", name);
    const about = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
    const file = (await readdir(folder)).find((entry) => /^licen[cs]e/i.test(entry));
    const text = file ? await readFile(join(folder, file), "utf8") : "(no licence file in the package)\n";
    told.push(`${name} ${about.version} (${about.license})\n\n${text.trim()}\n`);
  }
  return told.join("\n----\n\n");
}
